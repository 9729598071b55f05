//! Answers in the form that an ALB understands.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#respond-to-load-balancer>

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// An HTTP status that the function uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 200
    Ok,
    /// 204
    NoContent,
    /// 303: whatever the method was, the browser asks for the other URL with GET.
    SeeOther,
    /// 503
    ServiceUnavailable,
}

impl Status {
    /// The status code.
    pub fn code(self) -> u16 {
        match self {
            Self::Ok => 200,
            Self::NoContent => 204,
            Self::SeeOther => 303,
            Self::ServiceUnavailable => 503,
        }
    }

    /// Code and reason, the form that the ALB asks for.
    pub fn description(self) -> &'static str {
        match self {
            Self::Ok => "200 OK",
            Self::NoContent => "204 No Content",
            Self::SeeOther => "303 See Other",
            Self::ServiceUnavailable => "503 Service Unavailable",
        }
    }
}

/// What the ALB gets.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Answer<'a> {
    /// A response that was serialized before.
    Prepared(&'a RawValue),
    /// One that this request alone gets.
    Composed(Response<'a>),
}

/// An answer to the ALB. Serialized it never holds a `null`, which the ALB would turn into a 502.
#[derive(Clone, Debug)]
pub struct Response<'a> {
    /// The status.
    pub status: Status,
    /// Names and values; no name twice. The ALB itself adds `Content-Length`.
    pub headers: Vec<(&'static str, Cow<'a, str>)>,
    /// The body, empty for none.
    pub body: Cow<'a, str>,
    /// Whether the target group has multi-value headers switched on, which is how the event came.
    pub multi_value: bool,
}

impl Response<'_> {
    /// The response's JSON, ready to be sent any number of times.
    ///
    /// # Errors
    /// None: text is all that a response holds.
    pub fn prepare(&self) -> serde_json::Result<Box<RawValue>> {
        to_raw_value(self)
    }
}

impl Serialize for Response<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut response = serializer.serialize_map(Some(5))?;
        response.serialize_entry("statusCode", &self.status.code())?;
        response.serialize_entry("statusDescription", self.status.description())?;
        response.serialize_entry("isBase64Encoded", &false)?;
        if self.multi_value {
            response.serialize_entry("multiValueHeaders", &MultiValue(&self.headers))?;
        } else {
            response.serialize_entry("headers", &SingleValue(&self.headers))?;
        }
        response.serialize_entry("body", &self.body)?;
        response.end()
    }
}

struct SingleValue<'a>(&'a [(&'static str, Cow<'a, str>)]);

impl Serialize for SingleValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

struct MultiValue<'a>(&'a [(&'static str, Cow<'a, str>)]);

impl Serialize for MultiValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, [value])))
    }
}
