//! What the tests share: listeners of the strict load balancer, and ways to disturb them.

pub(crate) mod client;
pub(crate) mod faults;
pub(crate) mod function;
pub(crate) mod judge;
pub(crate) mod listeners;
pub(crate) mod memory_listener;
pub(crate) mod other_writers;
pub(crate) mod run;
