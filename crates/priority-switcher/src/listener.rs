//! What the switch needs of a listener, in our own types.

use crate::plan::Move;
use crate::record::Tags;
use crate::rule::{ListenerArn, RuleArn, RuleOrder, TargetGroupArn};

/// One listener with its maintenance rule, wherever it really is.
#[expect(async_fn_in_trait, reason = "the runtime has one thread, so nobody needs the futures to be Send")]
pub trait Listener {
    fn arn(&self) -> &ListenerArn;

    /// Its maintenance rule, which the tags belong to.
    fn rule(&self) -> &RuleArn;

    /// The rule that tells visitors and monitors of the state, if there is one.
    fn status_rule(&self) -> Option<&RuleArn>;

    /// All its rules, however many pages they take.
    async fn rules(&self) -> Result<RuleOrder, ListenerError>;

    /// The maintenance rule's tags, and the listener's own.
    async fn tags(&self) -> Result<ReadTags, ListenerError>;

    /// Writes these tags to the maintenance rule and leaves its others alone.
    async fn add_tags(&self, tags: &Tags) -> Result<(), ListenerError>;

    /// Removes the tags of these keys; one that is not there is no error.
    async fn remove_tags(&self, keys: &[String]) -> Result<(), ListenerError>;

    /// Sets all these priorities at once or none of them.
    async fn set_rule_priorities(&self, moves: &[Move]) -> Result<(), ListenerError>;

    /// Has the status rule answer with this body, JSON of at most 1,024 bytes.
    async fn tell(&self, status_rule: &RuleArn, body: &str) -> Result<(), ListenerError>;

    /// Whether the target group has a target that would be asked.
    async fn can_answer(&self, target_group: &TargetGroupArn) -> Result<bool, ListenerError>;
}

/// The tags of both, in one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadTags {
    /// The maintenance rule's.
    pub rule: Tags,
    /// None if the answer does not say.
    pub listener: Tags,
}

/// A call did not succeed. Unless it says otherwise, it may or may not have taken effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListenerError {
    /// Another writer was there first; nothing was changed.
    #[error("{call}: {message}")]
    PriorityInUse { call: &'static str, message: String },
    /// The pages of an answer do not fit together: something changed between two of them.
    #[error("{call}: {message}")]
    InconsistentPages { call: &'static str, message: String },
    /// The listener has no such rule any more, so that no event can be obeyed.
    #[error(
        "the maintenance rule {0} is gone: somebody deleted it; bring it back as the runbook's \"A deleted maintenance \
         rule\" says"
    )]
    RuleGone(RuleArn),
    /// The same of the listener with all its rules.
    #[error(
        "the listener {0} is gone: somebody deleted it, and its rules with it; no event can bring it back: deploy with \
         the listener that takes its place"
    )]
    ListenerGone(ListenerArn),
    /// Anything else; the message is what the API or the network said.
    #[error("{call}: {message}")]
    Failed { call: &'static str, message: String },
}
