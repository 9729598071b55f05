//! The few fields of an ALB event that decide the answer, read so that any payload will do.
//!
//! `AlbTargetGroupRequest` of `aws_lambda_events` refuses events that an ALB can send (a strange method, a `null`), and
//! forgets the order of the query. The event's form is documented in
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer>.

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

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
    headers: Members,
    query: Members,
}

/// An object's members in their order, which for a query is the client's.
type Members = IndexMap<String, Value>;

impl Request {
    /// A header by its name in any case. Of several values the last counts, which is also the one that an event without
    /// `multiValueHeaders` holds.
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

    /// The `Host` header, empty if absent: an ALB's health checks have none.
    pub fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }

    /// The query's parameters, name and value as the client percent-encoded them. In single-value mode the ALB has kept
    /// only the last value of each name.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().flat_map(|(name, value)| texts(value).map(move |text| (name.as_str(), text)))
    }

    fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = self.headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        same.flat_map(|(_, value)| texts(value))
    }
}

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(event: D) -> Result<Self, D::Error> {
        Ok(Event::deserialize(event).map(Self::from).unwrap_or_default())
    }
}

/// The members as they are in the JSON: the runtime's reader follows where it is, which costs more than the reading.
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
        let mut path: String = read(event.path);
        path.truncate(path.find(['?', '#']).unwrap_or(path.len()));
        Self {
            method: read(event.http_method),
            path,
            headers: read(event.multi_value_headers.or(event.headers)),
            query: read(event.multi_value_query_string_parameters.or(event.query_string_parameters)),
        }
    }
}

/// The default for another kind, and for JSON that cannot be held: half a surrogate pair, a number beyond f64, endless
/// nesting.
fn read<T: DeserializeOwned + Default>(json: Option<&RawValue>) -> T {
    json.and_then(|json| serde_json::from_str(json.get()).ok()).unwrap_or_default()
}

/// The text in a value: a string's own, or that of each string in an array.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().filter_map(Value::as_str)
}
