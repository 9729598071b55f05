//! Reading JSON in place without ever failing: wrong kinds are skipped, broken text is repaired.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Calls `visit` with the name and value of each member of an object, in order. Any other kind has no members, and
/// what is not JSON has those before the first mistake.
pub(crate) fn for_each_member<'de, D: Deserializer<'de>>(object: D, visit: impl FnMut(&[u8], &'de RawValue)) {
    // The error says only that there is nothing more to visit.
    let _ = object.deserialize_map(Members(visit));
}

/// The members of an object that has been skipped before.
pub(crate) fn for_each_member_in(object: &RawValue, visit: impl FnMut(&[u8], &RawValue)) {
    for_each_member(&mut serde_json::Deserializer::from_str(object.get()), visit);
}

/// The text in a value: a string's own, or that of each string in an array. Any other kind has none.
pub(crate) fn strings(value: &RawValue) -> Vec<Cow<'_, str>> {
    let json = value.get();
    if json.starts_with('"') {
        string(json).into_iter().collect()
    } else if json.starts_with('[') {
        serde_json::from_str(json).map(|Strings(strings)| strings).unwrap_or_default()
    } else {
        Vec::new()
    }
}

/// The text in a value, or the last one of several.
pub(crate) fn last_string(value: &RawValue) -> Option<String> {
    let json = value.get();
    let text = if json.starts_with('"') { string(json) } else { strings(value).pop() };
    text.map(Cow::into_owned)
}

fn string(json: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str(json).ok().map(|Bytes(bytes)| match bytes {
        Cow::Borrowed(bytes) => match str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => repaired(bytes),
        },
        Cow::Owned(bytes) => {
            String::from_utf8(bytes).map_or_else(|error| repaired(error.as_bytes()), Cow::Owned)
        }
    })
}

/// JSON can write a lone surrogate, UTF-8 cannot.
fn repaired<'a>(bytes: &[u8]) -> Cow<'a, str> {
    Cow::Owned(String::from_utf8_lossy(bytes).into_owned())
}

struct Members<F>(F);

impl<'de, F: FnMut(&[u8], &'de RawValue)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Bytes(name), value)) = map.next_entry::<_, &RawValue>()? {
            (self.0)(&name, value);
        }
        Ok(())
    }
}

/// What a JSON string holds. Asked for a `str`, `serde_json` fails on a lone surrogate; asked for bytes, it hands over
/// what there is.
struct Bytes<'a>(Cow<'a, [u8]>);

impl<'de> Deserialize<'de> for Bytes<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(BytesVisitor)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Bytes<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Bytes<'de>, E> {
        Ok(Bytes(Cow::Borrowed(bytes)))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes<'de>, E> {
        Ok(Bytes(Cow::Owned(bytes.to_owned())))
    }
}

/// The strings of an array, in order, without its other elements.
struct Strings<'a>(Vec<Cow<'a, str>>);

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
                strings.extend(string(element.get()));
            }
        }
        Ok(Strings(strings))
    }
}
