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

/// The most that a log line spends on one text of the client's, in bytes as they are written: an ALB lets a request line
/// of 16 KB and 64 KB of headers pass, and CloudWatch Logs bills by the byte.
pub const MAX_LOGGED_BYTES: usize = 1_024;

/// What a text that was cut ends in. No client can write it, because all that is not ASCII is percent-encoded.
const CUT: &str = "…";

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
                method = &*loggable(&request.method),
                host = &*loggable(without_user(request.host())),
                path = &*loggable(&request.path),
                traceId = &*loggable(trace),
                requestId = request_id,
                "request during maintenance"
            );
        }
        answer
    }
}

/// JSON leaves characters as they are that some readers of logs take for the end of a line or for a terminal's command,
/// such as U+2028 and U+009B. Browsers percent-encode them, and everything else that is not ASCII.
fn loggable(text: &str) -> Cow<'_, str> {
    let encode = |text| Cow::from(utf8_percent_encode(text, CONTROLS));
    // No byte becomes more than three.
    if text.len() <= MAX_LOGGED_BYTES / 3 {
        return encode(text);
    }
    let mut written = CUT.len();
    let beyond = text.char_indices().find(|&(_, character)| {
        written += match character {
            '"' | '\\' => 2,
            ' '..='~' => 1,
            _ => 3 * character.len_utf8(),
        };
        written > MAX_LOGGED_BYTES
    });
    match beyond {
        Some((at, _)) => encode(&text[..at]) + CUT,
        None => encode(text),
    }
}

/// A `Host` header without user information, where a client may have put a password.
fn without_user(host: &str) -> &str {
    host.rsplit('@').next().unwrap_or_default()
}
