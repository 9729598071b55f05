//! The few fields of an ALB event that decide the answer, read so tolerantly that any payload will do.
//!
//! `AlbTargetGroupRequest` of `aws_lambda_events` refuses events that an ALB can send (a strange method, a `null`), and
//! forgets the order of the query. The event's form is documented in
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer>.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The headers that decide the answer or join its log line with the ALB's access log. The others are not kept: they
/// carry secrets, and most of an event's bytes.
pub const DECIDING: [&str; 12] = [
    "accept",
    "accept-language",
    "access-control-request-headers",
    "access-control-request-method",
    "host",
    "origin",
    "referer",
    "sec-fetch-site",
    "user-agent",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-proto",
];

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
    headers: Members<&'static str>,
    query: Members<String>,
}

/// An object's members in their order, which for a query is the client's.
#[derive(Debug)]
struct Members<N>(Vec<(N, Value)>);

impl<N> Default for Members<N> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl Request {
    /// One of the [`DECIDING`] headers, by its name in any case. Of several values the last counts, which is also the one
    /// that an event without `multiValueHeaders` holds.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header_values(name).last()
    }

    /// A header whose value is a list: several values are one list.
    pub fn header_list(&self, name: &str) -> Option<String> {
        self.header_values(name).map(str::to_owned).reduce(|list, value| list + ", " + &value)
    }

    /// Whether the method only reads: it may be repeated without doing anything twice.
    pub fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The `Host` header, empty if absent: an ALB's health checks carry none.
    pub fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }

    /// The query's parameters in the event's order, name and value as the client percent-encoded them. In single-value
    /// mode the ALB has kept only the last value of each name.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.0.iter().flat_map(|(name, value)| texts(value).map(move |text| (name.as_str(), text)))
    }

    fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .0
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .flat_map(|(_, value)| texts(value))
    }
}

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(event: D) -> Result<Self, D::Error> {
        Ok(Event::deserialize(event).map(Self::from).unwrap_or_default())
    }
}

/// The members that are read, as they stand in the JSON: the runtime's own way of reading goes no deeper, since it keeps
/// track of where it is, which costs more than the reading.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Event<'a> {
    #[serde(borrow)]
    http_method: Option<&'a RawValue>,
    #[serde(borrow)]
    path: Option<&'a RawValue>,
    #[serde(borrow)]
    headers: Option<&'a RawValue>,
    #[serde(borrow)]
    multi_value_headers: Option<&'a RawValue>,
    #[serde(borrow)]
    query_string_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    multi_value_query_string_parameters: Option<&'a RawValue>,
}

impl From<Event<'_>> for Request {
    fn from(event: Event) -> Self {
        let mut path: String = read(event.path).unwrap_or_default();
        path.truncate(path.find(['?', '#']).unwrap_or(path.len()));
        let deciding = |name: &str| DECIDING.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let headers = |json| members(json, |name| deciding(&name));
        let query = |json| members(json, |name| Some(name.into_owned()));
        Self {
            method: read(event.http_method).unwrap_or_default(),
            path,
            headers: headers(event.multi_value_headers)
                .or_else(|| headers(event.headers))
                .unwrap_or_default(),
            query: query(event.multi_value_query_string_parameters)
                .or_else(|| query(event.query_string_parameters))
                .unwrap_or_default(),
        }
    }
}

/// Nothing for another kind, and for JSON that no `String` can hold: half a surrogate pair.
fn read(json: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(json?.get()).ok()
}

/// Nothing for another kind, and for JSON that no `Value` can hold: half a surrogate pair, a number beyond f64, nesting
/// without end.
fn members<N>(json: Option<&RawValue>, keep: impl Fn(Cow<str>) -> Option<N>) -> Option<Members<N>> {
    serde_json::Deserializer::from_str(json?.get()).deserialize_map(MembersVisitor(keep)).ok()
}

/// Visits an object and keeps the members for which this gives a name.
struct MembersVisitor<F>(F);

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, N, F: Fn(Cow<str>) -> Option<N>> Visitor<'de> for MembersVisitor<F> {
    type Value = Members<N>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members<N>, A::Error> {
        // Enough for most requests, so that it need not grow.
        let mut members = Vec::with_capacity(DECIDING.len());
        while let Some(Name(name)) = object.next_key()? {
            if let Some(name) = (self.0)(name) {
                members.push((name, object.next_value()?));
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Members(members))
    }
}

/// The text in a value: a string's own, or that of each string in an array. Any other kind has none.
fn texts(value: &Value) -> impl DoubleEndedIterator<Item = &str> {
    let values = match value {
        Value::Array(values) => values,
        other => std::slice::from_ref(other),
    };
    values.iter().filter_map(Value::as_str)
}
