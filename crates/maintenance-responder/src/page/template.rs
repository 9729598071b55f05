//! Placing text in HTML.

use std::borrow::Cow;

/// Replaces each `{{name}}` of a template by its value. Where there is none, a new part begins.
pub(crate) fn expand<'a>(template: &str, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut rest = template;
    while let Some((before, name, after)) = next_name(rest) {
        part.push_str(before);
        match value(name) {
            Some(value) => part.push_str(&value),
            None => parts.push(std::mem::take(&mut part)),
        }
        rest = after;
    }
    part.push_str(rest);
    parts.push(part);
    parts
}

fn next_name(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name, after))
}

/// Text as it is written in HTML, in an element or a quoted attribute.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}
