//! Moves the maintenance rule of an Application Load Balancer to the top of its listener and back.
//!
//! [`event`] reads the payload, [`handler`] reads the listener, [`plan`] works out what has to change,
//! the handler applies it through the port in [`listener`] (which [`elb`] implements with the AWS SDK)
//! and reads again until nothing is left to plan; [`report`] is the answer.

pub mod config;
pub mod elb;
pub mod error;
pub mod event;
pub mod handler;
pub mod invocation;
pub mod listener;
pub mod metric;
pub mod plan;
pub mod reason;
pub mod record;
pub mod report;
pub mod rule;
pub mod timestamp;
pub mod warning;
