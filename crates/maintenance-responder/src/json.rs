//! Reading JSON in place without ever failing: wrong kinds are skipped, broken text is repaired.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Calls `visit` with the name and value of each member of a JSON object, in order. Any other kind has no members.
pub(crate) fn for_each_member<'a>(json: &'a str, visit: impl FnMut(&str, &'a RawValue)) {
    // The error of another kind, or of text that is not JSON, says only that there is nothing more to visit.
    let _ = serde_json::Deserializer::from_str(json).deserialize_map(Members(visit));
}

/// The text in a value: a string's own, or that of each string in an array. Any other kind has none.
pub(crate) fn strings(value: &RawValue) -> impl Iterator<Item = Cow<'_, str>> {
    let json = value.get();
    let (single, several) = match json.as_bytes().first() {
        Some(b'"') => (serde_json::from_str::<Text>(json).ok(), Vec::new()),
        Some(b'[') => {
            (None, serde_json::from_str::<Strings>(json).map(|strings| strings.0).unwrap_or_default())
        }
        _ => (None, Vec::new()),
    };
    single.into_iter().chain(several).map(|text| text.0)
}

struct Members<F>(F);

impl<'de, F: FnMut(&str, &'de RawValue)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<Text, &RawValue>()? {
            (self.0)(&name.0, value);
        }
        Ok(())
    }
}

/// A JSON string. A lone surrogate, which JSON can write and UTF-8 cannot, becomes U+FFFD.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for a `str`, serde_json fails on a lone surrogate; asked for bytes, it hands over what there is.
        deserializer.deserialize_bytes(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Text<'de>, E> {
        Ok(Text(String::from_utf8_lossy(bytes)))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(String::from_utf8_lossy(bytes).into_owned())))
    }
}

/// The strings of an array, in order, without its other elements.
struct Strings<'a>(Vec<Text<'a>>);

impl<'de> Deserialize<'de> for Strings<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(StringsVisitor)
    }
}

struct StringsVisitor;

impl<'de> Visitor<'de> for StringsVisitor {
    type Value = Strings<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Strings<'de>, A::Error> {
        let mut strings = Vec::new();
        while let Some(element) = elements.next_element::<&RawValue>()? {
            if element.get().starts_with('"') {
                strings.extend(serde_json::from_str::<Text>(element.get()));
            }
        }
        Ok(Strings(strings))
    }
}
