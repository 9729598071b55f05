//! Where the maintenance page stands.

use http::HeaderValue;
use http::header::InvalidHeaderValue;
use thiserror::Error;

use crate::known_path::{KnownPath, PathError, check_encoding};
use crate::return_path::ReturnPath;

/// The maintenance page's URL: a path on the host that the client asked, or an absolute URL.
#[derive(Debug)]
pub struct PageUrl {
    location: HeaderValue,
    /// The host of an absolute URL.
    host: Option<String>,
    path: KnownPath,
}

/// Why a text is not the URL of a page.
#[derive(Debug, Error)]
pub enum PageUrlError {
    #[error(transparent)]
    Path(#[from] PathError),
    #[error("it starts neither with / nor with http:// or https://")]
    Scheme,
    #[error("{0:?} is not a host with an optional port")]
    Host(String),
    #[error(transparent)]
    Header(#[from] InvalidHeaderValue),
}

impl Default for PageUrl {
    fn default() -> Self {
        let path = "/a/maintenance";
        Self { location: HeaderValue::from_static(path), host: None, path: KnownPath::new(path) }
    }
}

impl PageUrl {
    /// Reads a path or an absolute URL.
    ///
    /// # Errors
    /// See [`PageUrlError`].
    pub fn parse(text: &str) -> Result<Self, PageUrlError> {
        if text.starts_with('/') {
            return Ok(Self {
                path: KnownPath::parse(text)?,
                location: HeaderValue::from_str(text)?,
                host: None,
            });
        }
        check_encoding(text)?;
        let (scheme, rest) = text.split_once("://").ok_or(PageUrlError::Scheme)?;
        if !["http", "https"].iter().any(|accepted| scheme.eq_ignore_ascii_case(accepted)) {
            return Err(PageUrlError::Scheme);
        }
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if !is_host(authority) {
            return Err(PageUrlError::Host(authority.to_owned()));
        }
        Ok(Self {
            location: HeaderValue::from_str(text)?,
            host: Some(authority.to_owned()),
            path: KnownPath::of_url(&rest[..rest.find(['?', '#']).unwrap_or(rest.len())])?,
        })
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

    /// Whether a request for `path` at `host` asks for this page, in whichever spelling.
    pub fn is_at(&self, host: &str, path: &str) -> bool {
        self.host.as_ref().is_none_or(|own| is_same_host(own, host)) && self.path.is(path)
    }
}

/// Whether two texts name the same host. Behind an ALB a request may come by either scheme, so both default ports say
/// nothing.
pub(crate) fn is_same_host(one: &str, other: &str) -> bool {
    without_default_port(one).eq_ignore_ascii_case(without_default_port(other))
}

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
