//! The stack's own rules at one listener.

use super::{Rule, RuleArn, RuleOrder};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRules {
    /// Normally `/*`; forwards to the responder.
    pub maintenance: RuleArn,
    /// Holds the active priority at rest.
    pub placeholder: Option<RuleArn>,
    /// Publishes the state; its place never changes.
    pub status: Option<RuleArn>,
}

impl OwnRules {
    /// Whether the switch never moves the rule.
    pub fn is_foreign(&self, rule: &Rule) -> bool {
        rule.arn != self.maintenance && Some(&rule.arn) != self.placeholder.as_ref()
    }

    /// Where the placeholder is, if the listener has it.
    pub fn placeholder<'a>(&self, order: &'a RuleOrder) -> Option<&'a Rule> {
        order.find(self.placeholder.as_ref()?)
    }

    /// The foreign rules below the maintenance rule that share a host with it.
    pub fn below<'a>(&'a self, order: &'a RuleOrder) -> impl Iterator<Item = &'a Rule> {
        let own = order.find(&self.maintenance);
        let is_below = move |other: &Rule| {
            own.is_some_and(|own| own.priority < other.priority && own.scope.shares_a_host_with(&other.scope))
        };
        order.rules().iter().filter(move |other| is_below(other) && self.is_foreign(other))
    }

    /// Those of them that get no request for these hosts, because the maintenance rule takes all.
    pub fn shadowed<'a>(&'a self, order: &'a RuleOrder) -> impl Iterator<Item = &'a Rule> {
        let is_whole = order.find(&self.maintenance).is_some_and(|own| own.scope.is_whole());
        self.below(order).filter(move |_| is_whole)
    }
}
