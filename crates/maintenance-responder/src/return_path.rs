//! A place that a browser may be sent to.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::request::Request;

/// The longest return path, in bytes. Percent-encoded once more it is at most three times as long, which still fits the
/// 16 KB that an ALB allows for a request line.
pub const MAX_RETURN_PATH_BYTES: usize = 2_000;

/// What no browser leaves in a URL, and what could end an HTML attribute.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'\'')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// What a query string's value cannot hold, in case someone before us has decoded it.
const IN_VALUE: &AsciiSet = &UNSAFE.add(b'#').add(b'&');
const IN_NAME: &AsciiSet = &IN_VALUE.add(b'=');
/// What stays readable in the value of `from`.
const IN_FROM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A path on the same origin, with its query string, that a browser may be sent to.
///
/// The text may come from anyone: it stands in a link that an attacker can write. It is printable ASCII without
/// quotes, angle brackets, backslashes or a fragment, and starts with exactly one `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(String);

/// The root.
impl Default for ReturnPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl ReturnPath {
    /// The path and query string that a request asked for. One whose query string would be too long loses that.
    pub fn of_request(request: &Request) -> Option<Self> {
        let mut text = request.path.clone();
        let mut separator = '?';
        for (name, value) in request.parameters() {
            text.push(separator);
            text.extend(utf8_percent_encode(name, IN_NAME));
            text.push('=');
            text.extend(utf8_percent_encode(value, IN_VALUE));
            separator = '&';
        }
        Self::parse(&text).or_else(|| Self::parse(&request.path))
    }

    /// The value of a `from` parameter, still percent-encoded.
    pub fn from_parameter(value: &str) -> Option<Self> {
        Self::parse(&percent_decode_str(value).decode_utf8().ok()?)
    }

    /// Accepts a path on the same origin. Refuses what a browser or a server behind could take for another host
    /// (`//host`, `/\host`, `https:`, also percent-encoded), dot segments, control characters (browsers drop some of
    /// them and see the rest as the path), fragments, and more than [`MAX_RETURN_PATH_BYTES`].
    pub fn parse(text: &str) -> Option<Self> {
        let starts_like_path = text.starts_with('/') && text.len() <= MAX_RETURN_PATH_BYTES;
        if !starts_like_path || text.contains(|c: char| c.is_control() || matches!(c, '\\' | '#')) {
            return None;
        }
        let path = text.split('?').next().unwrap_or_default();
        let decoded = Cow::from(percent_decode_str(path));
        let refused = decoded.starts_with(b"//")
            || decoded.iter().any(|byte| byte.is_ascii_control() || *byte == b'\\')
            || decoded.split(|&byte| byte == b'/').any(|segment| matches!(segment, b"." | b".."));
        if refused {
            return None;
        }
        let safe: String = utf8_percent_encode(text, UNSAFE).collect();
        (safe.len() <= MAX_RETURN_PATH_BYTES).then_some(Self(safe))
    }

    /// The path and query string, fit for a link.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        self.0.split('?').next().unwrap_or_default()
    }

    /// The text as the value of a query string's parameter.
    pub fn to_parameter(&self) -> String {
        utf8_percent_encode(&self.0, IN_FROM).collect()
    }
}
