//! One invocation, the way the runtime makes it.

use std::fmt;

use aws_lambda_events::alb::AlbTargetGroupResponse;
use maintenance_responder::config::{Config, ConfigError};
use maintenance_responder::request::Request;
use maintenance_responder::responder::Responder;
use serde_json::Value;

use super::alb::{self, HttpResponse};

/// The request ID of every invocation here.
pub(crate) const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// What one event brings about.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) response: HttpResponse,
    /// The log line's text, without its newline.
    pub(crate) line: String,
    /// The log line, read back.
    pub(crate) log: Value,
}

impl Exchange {
    /// A response header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers.get(name).map(String::as_str)
    }

    /// The outcome that the log names.
    pub(crate) fn outcome(&self) -> &str {
        self.log["outcome"].as_str().unwrap()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.response.body).unwrap()
    }
}

/// For snapshots: what the client sees and what the log says.
impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{}", self.response.description)?;
        for (name, value) in &self.response.headers {
            writeln!(f, "{name}: {value}")?;
        }
        if self.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            writeln!(f, "\n({} of HTML)", if self.response.body.is_empty() { "nothing" } else { "a page" })?;
        } else {
            writeln!(f, "\n{}", self.response.body)?;
        }
        write!(f, "{}", self.line)
    }
}

pub(crate) fn config(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_lookup(|name| {
        environment.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    })
}

pub(crate) fn responder(environment: &[(&str, &str)]) -> Responder {
    Responder::new(config(environment).unwrap())
}

/// Invokes the function with a payload, and checks what holds for every answer and every log line.
pub(crate) fn invoke(responder: &Responder, payload: &[u8]) -> Exchange {
    let request: Request =
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(payload)).unwrap();
    let mut output = Vec::new();
    let answer = serde_json::to_string(&responder.handle(&request, REQUEST_ID, &mut output)).unwrap();
    serde_json::from_str::<AlbTargetGroupResponse>(&answer).unwrap();

    // Of what is not JSON nobody can say in which header mode it came.
    let event = serde_json::from_slice(payload).unwrap_or_else(|_| serde_json::from_str(&answer).unwrap());
    let response = alb::read(&event, &answer).unwrap_or_else(|broken| panic!("{broken}: {answer}"));
    assert_eq!(response.headers.get("cache-control").map(String::as_str), Some("no-store"));
    assert_eq!(response.headers.get("x-maintenance-mode").map(String::as_str), Some("on"));
    assert_eq!(response.headers.contains_key("retry-after"), response.status == 503);

    let output = String::from_utf8(output).unwrap();
    let line = output.strip_suffix('\n').unwrap().to_owned();
    assert!(!line.contains(|c: char| c.is_control() || c == '\u{2028}'), "more than one line: {line:?}");
    let log: Value = serde_json::from_str(&line).unwrap();
    let mut names: Vec<_> = log.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["host", "level", "message", "method", "outcome", "path", "requestId", "status"]);
    assert_eq!(log["status"], response.status);
    Exchange { response, line, log }
}

/// Invokes the function with one of the event files that can also be tried by hand.
pub(crate) fn invoke_file(responder: &Responder, name: &str) -> Exchange {
    invoke(responder, &std::fs::read(events_folder().join(name)).unwrap())
}

pub(crate) fn events_folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}
