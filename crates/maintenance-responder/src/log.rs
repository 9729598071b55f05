//! The line that says who still knocked.

use std::io::Write;

use serde::Serialize;

use crate::request::Request;
use crate::response::Status;
use crate::route::Outcome;

/// The longest text of the client's that a line repeats, in bytes. An ALB's request line has at most 16 KB; escaped, a
/// line stays within the 256 KB at which `CloudWatch` Logs cuts.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;

/// One line of JSON per request. Query strings, cookies and other headers stay out of it: they carry secrets.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogLine<'a> {
    level: &'static str,
    message: &'static str,
    outcome: &'static str,
    status: u16,
    method: &'a str,
    host: &'a str,
    path: &'a str,
    request_id: &'a str,
}

impl<'a> LogLine<'a> {
    /// The line for a request and its answer. `request_id` is the invocation's, as in Lambda's own log lines.
    pub fn new(
        request: &'a Request,
        outcome: &Outcome,
        status: Status,
        request_id: &'a str,
    ) -> Self {
        Self {
            level: "INFO",
            message: "request during maintenance",
            outcome: outcome.name(),
            status: status.code(),
            method: shortened(&request.method),
            host: shortened(request.host()),
            path: shortened(&request.path),
            request_id,
        }
    }

    /// Writes the line in one piece, so that lines never mix.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write_to(&self, output: &mut impl Write) -> std::io::Result<()> {
        let mut line = Vec::with_capacity(256 + self.path.len());
        serde_json::to_writer(&mut line, self)?;
        line.push(b'\n');
        output.write_all(&line)
    }
}

fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT_BYTES)]
}
