//! What the tests share: a site on the strict load balancer, and ways to disturb it.

pub(crate) mod client;
pub(crate) mod disturbance;
pub(crate) mod function;
pub(crate) mod memory_listener;
pub(crate) mod run;
pub(crate) mod site;
