//! What the tests share: a load balancer that is as strict as the real one, and ways to disturb it.

pub(crate) mod client;
pub(crate) mod faults;
pub(crate) mod function;
pub(crate) mod listeners;
pub(crate) mod port;
pub(crate) mod run;
pub(crate) mod server;
pub(crate) mod strict;
