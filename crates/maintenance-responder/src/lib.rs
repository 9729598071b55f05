//! Answers an ALB's requests while the system behind it is in maintenance.
//!
//! | module | what it does |
//! |---|---|
//! | [`config`] | environment → [`config::Config`], with [`path_pattern`], [`place`] and [`cors`] |
//! | [`request`] | any JSON → the few fields of an event that decide the answer, with [`accept`] |
//! | [`route`] | request → [`route::Outcome`], pure |
//! | [`return_path`] | where the page brings a visitor back to |
//! | [`answer`] | outcome → what the ALB understands |
//! | [`page`] | the built-in page, in every [`page::Language`] |

use std::borrow::Cow;

use aws_lambda_events::alb::AlbTargetGroupResponse;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::config::Config;
use crate::request::Request;

pub mod accept;
pub mod answer;
pub mod config;
pub mod cors;
pub mod page;
pub mod path_pattern;
pub mod place;
pub mod request;
pub mod return_path;
pub mod route;

/// The most that a log line spends on one text of the client's, in bytes: an ALB lets a request line of 16 KB and 64 KB
/// of headers pass, and CloudWatch Logs bills by the byte.
pub const MAX_LOGGED_BYTES: usize = 1_024;

/// What a text that was cut ends in: no client can write it, because all that is not ASCII is percent-encoded.
const CUT: &str = "…";

/// What JSON would escape is percent-encoded, so that a text's length is what is written.
const NOT_LOGGED: &AsciiSet = &CONTROLS.add(b'"').add(b'\\');

/// Answers a request and logs it in one line, without query strings, cookies and other headers: they hold secrets.
/// `request_id` is the invocation's, as in Lambda's own lines; the trace ID is the one in the ALB's access log.
pub fn respond(request: &Request, config: &Config, request_id: &str) -> AlbTargetGroupResponse {
    let outcome = route::route(request, config);
    let answer = answer::answer(&outcome, request, config);
    if let Some(outcome) = outcome.log_name() {
        // User information before the host may hold a password.
        let host = request.host().rsplit('@').next().unwrap_or_default();
        tracing::info!(
            outcome,
            status = answer.status_code,
            method = &*loggable(&request.method),
            host = &*loggable(host),
            path = &*loggable(&request.path),
            traceId = &*loggable(request.header("x-amzn-trace-id").unwrap_or_default()),
            requestId = request_id,
            "request during maintenance"
        );
    }
    answer
}

/// JSON leaves characters as they are that some readers of logs take for the end of a line or for a terminal's command,
/// such as U+2028 and U+009B: all that is not ASCII is percent-encoded, as browsers do.
fn loggable(text: &str) -> Cow<'_, str> {
    let encoded = Cow::from(utf8_percent_encode(text, NOT_LOGGED));
    if encoded.len() <= MAX_LOGGED_BYTES {
        return encoded;
    }
    let end = MAX_LOGGED_BYTES - CUT.len();
    // Not within %XX.
    let end = encoded[..end].rfind('%').filter(|at| at + 3 > end).unwrap_or(end);
    Cow::from(format!("{}{CUT}", &encoded[..end]))
}
