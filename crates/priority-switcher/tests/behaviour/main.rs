//! How the switch behaves, on a strict listener in memory and through the real SDK client.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod support;

mod campaign;
mod function_process;
mod real_client;
mod status_rule;
mod switching;
