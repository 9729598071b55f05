//! The invocation's payload, taken as it comes.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The text of an invocation's payload, whatever it holds.
///
/// The Lambda runtime fails an invocation whose payload does not deserialize into the handler's type, and the ALB turns
/// that into a bare 502. This type deserializes from anything.
#[derive(Debug, Default)]
pub struct Payload(Option<Box<RawValue>>);

impl Payload {
    /// The payload's JSON, or `null` where the payload was not JSON at all.
    pub fn json(&self) -> &str {
        self.0.as_deref().map_or("null", RawValue::get)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Box::<RawValue>::deserialize(deserializer).ok()))
    }
}
