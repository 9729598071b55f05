//! Moves the maintenance rule of an Application Load Balancer to the top of its listener and back.
//!
//! [`event`] reads the payload, and [`handler`] has every listener switched at once. A listener's switch reads it,
//! has [`plan`] work out what has to change, applies that through the [`listener`] trait (which [`elb`] implements
//! with the AWS SDK) and reads again until nothing is left to plan. Last, [`status_rule`] says what visitors are to be
//! told. [`report`] is the answer.

pub mod config;
pub mod elb;
pub mod error;
pub mod event;
pub mod handler;
pub mod invocation;
pub mod listener;
mod listener_switch;
pub mod message;
pub mod metric;
pub mod plan;
pub mod reason;
pub mod record;
pub mod report;
pub mod rule;
pub mod status_rule;
pub mod timestamp;
pub mod warning;
