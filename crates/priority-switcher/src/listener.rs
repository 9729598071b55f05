//! What the switch needs of a listener, in our own types.

use crate::plan::Move;
use crate::record::Tags;
use crate::rule::{ListenerArn, OwnRules, RuleArn, RuleOrder, TargetGroupArn};

/// One listener with the stack's own rules, wherever it really is.
#[expect(async_fn_in_trait, reason = "the runtime has one thread, so the futures need not be Send")]
pub trait Listener {
    fn arn(&self) -> &ListenerArn;

    fn own_rules(&self) -> &OwnRules;

    /// All its rules, however many pages they take.
    async fn rules(&self) -> Result<RuleOrder, ListenerError>;

    /// The maintenance rule's tags.
    async fn tags(&self) -> Result<Tags, ListenerError>;

    /// Writes these tags to the maintenance rule and leaves its others alone.
    async fn add_tags(&self, tags: &Tags) -> Result<(), ListenerError>;

    /// Sets all these priorities at once or none of them.
    async fn set_rule_priorities(&self, moves: &[Move]) -> Result<(), ListenerError>;

    /// Makes the status rule answer with this body, JSON of at most 1,024 bytes.
    async fn publish(&self, status_rule: &RuleArn, body: &str) -> Result<(), ListenerError>;

    /// Whether the target group has a target that gets requests.
    async fn can_answer(&self, target_group: &TargetGroupArn) -> Result<bool, ListenerError>;
}

/// A call did not succeed. Unless it says otherwise, it may or may not have taken effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListenerError {
    /// The rules are no longer as they were read; nothing was changed.
    #[error("{call}: {message}")]
    Conflict { call: &'static str, message: String },
    /// The pages of an answer do not fit together: something changed between two of them.
    #[error("{call}: {message}")]
    InconsistentPages { call: &'static str, message: String },
    #[error("the maintenance rule {0} was deleted; bring it back as the runbook's \"A deleted rule\" says")]
    RuleGone(RuleArn),
    /// The default rule has no number to change.
    #[error(
        "the maintenance rule {0} is the listener's default rule, which cannot be moved; accepted: a rule with a number"
    )]
    DefaultRule(RuleArn),
    #[error(
        "the listener {0} was deleted, and its rules with it; no event can bring it back: deploy with the listener that \
         takes its place"
    )]
    ListenerGone(ListenerArn),
    /// The function's role does not allow the call.
    #[error("{call}: {message}")]
    Denied { call: &'static str, message: String },
    /// Anything else; the message is what the API or the network said.
    #[error("{call}: {message}")]
    Failed { call: &'static str, message: String },
}

impl ListenerError {
    /// Whether the same call can succeed later without anything else being mended first.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::InconsistentPages { .. } | Self::Failed { .. })
    }
}
