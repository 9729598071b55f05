//! The rules of a listener in our own types, checked once, where they come in.

mod arn;
mod order;
mod own;
mod priority;
mod scope;

pub use arn::{NotARuleArn, RuleArn};
pub use order::{Action, DefaultRule, Rule, RuleOrder};
pub use own::OwnRules;
pub use priority::{NotAPriority, Priority};
pub use scope::Scope;
