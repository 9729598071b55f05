//! The few fields of an ALB event that decide the answer, read so that any payload will do.
//!
//! `AlbTargetGroupRequest` of `aws_lambda_events` refuses events that an ALB can send (a strange method, a `null`), and
//! forgets the order of the query. The event's form is documented in
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer>.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// What an event says about the client's request.
///
/// It deserializes from anything, because the Lambda runtime fails an invocation whose payload does not deserialize,
/// and the ALB makes that a bare 502: what is not an ALB's event gives a request with nothing in it, and a value of
/// another kind counts as absent.
#[derive(Debug, Default)]
pub struct Request {
    /// The method as sent, empty if absent.
    pub method: String,
    /// The path as sent (the ALB does not percent-decode it), without anything after a `?` or `#`, empty if absent.
    pub path: String,
    headers: Members,
    query: Members,
}

/// An object's members in their order, which for a query is the client's.
#[derive(Debug, Default)]
struct Members(Vec<(String, Value)>);

impl Request {
    /// A header by its name in any case. Of several values the last counts, which is also the one that an event without
    /// `multiValueHeaders` holds.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header_values(name).last()
    }

    /// A header whose value is a list: several values are one list.
    pub(crate) fn header_list(&self, name: &str) -> Option<String> {
        self.header_values(name).map(str::to_owned).reduce(|list, value| list + ", " + &value)
    }

    /// Whether the method only reads: it may be repeated without doing anything twice.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The `Host` header, empty if absent: an ALB's health checks have none.
    pub(crate) fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }

    /// The query's parameters, name and value as the client percent-encoded them. In single-value mode the ALB has kept
    /// only the last value of each name.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.0.iter().flat_map(|(name, value)| texts(value).map(move |text| (name.as_str(), text)))
    }

    fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = self.headers.0.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        same.flat_map(|(_, value)| texts(value))
    }
}

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(payload: D) -> Result<Self, D::Error> {
        // As it is: the runtime's reader notes where it is, which would cost more than the reading.
        let payload = <&RawValue>::deserialize(payload).ok();
        let event: BTreeMap<&str, &RawValue> = read(payload.as_ref());
        let members = |multi: &str, single: &str| {
            let members: Members = read(event.get(multi));
            if members.0.is_empty() { read(event.get(single)) } else { members }
        };
        let mut path: String = read(event.get("path"));
        path.truncate(path.find(['?', '#']).unwrap_or(path.len()));
        Ok(Self {
            method: read(event.get("httpMethod")),
            path,
            headers: members("multiValueHeaders", "headers"),
            query: members("multiValueQueryStringParameters", "queryStringParameters"),
        })
    }
}

/// What is in the JSON, or the default if it is absent or of another kind.
fn read<'a, T: Deserialize<'a> + Default>(json: Option<&&'a RawValue>) -> T {
    json.and_then(|json| serde_json::from_str(json.get()).ok()).unwrap_or_default()
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        // Enough for most requests.
        json.deserialize_map(Self(Vec::with_capacity(16)))
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Self, A::Error> {
        while let Some(member) = object.next_entry()? {
            self.0.push(member);
        }
        Ok(self)
    }
}

/// The text in a value: a string's own, or that of each string in an array.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().filter_map(Value::as_str)
}
