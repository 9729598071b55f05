//! What the tests share.

pub(crate) mod alb;
pub(crate) mod exchange;
pub(crate) mod request;
