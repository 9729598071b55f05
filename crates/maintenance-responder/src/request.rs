//! The few fields of an ALB event that decide the answer, read so that any payload will do.
//!
//! `AlbTargetGroupRequest` of `aws_lambda_events` refuses events that an ALB can send (a strange method, a `null`), and
//! forgets the order of the query. The event's form is documented in
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer>.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
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
    fn deserialize<D: Deserializer<'de>>(event: D) -> Result<Self, D::Error> {
        // The runtime's reader notes where it is, which would cost more than the reading.
        let event = <&RawValue>::deserialize(event).ok();
        let event: Option<Event> = event.and_then(|event| serde_json::from_str(event.get()).ok());
        Ok(event.map(Self::from).unwrap_or_default())
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Event {
    http_method: Value,
    path: Value,
    headers: Members,
    multi_value_headers: Members,
    query_string_parameters: Members,
    multi_value_query_string_parameters: Members,
}

impl From<Event> for Request {
    fn from(event: Event) -> Self {
        let text = |value| if let Value::String(text) = value { text } else { String::new() };
        let mut path = text(event.path);
        path.truncate(path.find(['?', '#']).unwrap_or(path.len()));
        Self {
            method: text(event.http_method),
            path,
            headers: event.multi_value_headers.or(event.headers),
            query: event.multi_value_query_string_parameters.or(event.query_string_parameters),
        }
    }
}

impl Members {
    fn or(self, others: Self) -> Self {
        if self.0.is_empty() { others } else { self }
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(MembersVisitor)
    }
}

struct MembersVisitor;

/// Another kind has no members.
macro_rules! no_members {
    ($($visit:ident($kind:ty)),*) => {
        $(fn $visit<E>(self, _: $kind) -> Result<Members, E> {
            Ok(Members::default())
        })*
    };
}

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    no_members!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Members, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Members::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members, A::Error> {
        // Enough for most requests.
        let mut members = Vec::with_capacity(16);
        while let Some(member) = object.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// The text in a value: a string's own, or that of each string in an array.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().filter_map(Value::as_str)
}
