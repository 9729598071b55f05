//! The line that says who still knocked.

use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;

use crate::request::Request;
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
    pub fn new(request: &'a Request, outcome: &Outcome, request_id: &'a str) -> Self {
        Self {
            level: "INFO",
            message: "request during maintenance",
            outcome: outcome.name(),
            status: outcome.status().code(),
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
        let mut line = serde_json::to_string(self)?;
        // Almost every line is plain ASCII, which is quickly told.
        if (!line.is_ascii() || line.contains('\u{7f}')) && line.contains(breaks_lines) {
            line = escaped(&line);
        }
        line.push('\n');
        output.write_all(line.as_bytes())
    }
}

/// What JSON allows in a string as it is, but some readers of logs take for the end of a line or for a terminal's
/// command.
fn breaks_lines(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

fn escaped(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len() + 16);
    for character in line.chars() {
        if breaks_lines(character) {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT_BYTES)]
}
