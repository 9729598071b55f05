//! Log lines, each one JSON object.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::request::Request;

/// The most that a line spends on one text of the client's, in bytes: an ALB lets a request line of 16 KB and 64 KB of
/// headers pass, and CloudWatch Logs bills by the byte.
const MAX_TEXT_BYTES: usize = 1_024;

/// What JSON would escape is percent-encoded, so that a text's length is what is written.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'"').add(b'\\');

/// Logs a request, but no query string, cookies and other headers, which hold secrets. `request_id` is the invocation's,
/// as in Lambda's own lines.
pub(crate) fn log_request(outcome: &str, status: i64, request: &Request, request_id: &str) {
    // User information before the host may hold a password.
    let host = request.host().rsplit('@').next().unwrap_or_default();
    tracing::info!(
        // As a text: a message of its own would be formatted first.
        message = "request during maintenance",
        outcome,
        status,
        method = &*loggable(&request.method),
        host = &*loggable(host),
        path = &*loggable(&request.path),
        // As in the ALB's access log.
        traceId = &*loggable(request.header("x-amzn-trace-id").unwrap_or_default()),
        requestId = request_id,
    );
}

/// Writes this crate's lines; the Lambda runtime would log each error a second time, in its debug form.
pub fn subscriber<W: for<'a> MakeWriter<'a> + Send + Sync + 'static>(
    writer: W,
) -> impl Subscriber + Send + Sync {
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_target(false).with_writer(writer);
    // A line that cannot be written must not cost the answer: a second failure, on standard error, would panic.
    let lines = lines.log_internal_errors(false);
    let own = Targets::new().with_target("maintenance_responder", LevelFilter::INFO);
    tracing_subscriber::registry().with(lines).with(own)
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
