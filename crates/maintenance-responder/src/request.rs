//! The few fields of an ALB event that decide the answer, read so tolerantly that any payload will do.
//!
//! The event's form is documented in
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer>.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json::{for_each_member, for_each_member_in, last_string, strings};

/// What an event says about the client's request. A field that is missing or of another kind reads as absent.
///
/// It deserializes from anything, because the Lambda runtime fails an invocation whose payload does not deserialize,
/// and the ALB makes that a bare 502: what is not an ALB's event gives a request with nothing in it.
#[derive(Debug, Default)]
pub struct Request {
    /// The method as sent, empty if absent.
    pub method: String,
    /// The path as sent (the ALB does not percent-decode it), without anything after a `?` or `#`, empty if absent.
    pub path: String,
    /// The headers that decide the answer.
    pub headers: Headers,
    /// The query string, not yet read: few answers need it.
    pub query: Query,
    /// Whether the event came with `multiValueHeaders`; then the answer must use them too.
    pub multi_value: bool,
}

/// The request headers that decide the answer, each absent unless the event holds it as text. Of several values the
/// last counts, which is also the one that an event without `multiValueHeaders` holds.
#[derive(Debug, Default)]
pub struct Headers {
    /// `Host`
    pub host: Option<String>,
    /// `User-Agent`
    pub user_agent: Option<String>,
    /// `Origin`
    pub origin: Option<String>,
    /// `Accept-Language`, a list: several values are joined.
    pub accept_language: Option<String>,
    /// `Access-Control-Request-Method`
    pub access_control_request_method: Option<String>,
    /// `Access-Control-Request-Headers`, a list: several values are joined.
    pub access_control_request_headers: Option<String>,
}

/// The query string parameters of an event, each still as the client percent-encoded it.
#[derive(Debug, Default)]
pub struct Query(Option<Box<RawValue>>);

impl Request {
    /// The `Host` header, empty if absent: an ALB's health checks carry none.
    pub fn host(&self) -> &str {
        self.headers.host.as_deref().unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(event: D) -> Result<Self, D::Error> {
        let mut request = Self::default();
        let (mut headers, mut multi_headers) = (None, None);
        let (mut query, mut multi_query) = (None, None);
        for_each_member(event, |name, value| match name {
            b"httpMethod" => request.method = last_string(value).unwrap_or_default(),
            b"path" => request.path = last_string(value).map(without_query).unwrap_or_default(),
            b"headers" => headers = Some(value),
            b"multiValueHeaders" if is_object(value) => multi_headers = Some(value),
            b"queryStringParameters" => query = Some(value),
            b"multiValueQueryStringParameters" if is_object(value) => multi_query = Some(value),
            _ => {}
        });
        request.multi_value = multi_headers.is_some();
        request.headers = multi_headers.or(headers).map(Headers::read).unwrap_or_default();
        request.query =
            Query(multi_query.or(query).filter(|query| query.get() != "{}").map(ToOwned::to_owned));
        Ok(request)
    }
}

impl Headers {
    fn read(object: &RawValue) -> Self {
        let mut headers = Self::default();
        for_each_member_in(object, |name, value| {
            let is = |wanted: &str| name.eq_ignore_ascii_case(wanted.as_bytes());
            if is("host") {
                headers.host = last_string(value);
            } else if is("user-agent") {
                headers.user_agent = last_string(value);
            } else if is("origin") {
                headers.origin = last_string(value);
            } else if is("accept-language") {
                headers.accept_language = list(value);
            } else if is("access-control-request-method") {
                headers.access_control_request_method = last_string(value);
            } else if is("access-control-request-headers") {
                headers.access_control_request_headers = list(value);
            }
        });
        headers
    }
}

impl Query {
    /// Calls `visit` with each parameter in the event's order, name and value as the client percent-encoded them. In
    /// single-value mode the ALB has kept only the last value of each name.
    pub fn for_each(&self, mut visit: impl FnMut(&str, &str)) {
        let Some(object) = &self.0 else { return };
        for_each_member_in(object, |name, value| {
            let name = String::from_utf8_lossy(name);
            for value in strings(value) {
                visit(&name, &value);
            }
        });
    }

    /// The last value of a parameter, as the client percent-encoded it.
    pub fn last(&self, wanted: &str) -> Option<String> {
        let mut last = None;
        self.for_each(|name, value| {
            if name == wanted {
                last = Some(value.to_owned());
            }
        });
        last
    }
}

fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}

fn list(value: &RawValue) -> Option<String> {
    let values = strings(value);
    (!values.is_empty()).then(|| values.join(", "))
}

fn without_query(mut path: String) -> String {
    if let Some(end) = path.find(['?', '#']) {
        path.truncate(end);
    }
    path
}
