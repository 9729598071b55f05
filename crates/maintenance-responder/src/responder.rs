//! From an event to its answer and its log line.

use std::borrow::Cow;
use std::io::Write;

use crate::config::Config;
use crate::log::LogLine;
use crate::page::{CONTENT_SECURITY_POLICY, Page};
use crate::request::Request;
use crate::response::{Response, Status};
use crate::route::{Outcome, route};

const HEALTH_BODY: &str = r#"{"status":"maintenance"}"#;
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// Answers requests. Whatever can be prepared is prepared when it is made, which is at init.
#[derive(Debug)]
pub struct Responder {
    config: Config,
    page: Page,
    retry_after: String,
}

impl Responder {
    /// Prepares the answers.
    pub fn new(config: Config) -> Self {
        Self { page: Page::new(&config), retry_after: config.retry_after_seconds.to_string(), config }
    }

    /// Answers an event, which may be any JSON, and writes one line to `log`.
    pub fn handle(&self, event: &str, request_id: &str, log: &mut impl Write) -> Response<'_> {
        let request = Request::from_json(event);
        let outcome = route(&request, &self.config);
        let response = self.respond(&request, &outcome);
        // A client's answer is worth more than its log line.
        let _ = LogLine::new(&request, &outcome, response.status, request_id).write_to(log);
        response
    }

    fn respond(&self, request: &Request, outcome: &Outcome) -> Response<'_> {
        // Room for every header that an answer can have.
        let mut headers = Vec::with_capacity(12);
        headers.push(("Cache-Control", Cow::Borrowed("no-store")));
        headers.push(("X-Maintenance-Mode", Cow::Borrowed("on")));
        let (status, body) = match outcome {
            Outcome::Preflight(preflight) => {
                headers.push(("Access-Control-Allow-Methods", Cow::Owned(preflight.method.clone())));
                if let Some(names) = &preflight.headers {
                    headers.push(("Access-Control-Allow-Headers", Cow::Owned(names.clone())));
                }
                // A browser must not remember after the maintenance what was granted during it.
                headers.push(("Access-Control-Max-Age", Cow::Borrowed("0")));
                (Status::NoContent, Cow::Borrowed(""))
            }
            Outcome::Health => {
                headers.push(("Content-Type", Cow::Borrowed(JSON)));
                (Status::Ok, Cow::Borrowed(HEALTH_BODY))
            }
            Outcome::Page { language, from } => {
                headers.push(("Content-Type", Cow::Borrowed(HTML)));
                headers.push(("Content-Language", Cow::Borrowed(language.tag())));
                headers.push(("Content-Security-Policy", Cow::Borrowed(CONTENT_SECURITY_POLICY)));
                headers.push(("Referrer-Policy", Cow::Borrowed("no-referrer")));
                headers.push(("X-Content-Type-Options", Cow::Borrowed("nosniff")));
                (Status::ServiceUnavailable, self.page.render(*language, from.as_ref()))
            }
            Outcome::Redirect { from } => {
                let location = self.config.page_url.location();
                let location = match from {
                    Some(from) => Cow::Owned(format!("{location}?from={}", from.to_parameter())),
                    None => Cow::Borrowed(location),
                };
                headers.push(("Location", location));
                (Status::SeeOther, Cow::Borrowed(""))
            }
            Outcome::Unavailable => {
                headers.push(("Content-Type", Cow::Borrowed(JSON)));
                (Status::ServiceUnavailable, Cow::Borrowed(self.config.unavailable_body.as_str()))
            }
        };
        if status == Status::ServiceUnavailable {
            headers.push(("Retry-After", Cow::Borrowed(&self.retry_after)));
        }
        if let Some(vary) = self.vary(outcome) {
            headers.push(("Vary", Cow::Borrowed(vary)));
        }
        self.share(request, &mut headers);
        let body = if request.method == "HEAD" { Cow::Borrowed("") } else { body };
        Response { status, headers, body, multi_value: request.multi_value }
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
