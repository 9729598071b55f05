//! Requests, and what one invocation makes of them.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::sync::Once;

use maintenance_responder::config::Config;
use maintenance_responder::log;
use maintenance_responder::request::Request as Event;
use maintenance_responder::respond;
use serde_json::{Map, Value, json};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::alb::{self, HttpResponse};

/// The configuration that an environment gives, with any errors.
pub(crate) fn read_config(environment: &[(&str, &str)]) -> Config {
    let value = |name: &str| environment.iter().find(|(variable, _)| *variable == name);
    Config::from_env(|name| value(name).map(|(_, value)| (*value).to_owned()))
}

pub(crate) fn config(environment: &[(&str, &str)]) -> Config {
    let config = read_config(environment);
    assert!(config.errors.is_empty(), "{:?}", config.errors);
    config
}

/// What one event leads to.
#[derive(Debug, PartialEq)]
pub(crate) struct Exchange {
    pub(crate) response: HttpResponse,
    /// What the log line says of the request; nothing of the load balancer's own health checks.
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
}

/// For snapshots: what the client sees and what the log says.
impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{}", self.response.description)?;
        for (name, value) in &self.response.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}\n{}", self.response.body, self.line)
    }
}

/// Invokes the function with a payload as the runtime does, and checks what holds for every answer and its log.
pub(crate) fn invoke(config: &Config, payload: &[u8]) -> Exchange {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| log::subscriber(|| Written).init());
    let event: Event =
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(payload)).unwrap();
    let answer = respond(&event, config, "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    let written = String::from_utf8(WRITTEN.take()).unwrap();
    let answer = serde_json::to_string(&answer).unwrap();
    let response = alb::read(&event.method, &answer).unwrap_or_else(|broken| panic!("{broken}: {answer}"));
    assert_eq!(response.headers["cache-control"], "no-store, no-transform");
    assert_eq!(response.headers["x-maintenance-mode"], "on");
    assert_eq!(response.headers.contains_key("retry-after"), response.status == 503);

    // All but the time, the level and the message.
    let said = written.trim_end().split_once(r#""message":"request during maintenance","#);
    let line = said.map(|(_, said)| format!("{{{said}")).unwrap_or_default();
    let is_check = event.header("user-agent").is_some_and(|agent| agent.starts_with("ELB-HealthChecker/"));
    assert!(!line.is_empty() || is_check, "not logged: {answer}");
    // Method, host, path and trace ID, each of 1 KB, and all that is always there.
    assert!(line.len() < 4 * 1_024 + 200, "{} bytes", line.len());
    assert!(!line.contains(|c: char| c.is_control() || c == '\u{2028}'), "more than one line: {line:?}");
    let log: Value = serde_json::from_str(&line).unwrap_or_default();
    Exchange { response, line, log }
}

thread_local! {
    static WRITTEN: RefCell<Vec<u8>> = RefCell::default();
}

struct Written;

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Invokes the function with one of the event files that can also be tried by hand.
pub(crate) fn invoke_file(config: &Config, name: &str) -> Exchange {
    invoke(config, &std::fs::read(format!("{EVENTS}/{name}")).unwrap())
}

pub(crate) const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");

type Pairs = Vec<(String, String)>;

/// A request that no file holds.
#[derive(Clone)]
pub(crate) struct Request {
    method: String,
    path: String,
    query: Pairs,
    headers: Pairs,
}

pub(crate) fn request(method: &str, path: &str) -> Request {
    let request =
        Request { method: method.to_owned(), path: path.to_owned(), query: Vec::new(), headers: Vec::new() };
    request.header("host", "www.example.com").header("user-agent", "Mozilla/5.0")
}

pub(crate) fn get(path: &str) -> Request {
    request("GET", path)
}

impl Request {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn headers(self, headers: &[(&str, &str)]) -> Self {
        headers.iter().fold(self, |request, (name, value)| request.header(name, value))
    }

    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The event that an ALB makes of it, in one of the two header modes.
    pub(crate) fn event(&self, is_multi: bool) -> Value {
        let members = |pairs: &Pairs| {
            let mut members = Map::new();
            for (name, value) in pairs {
                if is_multi {
                    members.entry(name).or_insert(json!([])).as_array_mut().unwrap().push(json!(value));
                } else {
                    members.insert(name.clone(), json!(value));
                }
            }
            members
        };
        let (headers, query) = if is_multi {
            ("multiValueHeaders", "multiValueQueryStringParameters")
        } else {
            ("headers", "queryStringParameters")
        };
        json!({
            "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/maintenance-responder/6d0ecf831eec9f09"}},
            "httpMethod": self.method,
            "path": self.path,
            query: members(&self.query),
            headers: members(&self.headers),
            "body": "",
            "isBase64Encoded": false,
        })
    }

    /// Sends it in both header modes, which must make no difference to the client.
    pub(crate) fn send(&self, config: &Config) -> Exchange {
        let [single, multi] =
            [false, true].map(|is_multi| invoke(config, self.event(is_multi).to_string().as_bytes()));
        assert_eq!(single, multi);
        single
    }
}
