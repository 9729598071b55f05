//! Which browser apps of other origins may read the answers, and what a preflight grants.
//!
//! Without these headers a browser app sees maintenance as a CORS error, indistinguishable from a broken network. The
//! protocol is the Fetch standard's: <https://fetch.spec.whatwg.org/#http-cors-protocol>.

use thiserror::Error;

use crate::page_url::is_host;
use crate::request::Request;

/// The longest method or list of header names that a preflight answer repeats, in bytes.
const MAX_ECHO_BYTES: usize = 4_096;

/// The origins whose pages may read the answers.
#[derive(Debug, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// `*`: any origin, but only for requests without credentials.
    Any,
    /// Exactly these, in lower case, with credentials; may be empty.
    Listed(Vec<String>),
}

/// Why a text is not a list of origins.
#[derive(Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is its sentence")]
pub enum OriginError {
    #[error("it holds an empty entry")]
    Empty,
    #[error("* must stand alone")]
    WildcardAmongOthers,
    #[error("{0:?} starts neither with http:// nor with https://")]
    Scheme(String),
    #[error("in {0:?} the scheme must be followed by a host and an optional port, and nothing else")]
    Host(String),
    #[error("browsers leave out the default port that {0:?} names")]
    DefaultPort(String),
}

/// What a preflight asks for, already checked to be sendable in a header.
#[derive(Debug, PartialEq, Eq)]
pub struct Preflight {
    /// A method.
    pub method: String,
    /// A comma-separated list of header names.
    pub headers: Option<String>,
}

impl Default for AllowedOrigins {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl AllowedOrigins {
    /// Reads a comma-separated list of origins, or `*`.
    ///
    /// # Errors
    /// See [`OriginError`].
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        text.split(',').map(|origin| parse_origin(origin.trim())).collect::<Result<_, _>>().map(Self::Listed)
    }

    /// The value of `Access-Control-Allow-Origin` for a request from `origin`, if it may read the answer.
    pub fn allow(&self, origin: &str) -> Option<&str> {
        match self {
            Self::Any => Some("*"),
            // Browsers send origins in lower case.
            Self::Listed(origins) => origins.iter().find(|allowed| *allowed == origin).map(String::as_str),
        }
    }

    /// Whether answers differ by the request's origin, so that caches must know.
    pub fn vary(&self) -> bool {
        matches!(self, Self::Listed(origins) if !origins.is_empty())
    }
}

impl Preflight {
    /// What a request asks for, if it is a preflight that can be answered, from whichever origin.
    pub fn from_request(request: &Request) -> Option<Self> {
        if request.method != "OPTIONS" {
            return None;
        }
        let method = request.headers.access_control_request_method.as_deref()?.trim();
        let headers = request.headers.access_control_request_headers.as_deref().map(str::trim);
        is_echoable(method, is_token_byte).then(|| Self {
            method: method.to_owned(),
            headers: headers
                .filter(|list| is_echoable(list, |byte| is_token_byte(byte) || matches!(byte, b',' | b' ')))
                .map(str::to_owned),
        })
    }
}

fn is_echoable(text: &str, accepted: impl Fn(u8) -> bool) -> bool {
    (1..=MAX_ECHO_BYTES).contains(&text.len()) && text.bytes().all(accepted)
}

fn parse_origin(origin: &str) -> Result<String, OriginError> {
    if origin.is_empty() {
        return Err(OriginError::Empty);
    }
    if origin == "*" {
        return Err(OriginError::WildcardAmongOthers);
    }
    let lower = origin.to_ascii_lowercase();
    let (host, default_port) = match (lower.strip_prefix("http://"), lower.strip_prefix("https://")) {
        (Some(host), _) => (host, ":80"),
        (_, Some(host)) => (host, ":443"),
        _ => return Err(OriginError::Scheme(origin.to_owned())),
    };
    if !is_host(host) {
        return Err(OriginError::Host(origin.to_owned()));
    }
    if host.ends_with(default_port) {
        return Err(OriginError::DefaultPort(origin.to_owned()));
    }
    Ok(lower)
}

/// RFC 9110, section 5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
