//! Outcome → what the ALB understands.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#respond-to-load-balancer>

use aws_lambda_events::alb::AlbTargetGroupResponse;
use aws_lambda_events::encodings::Body;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::config::Config;
use crate::page::{self, Language};
use crate::request::Request;
use crate::return_path::ReturnPath;
use crate::route::Outcome;

const X_MAINTENANCE_MODE: HeaderName = HeaderName::from_static("x-maintenance-mode");

/// What is special about an outcome's answer: status, headers and body.
type Parts = (StatusCode, Vec<(HeaderName, HeaderValue)>, String);

/// The answer to a request. It holds no `null`, which the ALB would turn into a 502, and its headers in both forms: the
/// ALB takes the one that its target group is set to.
pub(crate) fn answer(outcome: &Outcome, request: &Request, config: &Config) -> AlbTargetGroupResponse {
    let (status, special, body) = match outcome {
        Outcome::Preflight(headers) => (StatusCode::NO_CONTENT, headers.clone(), String::new()),
        Outcome::TargetHealth if !config.errors.is_empty() => misconfigured(config),
        Outcome::TargetHealth | Outcome::Health => json(StatusCode::OK, r#"{"status":"maintenance"}"#),
        Outcome::Page(language, return_path) => maintenance_page(language, return_path.as_ref(), config),
        Outcome::Redirect(from) => redirect(config.page_url.location(from.as_ref())),
        Outcome::Unavailable => json(StatusCode::SERVICE_UNAVAILABLE, &config.unavailable_body),
    };
    // Room for all of them.
    let mut headers = HeaderMap::with_capacity(12);
    headers.extend(special);
    // What is on the way must neither keep an answer nor change the page, whose policy knows its scripts by hash.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    headers.insert(X_MAINTENANCE_MODE, HeaderValue::from_static("on"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, config.retry_after_seconds.into());
    }
    headers.extend(vary(outcome, config).map(|names| (header::VARY, names)));
    share(request, config, &mut headers);

    let mut answer = AlbTargetGroupResponse::default();
    answer.status_code = status.as_u16().into();
    answer.status_description = Some(status.to_string());
    answer.multi_value_headers = headers.clone();
    answer.headers = headers;
    answer.body = Some(Body::Text(if request.method == "HEAD" { String::new() } else { body }));
    answer
}

fn json(status: StatusCode, body: &str) -> Parts {
    (status, vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body.to_owned())
}

/// Turns the target unhealthy, so that a wrong setting is found before the answers are needed.
fn misconfigured(config: &Config) -> Parts {
    let variables: Vec<_> = config.errors.iter().map(|error| error.variable).collect();
    let body = serde_json::json!({"status": "misconfigured", "variables": variables});
    json(StatusCode::INTERNAL_SERVER_ERROR, &body.to_string())
}

fn maintenance_page(language: &Language, return_path: Option<&ReturnPath>, config: &Config) -> Parts {
    let headers = vec![
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::CONTENT_SECURITY_POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, page::render(config, language, return_path))
}

/// 303: the browser asks for the other URL with GET, whatever the method was.
fn redirect(location: String) -> Parts {
    // All that a URL or a place may hold is valid in a header.
    let headers = HeaderValue::try_from(location).map(|location| (header::LOCATION, location));
    (StatusCode::SEE_OTHER, headers.into_iter().collect(), String::new())
}

/// What the answer differs by, in one value, since the form with single values holds one of each name.
fn vary(outcome: &Outcome, config: &Config) -> Option<HeaderValue> {
    let is_page = matches!(outcome, Outcome::Page(..));
    let names = [
        ("Accept, Sec-Fetch-Mode", config.redirects_navigations && !is_page),
        ("Accept-Language", config.page_language.is_none() && is_page),
        ("Origin", config.allowed_origins.vary()),
        ("Sec-Fetch-Site", matches!(outcome, Outcome::Page(_, Some(_)))),
    ];
    let names = names.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned());
    HeaderValue::try_from(names.reduce(|list, name| list + ", " + &name)?).ok()
}

/// Lets a browser app of an allowed origin read the answer.
fn share(request: &Request, config: &Config, headers: &mut HeaderMap) {
    let Some(allowed) = config.allowed_origins.allow(request) else { return };
    if allowed != "*" {
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    let exposed = HeaderValue::from_static("Retry-After, X-Maintenance-Mode");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}
