//! The responder from an event to what the ALB sends to the client.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alb;
mod any_event;
mod config;
mod cors;
mod events;
mod health;
mod log;
mod page;
mod process;
mod redirect;
mod return_path;
mod support;
mod unavailable;
