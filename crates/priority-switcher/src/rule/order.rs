//! All rules of one listener in the order in which the load balancer asks them.

use super::{Priority, RuleArn, Scope, TargetGroupArn};

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
    /// The target groups that get its requests (weight above 0); none for a rule that redirects or answers by itself.
    pub target_groups: Vec<TargetGroupArn>,
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

/// The rules of one listener, sorted by priority, no two on one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOrder {
    rules: Vec<Rule>,
    default: DefaultRule,
}

/// What was read cannot be the order of a listener's rules.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    #[error("rules {0} and {1} both stand at priority {2}")]
    SamePriority(RuleArn, RuleArn, Priority),
    /// One rule read twice, as a page boundary that moved between two reads can bring about.
    #[error("rule {0} was listed twice")]
    Repeated(RuleArn),
}

impl RuleOrder {
    /// Sorts the rules by priority.
    ///
    /// # Errors
    /// If two rules stand on one number or one rule is there twice: neither is a state of a listener.
    pub fn new(mut rules: Vec<Rule>, default: DefaultRule) -> Result<Self, OrderError> {
        rules.sort_by_key(|rule| rule.priority);
        for pair in rules.windows(2) {
            let [upper, lower] = pair else { continue };
            if upper.priority == lower.priority {
                let (one, other) = (upper.arn.clone(), lower.arn.clone());
                return Err(OrderError::SamePriority(one, other, upper.priority));
            }
        }
        let mut arns: Vec<&RuleArn> = rules.iter().map(|rule| &rule.arn).collect();
        arns.sort();
        if let Some([twice, _]) = arns.array_windows().find(|[one, other]| one == other) {
            return Err(OrderError::Repeated((*twice).clone()));
        }
        Ok(Self { rules, default })
    }

    /// The non-default rules, first asked first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub fn default_rule(&self) -> &DefaultRule {
        &self.default
    }

    /// Whether the listener has the rule, as its default rule or another.
    pub fn contains(&self, arn: &RuleArn) -> bool {
        self.default.arn == *arn || self.find(arn).is_some()
    }

    /// The same rules on other numbers, no two of which may be the same.
    #[must_use]
    pub fn renumbered(&self, priority: impl Fn(&Rule) -> Priority) -> Self {
        let mut order = self.clone();
        for rule in &mut order.rules {
            rule.priority = priority(rule);
        }
        order.rules.sort_by_key(|rule| rule.priority);
        order
    }

    /// The rule at that priority.
    pub fn at(&self, priority: Priority) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.priority == priority)
    }

    /// The non-default rule of that ARN.
    pub fn find(&self, arn: &RuleArn) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.arn == *arn)
    }
}
