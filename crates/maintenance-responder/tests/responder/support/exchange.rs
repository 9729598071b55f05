//! One invocation, the way the runtime makes it.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};
use std::sync::Once;

use maintenance_responder::config::Config;
use maintenance_responder::request::Request;
use maintenance_responder::respond;
use serde_json::Value;

use super::alb::{self, HttpResponse};

/// The request ID of every invocation here.
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// What one event leads to.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) response: HttpResponse,
    /// The log line without the time at which it was written, empty for the load balancer's own health checks.
    pub(crate) line: String,
    /// The line, read back.
    pub(crate) log: Value,
}

impl Exchange {
    /// A response header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers.get(name).map(String::as_str)
    }

    /// The outcome that the log names, empty without a line.
    pub(crate) fn outcome(&self) -> &str {
        self.log["outcome"].as_str().unwrap_or_default()
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

/// The configuration that an environment gives, with any errors.
pub(crate) fn read_config(environment: &[(&str, &str)]) -> Config {
    let value =
        |name: &str| environment.iter().find(|(variable, _)| *variable == name).map(|(_, value)| *value);
    Config::from_env(|name| value(name).map(str::to_owned))
}

pub(crate) fn config(environment: &[(&str, &str)]) -> Config {
    let config = read_config(environment);
    assert!(config.errors.is_empty(), "{:?}", config.errors);
    config
}

/// Invokes the function with a payload, and checks what holds for every answer and its log.
pub(crate) fn invoke(config: &Config, payload: &[u8]) -> Exchange {
    let request: Request =
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(payload)).unwrap();
    let (answer, logged) = with_log(|| respond(&request, config, REQUEST_ID));
    let answer = serde_json::to_string(&answer).unwrap();

    let event: Value = serde_json::from_slice(payload).unwrap_or_default();
    let response =
        alb::read(&event["httpMethod"], &answer).unwrap_or_else(|broken| panic!("{broken}: {answer}"));
    assert_eq!(response.headers["cache-control"], "no-store, no-transform");
    assert_eq!(response.headers["x-maintenance-mode"], "on");
    assert_eq!(response.headers.contains_key("retry-after"), response.status == 503);

    let is_passed_on =
        ["x-forwarded-for", "x-forwarded-proto"].iter().any(|name| request.header(name).is_some());
    let agent = request.header("user-agent").unwrap_or_default();
    if agent.starts_with("ELB-HealthChecker/") && !is_passed_on {
        assert_eq!(logged, "");
        return Exchange { response, line: logged, log: Value::Null };
    }
    let line = logged.strip_prefix("{\"timestamp\":").and_then(|line| line.strip_suffix('\n')).unwrap();
    let line = format!("{{{}", line.split_once(',').unwrap().1);
    // Method, host, path and trace ID, each of 1 KB, and all that is always there.
    assert!(line.len() < 4 * 1_024 + 300, "{} bytes", line.len());
    assert!(!line.contains(|c: char| c.is_control() || c == '\u{2028}'), "more than one line: {line:?}");
    let log: Value = serde_json::from_str(&line).unwrap();
    let mut names: Vec<_> = log.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["host", "level", "message", "method", "outcome", "path", "requestId", "status", "traceId"]
    );
    assert_eq!(log["status"], response.status);
    Exchange { response, line, log }
}

/// Invokes the function with one of the event files that can also be tried by hand.
pub(crate) fn invoke_file(config: &Config, name: &str) -> Exchange {
    invoke(config, &std::fs::read(events_folder().join(name)).unwrap())
}

pub(crate) fn events_folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ThreadLog;

impl Write for ThreadLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `work` gives, and what it logs.
fn with_log<T>(work: impl FnOnce() -> T) -> (T, String) {
    static SET_UP: Once = Once::new();
    SET_UP.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_target(false)
            .with_writer(|| ThreadLog)
            .init();
    });
    let result = work();
    (result, String::from_utf8(LOG.take()).unwrap())
}
