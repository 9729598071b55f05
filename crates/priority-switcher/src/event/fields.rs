//! The fields of a JSON object. A `serde_json` map would keep the last of two fields with one name, and an `Option`
//! would take `null` for absent.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::SwitchError;

/// The values by name, each as its own JSON text.
#[derive(Default)]
pub(super) struct Fields<'a>(BTreeMap<String, &'a str>);

impl<'a> Fields<'a> {
    /// `name` is what the error calls the object.
    pub(super) fn of_object(name: &str, text: &'a str) -> Result<Self, SwitchError> {
        const ACCEPTED: &str = r#"an object such as {"type":"start"}, with each field once"#;
        serde_json::from_str(text).map_err(|problem| unusable(name, text, &format!(": {problem}"), ACCEPTED))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).copied()
    }

    /// None without the field; an error if `value` makes nothing of it.
    pub(super) fn read<T>(
        &self,
        name: &str,
        accepted: &str,
        value: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, SwitchError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        value(text).map(Some).ok_or_else(|| unusable(name, text, "", accepted))
    }

    /// An error if there is a field that is not among the `known`.
    pub(super) fn only(&self, known: &str) -> Result<(), SwitchError> {
        match self.0.iter().find(|(name, _)| known.split(", ").all(|known| known != **name)) {
            None => Ok(()),
            Some((name, text)) => Err(unusable(name, text, ": unknown field for this type", known)),
        }
    }
}

fn unusable(name: &str, value: &str, problem: &str, accepted: &str) -> SwitchError {
    const LONGEST: usize = 100;
    let cut = |text: &str| match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    refused(&format!("{} is {}{}; accepted: {accepted}", cut(name), cut(value), cut(problem)))
}

pub(super) fn missing(name: &str, accepted: &str) -> SwitchError {
    refused(&format!("{name} is missing; accepted: {accepted}"))
}

fn refused(problem: &str) -> SwitchError {
    SwitchError { error_type: "BadEvent", message: format!("{problem}; nothing was changed") }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for Fields<'de> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self, A::Error> {
        while let Some((name, value)) = members.next_entry::<String, &RawValue>()? {
            if self.0.contains_key(&name) {
                return Err(A::Error::custom(format_args!("{name} is given twice")));
            }
            self.0.insert(name, value.get());
        }
        Ok(self)
    }
}
