//! The few fields of an ALB event that decide the answer, read so tolerantly that any payload will do.
//!
//! `AlbTargetGroupRequest` of `aws_lambda_events` refuses events that an ALB can send (a strange method, a `null`), and
//! forgets the order of the query. The event's form is documented in
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer>.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

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
    headers: Map<String, Value>,
    query: Map<String, Value>,
}

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

    /// The `Host` header, empty if absent: an ALB's health checks carry none.
    pub fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }

    /// The query's parameters in the event's order, name and value as the client percent-encoded them. In single-value
    /// mode the ALB has kept only the last value of each name.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().flat_map(|(name, value)| texts(value).map(move |text| (name.as_str(), text)))
    }

    fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .flat_map(|(_, value)| texts(value))
    }
}

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(event: D) -> Result<Self, D::Error> {
        // Not all JSON is a `Value`: half a surrogate pair, a number beyond f64, and nesting without end are not.
        Ok(Value::deserialize(event).map(Self::from).unwrap_or_default())
    }
}

impl From<Value> for Request {
    fn from(mut event: Value) -> Self {
        let mut object = |name: &str| match event.get_mut(name).map(Value::take) {
            Some(Value::Object(members)) => Some(members),
            _ => None,
        };
        let headers = object("multiValueHeaders").or_else(|| object("headers")).unwrap_or_default();
        let query = object("multiValueQueryStringParameters").or_else(|| object("queryStringParameters"));
        let text = |name: &str| event.get(name).and_then(|value| texts(value).last()).unwrap_or_default();
        let path = text("path");
        Self {
            method: text("httpMethod").to_owned(),
            path: path[..path.find(['?', '#']).unwrap_or(path.len())].to_owned(),
            headers,
            query: query.unwrap_or_default(),
        }
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
