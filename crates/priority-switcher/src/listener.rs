//! What the switch needs of a listener, in our own types.

use crate::plan::Move;
use crate::record::Tags;
use crate::rule::{OwnRules, RuleArn, RuleOrder};

/// One listener with the stack's own rules, wherever it really is.
#[expect(async_fn_in_trait, reason = "the runtime has one thread, so the futures need not be Send")]
pub trait Listener {
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
    async fn can_answer(&self, target_group: &str) -> Result<bool, ListenerError>;
}

/// A call did not succeed. Unless it says otherwise, it may or may not have taken effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub enum ListenerError {
    /// The rules are no longer as they were read; nothing was changed.
    Conflict(String),
    /// The same call cannot succeed before something else is mended: a permission, a deleted rule.
    Refused(String),
    /// Anything else, in the words of the API or the network.
    Failed(String),
}
