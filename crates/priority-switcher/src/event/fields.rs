//! The fields of a JSON object, each with its value as it was written.
//!
//! A map would keep the last of two fields with one name, and an `Option` would take `null` for absent.

use std::fmt::{self, Display};

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::EventError;

/// The fields of one object, each name once.
pub(super) struct Fields<'a>(Vec<Field<'a>>);

pub(super) struct Field<'a> {
    pub(super) name: String,
    /// JSON.
    pub(super) value: &'a str,
}

impl<'a> Fields<'a> {
    /// Reads an object; `name` is what the error calls it.
    pub(super) fn of_object(name: &str, text: &'a str) -> Result<Self, EventError> {
        let object = Field { name: name.to_owned(), value: text };
        let fields: Self = object.read("an object", r#"an object such as {"type":"start"}"#)?;
        let mut rest = fields.0.as_slice();
        while let [field, others @ ..] = rest {
            if let Some(other) = others.iter().find(|other| other.name == field.name) {
                return Err(other.error("given twice", "each field once"));
            }
            rest = others;
        }
        Ok(fields)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Field<'a>> {
        self.0.iter().find(|field| field.name == name)
    }

    /// # Errors
    /// On a field that is not among the `known` ones, which are separated by commas.
    pub(super) fn only(&self, event_type: &str, known: &str) -> Result<(), EventError> {
        let is_known = |field: &&Field<'_>| known.split(", ").any(|known| known == field.name);
        match self.0.iter().find(|field| !is_known(field)) {
            None => Ok(()),
            Some(field) => {
                Err(field.error("unknown field", format!("the fields of \"{event_type}\": {known}")))
            }
        }
    }
}

impl<'a> Field<'a> {
    /// Reads the value. `kind` is what it has to be, with its article.
    pub(super) fn read<T: Deserialize<'a>>(
        &self,
        kind: &str,
        accepted: impl Display,
    ) -> Result<T, EventError> {
        serde_json::from_str(self.value).map_err(|_| self.error(format!("not {kind}"), accepted))
    }

    pub(super) fn error(&self, problem: impl Display, accepted: impl Display) -> EventError {
        const LONGEST: usize = 100;
        let cut = |text: &str| match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        EventError(format!("{} is {}: {problem}; accepted: {accepted}", cut(&self.name), cut(self.value)))
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some((name, value)) = members.next_entry::<_, &RawValue>()? {
            fields.push(Field { name, value: value.get() });
        }
        Ok(Fields(fields))
    }
}
