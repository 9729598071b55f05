//! From an event to its answer and its log line.

use std::borrow::Cow;
use std::io::Write;

use serde_json::value::RawValue;

use crate::config::Config;
use crate::log::LogLine;
use crate::page::{self, CONTENT_SECURITY_POLICY};
use crate::request::Request;
use crate::response::{Answer, Response, Status};
use crate::return_path::ReturnPath;
use crate::route::{Outcome, route};

const HEALTH_BODY: &str = r#"{"status":"maintenance"}"#;
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// Answers requests.
#[derive(Debug)]
pub struct Responder {
    config: Config,
    retry_after: String,
    /// The answer that most requests get, without and with multi-value headers.
    unavailable: [Option<Box<RawValue>>; 2],
}

impl Responder {
    /// Prepares the answers.
    pub fn new(config: Config) -> Self {
        let retry_after = config.retry_after_seconds.to_string();
        let mut responder = Self { config, retry_after, unavailable: [None, None] };
        responder.unavailable = [false, true].map(|multi_value| {
            let request = Request { multi_value, ..Request::default() };
            responder.compose(&request, &Outcome::Unavailable).prepare().ok()
        });
        responder
    }

    /// Answers a request, and writes one line to `log`. `request_id` is the invocation's.
    pub fn handle(&self, request: &Request, request_id: &str, log: &mut impl Write) -> Answer<'_> {
        let outcome = route(request, &self.config);
        // A client's answer is worth more than its log line.
        let _ = LogLine::new(request, &outcome, request_id).write_to(log);
        match self.prepared(request, &outcome) {
            Some(answer) => Answer::Prepared(answer),
            None => Answer::Composed(self.compose(request, &outcome)),
        }
    }

    fn prepared(&self, request: &Request, outcome: &Outcome) -> Option<&RawValue> {
        let is_plain = request.headers.origin.is_none() && request.method != "HEAD";
        if *outcome == Outcome::Unavailable && is_plain {
            self.unavailable[usize::from(request.multi_value)].as_deref()
        } else {
            None
        }
    }

    fn compose(&self, request: &Request, outcome: &Outcome) -> Response<'_> {
        let status = outcome.status();
        let is_head = request.method == "HEAD";
        // Room for every header that an answer can have.
        let mut headers = Vec::with_capacity(12);
        headers.push(("Cache-Control", Cow::Borrowed("no-store")));
        headers.push(("X-Maintenance-Mode", Cow::Borrowed("on")));
        let mut body = Cow::Borrowed("");
        match outcome {
            Outcome::Preflight(preflight) => {
                headers.push(("Access-Control-Allow-Methods", Cow::Owned(preflight.method.clone())));
                if let Some(names) = &preflight.headers {
                    headers.push(("Access-Control-Allow-Headers", Cow::Owned(names.clone())));
                }
                // A browser must not remember after the maintenance what was granted during it.
                headers.push(("Access-Control-Max-Age", Cow::Borrowed("0")));
            }
            Outcome::Health => {
                headers.push(("Content-Type", Cow::Borrowed(JSON)));
                body = Cow::Borrowed(HEALTH_BODY);
            }
            Outcome::Page { language, from } => {
                headers.push(("Content-Type", Cow::Borrowed(HTML)));
                headers.push(("Content-Language", Cow::Borrowed(language.tag())));
                headers.push(("Content-Security-Policy", Cow::Borrowed(CONTENT_SECURITY_POLICY)));
                headers.push(("Referrer-Policy", Cow::Borrowed("no-referrer")));
                headers.push(("X-Content-Type-Options", Cow::Borrowed("nosniff")));
                // The page's own script asks with HEAD, so the HTML is not even made for it.
                if !is_head {
                    body = Cow::Owned(page::render(&self.config, *language, from.as_ref()));
                }
            }
            Outcome::Redirect { from } => headers.push(("Location", self.location(from.as_ref()))),
            Outcome::Unavailable => {
                headers.push(("Content-Type", Cow::Borrowed(JSON)));
                body = Cow::Borrowed(&self.config.unavailable_body);
            }
        }
        if status == Status::ServiceUnavailable {
            headers.push(("Retry-After", Cow::Borrowed(&self.retry_after)));
        }
        if let Some(vary) = self.vary(outcome) {
            headers.push(("Vary", Cow::Borrowed(vary)));
        }
        self.share(request, &mut headers);
        if is_head {
            body = Cow::Borrowed("");
        }
        Response { status, headers, body, multi_value: request.multi_value }
    }

    fn location(&self, from: Option<&ReturnPath>) -> Cow<'_, str> {
        let page = self.config.page_url.location();
        from.map_or(Cow::Borrowed(page), |from| Cow::Owned([page, "?from=", &from.to_parameter()].concat()))
    }

    /// Which request headers the answer depends on.
    fn vary(&self, outcome: &Outcome) -> Option<&'static str> {
        match (outcome, self.config.allowed_origins.vary()) {
            (Outcome::Page { .. }, true) => Some("Accept-Language, Origin"),
            (Outcome::Page { .. }, false) => Some("Accept-Language"),
            (_, true) => Some("Origin"),
            (_, false) => None,
        }
    }

    /// Lets a browser app of an allowed origin read the answer.
    fn share<'a>(&'a self, request: &Request, headers: &mut Vec<(&'static str, Cow<'a, str>)>) {
        let Some(origin) = &request.headers.origin else {
            return;
        };
        let Some(allowed) = self.config.allowed_origins.allow(origin) else {
            return;
        };
        headers.push(("Access-Control-Allow-Origin", Cow::Borrowed(allowed)));
        if allowed != "*" {
            headers.push(("Access-Control-Allow-Credentials", Cow::Borrowed("true")));
        }
        headers.push(("Access-Control-Expose-Headers", Cow::Borrowed("Retry-After, X-Maintenance-Mode")));
    }
}
