//! The few fields of an ALB event that decide the answer, read so tolerantly that any JSON will do.
//!
//! The event's form is documented in
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer>.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::json::{for_each_member, strings};

/// What an event says about the client's request. A field that is missing or of another kind reads as absent.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// The method as sent, empty if absent.
    pub method: Cow<'a, str>,
    /// The path as sent (the ALB does not percent-decode it), without anything after a `?` or `#`, empty if absent.
    pub path: Cow<'a, str>,
    /// The headers that decide the answer.
    pub headers: Headers<'a>,
    /// The query string, not yet read: few answers need it.
    pub query: Query<'a>,
    /// Whether the event came with `multiValueHeaders`; then the answer must use them too.
    pub multi_value: bool,
}

/// The request headers that decide the answer, each absent unless the event holds it as text.
#[derive(Debug, Default)]
pub struct Headers<'a> {
    /// `Host`
    pub host: Option<Cow<'a, str>>,
    /// `User-Agent`
    pub user_agent: Option<Cow<'a, str>>,
    /// `Origin`
    pub origin: Option<Cow<'a, str>>,
    /// `Accept-Language`; several values are joined with commas.
    pub accept_language: Option<Cow<'a, str>>,
    /// `Access-Control-Request-Method`
    pub access_control_request_method: Option<Cow<'a, str>>,
    /// `Access-Control-Request-Headers`; several values are joined with commas.
    pub access_control_request_headers: Option<Cow<'a, str>>,
}

/// The query string parameters of an event, each still as the client percent-encoded it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'a>(Option<&'a RawValue>);

impl<'a> Request<'a> {
    /// Reads an event. Anything that is not an ALB's request gives a request with nothing in it.
    pub fn from_json(json: &'a str) -> Self {
        let mut request = Self::default();
        let mut single_query = None;
        let mut multi_query = None;
        let mut single_headers = None;
        let mut multi_headers = None;
        for_each_member(json, |name, value| match name {
            "httpMethod" => request.method = strings(value).next().unwrap_or_default(),
            "path" => request.path = without_query(strings(value).next().unwrap_or_default()),
            "headers" => single_headers = Some(value),
            "multiValueHeaders" if is_object(value) => multi_headers = Some(value),
            "queryStringParameters" => single_query = Some(value),
            "multiValueQueryStringParameters" if is_object(value) => multi_query = Some(value),
            _ => {}
        });
        request.multi_value = multi_headers.is_some();
        request.query = Query(multi_query.or(single_query));
        if let Some(headers) = multi_headers.or(single_headers) {
            request.headers = Headers::from_json(headers.get());
        }
        request
    }

    /// The `Host` header, empty if absent: an ALB's health checks carry none.
    pub fn host(&self) -> &str {
        self.headers.host.as_deref().unwrap_or_default()
    }
}

impl<'a> Headers<'a> {
    fn from_json(json: &'a str) -> Self {
        let mut headers = Self::default();
        for_each_member(json, |name, value| {
            let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
            if is("host") {
                headers.host = last(value);
            } else if is("user-agent") {
                headers.user_agent = last(value);
            } else if is("origin") {
                headers.origin = last(value);
            } else if is("accept-language") {
                headers.accept_language = joined(value);
            } else if is("access-control-request-method") {
                headers.access_control_request_method = last(value);
            } else if is("access-control-request-headers") {
                headers.access_control_request_headers = joined(value);
            }
        });
        headers
    }
}

impl<'a> Query<'a> {
    /// The parameters in the event's order, name and value as the client percent-encoded them. In single-value mode the
    /// ALB has kept only the last value of each name.
    pub fn parameters(self) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        let mut parameters = Vec::new();
        self.for_each(|name, value| {
            parameters.extend(strings(value).map(|value| (Cow::Owned(name.to_owned()), value)));
        });
        parameters
    }

    /// The first value of a parameter, as the client percent-encoded it.
    pub fn first(self, wanted: &str) -> Option<Cow<'a, str>> {
        let mut found = None;
        self.for_each(|name, value| {
            if found.is_none() && name == wanted {
                found = strings(value).next();
            }
        });
        found
    }

    fn for_each(self, visit: impl FnMut(&str, &'a RawValue)) {
        if let Some(json) = self.0 {
            for_each_member(json.get(), visit);
        }
    }
}

fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}

/// A header that HTTP allows once: with several values the last one, which is what single-value mode hands over.
fn last(value: &RawValue) -> Option<Cow<'_, str>> {
    strings(value).last()
}

/// A header whose values form one list.
fn joined(value: &RawValue) -> Option<Cow<'_, str>> {
    strings(value).reduce(|list, next| Cow::Owned(format!("{list}, {next}")))
}

fn without_query(path: Cow<'_, str>) -> Cow<'_, str> {
    match path.find(['?', '#']) {
        None => path,
        Some(end) => match path {
            Cow::Borrowed(path) => Cow::Borrowed(&path[..end]),
            Cow::Owned(mut path) => {
                path.truncate(end);
                Cow::Owned(path)
            }
        },
    }
}
