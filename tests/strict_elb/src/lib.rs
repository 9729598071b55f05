//! An Application Load Balancer's rules and tags in memory, refusing what the real API refuses, and an
//! HTTP server in front of it that speaks the API's query protocol.
//!
//! Emulators are no oracle for this: one refuses every batch that names a number in use, another takes
//! two rules on one number. Here a batch is judged on the order that it would lead to, as the API
//! documents it (<https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html>).

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "for tests, which fail by panicking")]

mod load_balancer;
mod query;
mod rule;
mod server;

pub use load_balancer::{ApiError, Order, StrictElb, Tags};
pub use rule::{Rule, fixed_response, rule_arn, target_group_arn};
pub use server::{Server, Treatment};
