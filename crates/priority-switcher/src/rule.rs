//! The rules of a listener in our own types, checked once, where they come in.

mod arn;
mod order;
mod priority;
mod scope;

pub use arn::RuleArn;
pub use order::{Action, DefaultRule, OwnRules, Rule, RuleOrder};
pub use priority::Priority;
pub use scope::Scope;
