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

    /// The foreign rules that get no request for the maintenance rule's hosts, because it is above them.
    pub fn shadowed<'a>(&'a self, order: &'a RuleOrder) -> impl Iterator<Item = &'a Rule> {
        order.shadowed_by(&self.maintenance).filter(|rule| self.is_foreign(rule))
    }
}
