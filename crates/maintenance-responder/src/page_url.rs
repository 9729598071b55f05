//! Where the maintenance page stands.

use std::borrow::Cow;

use http::HeaderValue;
use http::header::InvalidHeaderValue;
use percent_encoding::percent_decode_str;
use thiserror::Error;

use crate::return_path::ReturnPath;

/// The maintenance page's URL: a path on the host that the client asked, or an absolute URL.
#[derive(Debug)]
pub struct PageUrl {
    location: HeaderValue,
    /// The host of an absolute URL, with its port unless that is 80 or 443.
    host: Option<String>,
    /// Percent-decoded, because browsers and proxies may encode a path differently.
    path: Vec<u8>,
}

/// Why a text is not the URL of a page.
#[derive(Debug, Error)]
pub enum PageUrlError {
    #[error("it holds {0:?}, which must be percent-encoded")]
    Character(char),
    #[error("% must be followed by two hexadecimal digits")]
    Percent,
    #[error("it starts neither with / nor with http:// or https://")]
    Scheme,
    #[error("// at the start would name another host")]
    OtherHost,
    #[error("a path on the same host must not have a query string or fragment")]
    NotOnlyPath,
    #[error("it holds the path segment . or .., which browsers remove")]
    DotSegment,
    #[error("{0:?} is not a host with an optional port")]
    Host(String),
    #[error(transparent)]
    Header(#[from] InvalidHeaderValue),
}

impl Default for PageUrl {
    fn default() -> Self {
        let path = "/a/maintenance";
        Self { location: HeaderValue::from_static(path), host: None, path: path.into() }
    }
}

impl PageUrl {
    /// Reads a path or an absolute URL.
    ///
    /// # Errors
    /// See [`PageUrlError`].
    pub fn parse(text: &str) -> Result<Self, PageUrlError> {
        let refused = |c: char| !c.is_ascii_graphic() || r#""<>\^`{|}"#.contains(c);
        if let Some(character) = text.chars().find(|&c| refused(c)) {
            return Err(PageUrlError::Character(character));
        }
        let is_hex_pair = |after: &str| after.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
        if !text.split('%').skip(1).all(is_hex_pair) {
            return Err(PageUrlError::Percent);
        }
        let (host, path) = if text.starts_with('/') {
            if text.starts_with("//") {
                return Err(PageUrlError::OtherHost);
            }
            if text.contains(['?', '#']) {
                return Err(PageUrlError::NotOnlyPath);
            }
            (None, text)
        } else {
            let (scheme, rest) = text.split_once("://").ok_or(PageUrlError::Scheme)?;
            if !["http", "https"].iter().any(|accepted| scheme.eq_ignore_ascii_case(accepted)) {
                return Err(PageUrlError::Scheme);
            }
            let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
            if !is_host(authority) {
                return Err(PageUrlError::Host(authority.to_owned()));
            }
            let path = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
            (Some(without_default_port(authority).to_owned()), if path.is_empty() { "/" } else { path })
        };
        let path: Vec<u8> = percent_decode_str(path).collect();
        if path.split(|&byte| byte == b'/').any(|segment| matches!(segment, b"." | b"..")) {
            return Err(PageUrlError::DotSegment);
        }
        Ok(Self { location: HeaderValue::from_str(text)?, host, path })
    }

    /// The value for a `Location` header, which tells the page where to bring the visitor back to.
    pub fn location(&self, from: Option<&ReturnPath>) -> HeaderValue {
        let with_from = |from: &ReturnPath| {
            let from = from.to_parameter();
            HeaderValue::from_bytes(&[self.location.as_bytes(), b"?from=", from.as_bytes()].concat()).ok()
        };
        from.and_then(with_from).unwrap_or_else(|| self.location.clone())
    }

    /// Whether the page stands on the host that the client asked, whichever that is.
    pub fn is_on_same_host(&self) -> bool {
        self.host.is_none()
    }

    /// Whether a request for `path` at `host` asks for this page, however it is percent-encoded.
    pub fn is_at(&self, host: &str, path: &str) -> bool {
        self.host.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(without_default_port(host)))
            && Cow::from(percent_decode_str(path)) == self.path
    }
}

/// Behind an ALB a request may come by either scheme, so both default ports say nothing.
fn without_default_port(host: &str) -> &str {
    host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host)
}

/// Whether a text is `host` or `host:port` as RFC 3986 writes them, without user information.
pub(crate) fn is_host(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let name = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
        }
    };
    let port = port.is_none_or(|port| {
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    name && port
}
