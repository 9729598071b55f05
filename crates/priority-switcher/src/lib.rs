//! Closes a system behind an Application Load Balancer and opens it again: two rules of the stack change places.
//!
//! [`event`] reads the payload, and [`handler`] switches every listener at once. A listener's switch reads it, lets
//! [`plan`] work out what has to change, applies that through the [`listener`] trait (which [`elb`] implements with the
//! AWS SDK) and reads again. Last, [`status_rule`] says what to publish. [`report`] is the answer.

pub mod config;
pub mod elb;
pub mod error;
pub mod event;
#[cfg(test)]
mod fixtures;
pub mod handler;
pub mod invocation;
pub mod listener;
mod listener_switch;
pub mod metric;
pub mod moment;
pub mod plan;
pub mod record;
pub mod report;
pub mod rule;
pub mod state;
pub mod status_rule;
pub mod text;
pub mod timestamp;
pub mod warning;
