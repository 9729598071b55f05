//! All rules of one listener in the order in which the load balancer asks them.

use std::collections::BTreeSet;

use super::{Priority, RuleArn, Scope};

/// A non-default rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub arn: RuleArn,
    pub priority: Priority,
    /// What it matches, a line for each condition: `path-pattern: /a*`.
    pub conditions: Vec<String>,
    pub action: Action,
    /// Which requests that are.
    pub scope: Scope,
    /// The ARNs of the target groups that get its requests (weight above 0).
    pub target_groups: Vec<String>,
    /// The body of one that answers with status 200 and JSON, and does nothing else.
    pub fixed_json: Option<String>,
}

/// The rule that is asked when no other matches. It has no number and cannot be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultRule {
    pub arn: RuleArn,
    pub action: Action,
}

/// What a rule does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The API's word for it, such as `forward`, `redirect` or `fixed-response`; of several actions, each one's.
    pub kind: String,
    /// With its details, and what rewrites the request before: `forward: targetgroup/shop/6d0ecf831eec9f09`.
    pub description: String,
}

/// The stack's own rules at one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRules {
    /// Normally `/*`; forwards to the responder.
    pub maintenance: RuleArn,
    /// Holds the active priority at rest.
    pub placeholder: Option<RuleArn>,
    /// Publishes the state; its place never changes.
    pub status: Option<RuleArn>,
}

impl Rule {
    pub fn named(&self) -> String {
        format!("{} ({})", self.arn, self.conditions.join(" and "))
    }
}

/// The rules of one listener, sorted by priority, no two on one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOrder {
    rules: Vec<Rule>,
    default: DefaultRule,
}

impl RuleOrder {
    /// Sorts the rules by priority. None if two rules have one priority or one rule is there twice, as happens where the
    /// rules change between the reading of two pages.
    pub fn new(mut rules: Vec<Rule>, default: DefaultRule) -> Option<Self> {
        rules.sort_by_key(|rule| rule.priority);
        let priorities: BTreeSet<_> = rules.iter().map(|rule| rule.priority).collect();
        let arns: BTreeSet<_> = rules.iter().map(|rule| &rule.arn).collect();
        let is_consistent = priorities.len() == rules.len() && arns.len() == rules.len();
        is_consistent.then_some(Self { rules, default })
    }

    /// The non-default rules, first asked first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub fn default_rule(&self) -> &DefaultRule {
        &self.default
    }

    /// The same rules on other numbers, no two of which may be the same.
    #[must_use]
    pub fn renumbered(mut self, priority: impl Fn(&Rule) -> Priority) -> Self {
        for rule in &mut self.rules {
            rule.priority = priority(rule);
        }
        self.rules.sort_by_key(|rule| rule.priority);
        self
    }

    pub fn at(&self, priority: Priority) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.priority == priority)
    }

    pub fn find(&self, arn: &RuleArn) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.arn == *arn)
    }
}
