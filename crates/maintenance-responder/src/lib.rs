//! Answers an ALB's requests while the system behind it is in maintenance.
//!
//! | module | what it does |
//! |---|---|
//! | [`config`] | environment → [`config::Config`], with [`path_pattern`], [`known_path`], [`page_url`] and [`cors`] |
//! | [`request`] | any JSON → the few fields of an event that decide the answer |
//! | [`route`] | request → [`route::Outcome`], pure |
//! | [`answer`] | outcome → what the ALB understands |
//! | [`page`] | the built-in page, in every [`page::Language`] |
//! | [`way_back`] | where the page brings a visitor back to, as a [`return_path`] |

use std::borrow::Cow;

use aws_lambda_events::alb::AlbTargetGroupResponse;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::config::Config;
use crate::request::Request;
use crate::route::Outcome;

pub mod answer;
pub mod config;
pub mod cors;
pub mod known_path;
pub mod page;
pub mod page_url;
pub mod path_pattern;
pub mod request;
pub mod return_path;
pub mod route;
pub mod way_back;

/// The longest text of the client's that a log line repeats, in bytes. An ALB's request line has at most 16 KB;
/// percent-encoded, a line stays within the 256 KB at which CloudWatch Logs cuts.
pub const MAX_LOGGED_BYTES: usize = 16 * 1024;

/// The longest trace ID that a log line repeats, in bytes. The ALB's own part has 81 at most, before whatever the client
/// has put beside it.
pub const MAX_LOGGED_TRACE_BYTES: usize = 256;

/// Answers requests.
#[derive(Debug)]
pub struct Responder<'a> {
    config: &'a Config,
    /// What most requests get, ready to be sent: to make it anew takes a tenth of an invocation's instructions.
    usual: Option<Box<RawValue>>,
}

/// What the ALB gets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer<'a> {
    Prepared(&'a RawValue),
    Composed(Box<AlbTargetGroupResponse>),
}

impl<'a> Responder<'a> {
    pub fn new(config: &'a Config) -> Self {
        let usual = answer::answer(&Outcome::Unavailable, &Request::default(), config);
        Self { config, usual: to_raw_value(&usual).ok() }
    }

    /// Answers a request and logs it in one line, without query strings, cookies and other headers: they carry secrets.
    /// `request_id` is the invocation's, as in Lambda's own lines; the trace ID is the one in the ALB's access log.
    pub fn respond(&self, request: &Request, request_id: &str) -> Answer<'_> {
        let outcome = route::route(request, self.config);
        let (status, answer) = match &self.usual {
            Some(usual) if answer::is_usual(&outcome, request) => (503, Answer::Prepared(usual)),
            _ => {
                let answer = answer::answer(&outcome, request, self.config);
                (answer.status_code, Answer::Composed(answer.into()))
            }
        };
        if let Some(outcome) = outcome.log_name() {
            let trace = request.header("x-amzn-trace-id").unwrap_or_default();
            tracing::info!(
                outcome,
                status,
                method = &*loggable(&request.method, MAX_LOGGED_BYTES),
                host = &*loggable(request.host(), MAX_LOGGED_BYTES),
                path = &*loggable(&request.path, MAX_LOGGED_BYTES),
                traceId = &*loggable(trace, MAX_LOGGED_TRACE_BYTES),
                requestId = request_id,
                "request during maintenance"
            );
        }
        answer
    }
}

/// JSON leaves characters as they are that some readers of logs take for the end of a line or for a terminal's command,
/// such as U+2028 and U+009B. Browsers percent-encode them, and everything else that is not ASCII.
fn loggable(text: &str, max_bytes: usize) -> Cow<'_, str> {
    utf8_percent_encode(&text[..text.floor_char_boundary(max_bytes)], CONTROLS).into()
}
