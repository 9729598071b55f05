//! Answers an ALB's requests while the system behind it is in maintenance.
//!
//! | module | what it does |
//! |---|---|
//! | [`config`] | environment → [`config::Config`], with [`path_pattern`], [`page_url`] and [`cors`] |
//! | [`request`] | the few fields of an event that decide the answer, read from any JSON |
//! | [`route`] | request → [`route::Outcome`], pure |
//! | [`page`], [`language`] | the built-in page |
//! | [`return_path`] | where the page brings a visitor back to |
//! | [`response`] | what the ALB understands |
//! | [`log`] | one line per request |
//! | [`responder`] | all of it in a row |

pub mod config;
pub mod cors;
mod json;
pub mod language;
pub mod log;
pub mod page;
pub mod page_url;
pub mod path_pattern;
pub mod request;
pub mod responder;
pub mod response;
pub mod return_path;
pub mod route;
