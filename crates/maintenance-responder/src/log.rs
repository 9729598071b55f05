//! Log lines, each one JSON object: with `tracing`, a line would be a seventh of all that a request costs.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write as _};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::request::Request;

/// The most that a line spends on one text of the client's, in bytes: an ALB lets a request line of 16 KB and 64 KB of
/// headers pass, and CloudWatch Logs bills by the byte.
const MAX_TEXT_BYTES: usize = 1_024;

/// What JSON would escape is percent-encoded, so that a text's length is what is written.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'"').add(b'\\');

/// What is logged of a request: no query string, cookies and other headers, which hold secrets.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Visit<'a> {
    outcome: &'static str,
    status: i64,
    method: Cow<'a, str>,
    host: Cow<'a, str>,
    path: Cow<'a, str>,
    /// As in the ALB's access log.
    trace_id: Cow<'a, str>,
    /// The invocation's, as in Lambda's own lines.
    request_id: &'a str,
}

impl<'a> Visit<'a> {
    pub(crate) fn new(outcome: &'static str, status: i64, request: &'a Request, request_id: &'a str) -> Self {
        // User information before the host may hold a password.
        let host = request.host().rsplit('@').next().unwrap_or_default();
        Self {
            outcome,
            status,
            method: loggable(&request.method),
            host: loggable(host),
            path: loggable(&request.path),
            trace_id: loggable(request.header("x-amzn-trace-id").unwrap_or_default()),
            request_id,
        }
    }

    /// Writes the line.
    pub fn log(&self) {
        write("INFO", "request during maintenance", self);
    }
}

/// Writes a line about an error.
pub fn error(message: &str, error: &impl Display) {
    write("ERROR", message, json!({"error": error.to_string()}));
}

/// Writes a line to the standard output, from which Lambda takes it.
fn write(level: &str, message: &str, fields: impl Serialize) {
    #[derive(Serialize)]
    struct Line<'a, T> {
        timestamp: String,
        level: &'a str,
        message: &'a str,
        #[serde(flatten)]
        fields: T,
    }
    let timestamp = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    if let Ok(mut line) = serde_json::to_vec(&Line { timestamp, level, message, fields }) {
        line.push(b'\n');
        // A line that cannot be written must not cost the answer.
        let _ = io::stdout().write_all(&line);
    }
}

/// JSON leaves characters as they are that some readers of logs take for the end of a line or for a terminal's command,
/// such as U+2028 and U+009B: all that is not ASCII is percent-encoded, as browsers do.
fn loggable(text: &str) -> Cow<'_, str> {
    let encoded = Cow::from(utf8_percent_encode(text, ESCAPED));
    if encoded.len() <= MAX_TEXT_BYTES {
        return encoded;
    }
    let end = MAX_TEXT_BYTES - "…".len();
    // Not within %XX.
    let end = encoded[..end].rfind('%').filter(|at| at + 3 > end).unwrap_or(end);
    Cow::from(format!("{}…", &encoded[..end]))
}
