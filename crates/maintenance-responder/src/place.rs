//! A place on the site that a request came to, and the maintenance page's address, which may be on another one.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::request::Request;

/// The most bytes of a query string that firewalls let pass is 2,048 (AWS WAF's rule `SizeRestrictions_QUERYSTRING`).
const MAX_PARAMETER_BYTES: usize = 2_047 - "from=".len();

/// What could end an HTML attribute.
const IN_ATTRIBUTE: &AsciiSet = &CONTROLS.add(b'"').add(b'\'').add(b'<').add(b'>');
/// What browsers encode in a URL, too.
const IN_URL: &AsciiSet =
    &IN_ATTRIBUTE.add(b' ').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');
/// What a query string's value cannot hold, in case a proxy has decoded it.
const IN_VALUE: &AsciiSet = &IN_URL.add(b'#').add(b'&');
const IN_NAME: &AsciiSet = &IN_VALUE.add(b'=');
/// What stays readable in the value of `from`.
const IN_PARAMETER: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A path on this site, with or without a query string, that a browser may be sent to.
///
/// The text may come from a link that an attacker wrote. It is printable ASCII without quotes, angle brackets,
/// backslashes or a fragment, starts with exactly one `/`, and is at most 2,042 bytes long as the value of `from`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(String);

impl Default for Place {
    /// The root.
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl Place {
    /// Reads a path with or without a query string. Refuses what a browser or a server could take for another host
    /// (`//host`, `/\host`, `https:`, also percent-encoded), dot segments, control characters (browsers drop some of
    /// them), fragments, and more than a firewall lets pass in the value of `from`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refuse = |reason: &str| Err(reason.to_owned());
        if !text.starts_with('/') {
            return refuse("it does not start with /");
        }
        refuse_character(text, |c| c.is_control() || matches!(c, '\\' | '#'))?;
        let path = Cow::from(percent_decode_str(path_of(text)));
        if path.starts_with(b"//") {
            return refuse("// at the start would name another host");
        }
        if path.iter().any(|byte| byte.is_ascii_control() || *byte == b'\\') {
            return refuse("a server could read its encoded backslash or control character as another path");
        }
        if path.split(|&byte| byte == b'/').any(|segment| matches!(segment, b"." | b"..")) {
            return refuse("it holds the path segment . or .., which browsers remove");
        }
        let place = Self(utf8_percent_encode(text, IN_URL).collect());
        if place.to_parameter().len() > MAX_PARAMETER_BYTES { refuse("it is too long") } else { Ok(place) }
    }

    /// Reads a path as an operator writes it: without a query string, and encoded as it is in a URL.
    pub(crate) fn parse_setting(text: &str) -> Result<Self, String> {
        refuse_unencoded(text)?;
        if text.contains(['?', '#']) {
            return Err("a path on the same host must not have a query string or fragment".to_owned());
        }
        Self::parse(text)
    }

    /// The place in a text, or the text's path if the query string makes it too long.
    pub(crate) fn parse_or_path(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|_| Self::parse(path_of(text))).ok()
    }

    /// The place that a request asked for, or its path if the query string makes it too long.
    pub(crate) fn of_request(request: &Request) -> Option<Self> {
        let mut text = request.path.clone();
        let mut separator = '?';
        for (name, value) in request.parameters() {
            text.push(separator);
            text.extend(utf8_percent_encode(name, IN_NAME));
            text.push('=');
            text.extend(utf8_percent_encode(value, IN_VALUE));
            separator = '&';
        }
        Self::parse_or_path(&text)
    }

    /// The place in the value of a `from` parameter, still percent-encoded.
    pub fn from_parameter(value: &str) -> Option<Self> {
        Self::parse(&percent_decode_str(value).decode_utf8().ok()?).ok()
    }

    /// The place as the value of a `from` parameter.
    pub fn to_parameter(&self) -> String {
        utf8_percent_encode(&self.0, IN_PARAMETER).collect()
    }

    /// Path and query string, as they may be in a link.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path alone.
    pub(crate) fn path(&self) -> &str {
        path_of(&self.0)
    }

    /// Whether `path` leads to this place's path: browsers and proxies encode differently, and many servers take a
    /// doubled slash for one slash and ignore one at the end.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        let [own, other] = [self.path(), path].map(|path| Cow::from(percent_decode_str(path)));
        segments(&own) == segments(&other)
    }
}

/// The maintenance page's address: a path on the host that the client asked, or an absolute URL.
#[derive(Debug)]
pub(crate) struct PageUrl {
    url: String,
    /// Of an absolute URL.
    host: Option<String>,
    place: Place,
}

impl Default for PageUrl {
    fn default() -> Self {
        let place = Place("/a/maintenance".to_owned());
        Self { url: place.0.clone(), host: None, place }
    }
}

impl PageUrl {
    /// Reads a path or an absolute URL.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let url = text.to_owned();
        if text.starts_with('/') {
            return Ok(Self { url, host: None, place: Place::parse_setting(text)? });
        }
        refuse_unencoded(text)?;
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        if !["http", "https"].iter().any(|accepted| scheme.eq_ignore_ascii_case(accepted)) {
            return Err("it starts neither with / nor with http:// or https://".to_owned());
        }
        let (host, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if !is_host(host) {
            return Err(format!("{host:?} is not a host with an optional port"));
        }
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        let place = if path.is_empty() { Place::default() } else { Place::parse(path)? };
        Ok(Self { url, host: Some(host.to_owned()), place })
    }

    /// The value of a `Location` header. It carries where the visitor wanted to go, but not to a page elsewhere, which
    /// would not know what to do with it.
    pub(crate) fn location(&self, from: Option<&Place>) -> String {
        let from = from.filter(|_| self.host.is_none()).map(|from| format!("?from={}", from.to_parameter()));
        self.url.clone() + &from.unwrap_or_default()
    }

    /// Whether a request for `path` at `host` asks for this page, in any spelling.
    pub(crate) fn is_at(&self, host: &str, path: &str) -> bool {
        self.host.as_ref().is_none_or(|own| is_same_host(own, host)) && self.place.is_at(path)
    }
}

/// Whether two texts name the same host. A load balancer may be asked by either scheme, so both default ports count as
/// none.
pub(crate) fn is_same_host(one: &str, other: &str) -> bool {
    let [one, other] = [one, other]
        .map(|host| host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host));
    one.eq_ignore_ascii_case(other)
}

/// Whether a text is `host` or `host:port` (RFC 3986), without user information.
pub(crate) fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (text, "443"),
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)),
    };
    is_host && !port.starts_with('+') && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Checks that every character may be in a URL as it is.
fn refuse_unencoded(text: &str) -> Result<(), String> {
    refuse_character(text, |c| !c.is_ascii_graphic() || r#""<>\^`{|}"#.contains(c))?;
    let is_hex_pair = |after: &str| after.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    let is_encoded = text.split('%').skip(1).all(is_hex_pair);
    is_encoded.then_some(()).ok_or_else(|| "% must be followed by two hexadecimal digits".to_owned())
}

fn refuse_character(text: &str, is_refused: impl Fn(char) -> bool) -> Result<(), String> {
    let refused = text.chars().find(|&c| is_refused(c));
    refused.map_or(Ok(()), |c| Err(format!("it holds {c:?}, which must be percent-encoded")))
}

fn path_of(text: &str) -> &str {
    text.split('?').next().unwrap_or_default()
}

/// The segments of a decoded path that remain when `.`, `..` and doubled slashes are resolved.
fn segments(path: &[u8]) -> Vec<&[u8]> {
    let mut segments = Vec::new();
    for segment in path.split(|&byte| byte == b'/') {
        match segment {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    segments
}
