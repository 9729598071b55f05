//! Which browser apps of other origins may read the answers, and what a preflight grants.
//!
//! Without these headers a browser app sees maintenance as a CORS error, indistinguishable from a broken network. The
//! protocol is the Fetch standard's: <https://fetch.spec.whatwg.org/#http-cors-protocol>.

use http::{HeaderName, HeaderValue, Method};

use crate::place::is_host;
use crate::request::Request;

/// The longest method or list of header names that a preflight answer repeats, in bytes.
const MAX_ECHO_BYTES: usize = 4_096;

/// The origins whose pages may read the answers.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// `*`: any origin, but only for requests without credentials. The answers hold nothing that a program could not
    /// ask for, too.
    #[default]
    Any,
    /// Exactly these, in lower case, with credentials; none for `none`.
    Listed(Vec<HeaderValue>),
}

/// What a preflight asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Preflight {
    pub method: HeaderValue,
    /// A comma-separated list of header names.
    pub headers: Option<HeaderValue>,
}

impl AllowedOrigins {
    /// Reads a comma-separated list of origins, `*` or `none`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "*" => return Ok(Self::Any),
            "none" => return Ok(Self::Listed(Vec::new())),
            _ => {}
        }
        text.split(',').map(|origin| parse_origin(origin.trim())).collect::<Result<_, _>>().map(Self::Listed)
    }

    /// The value of `Access-Control-Allow-Origin` for a request from `origin`, if it may read the answer.
    pub fn allow(&self, origin: &str) -> Option<HeaderValue> {
        match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            // Browsers send origins in lower case.
            Self::Listed(origins) => origins.iter().find(|allowed| *allowed == origin).cloned(),
        }
    }

    /// Whether answers differ by the request's origin, so that caches must know.
    pub fn vary(&self) -> bool {
        matches!(self, Self::Listed(origins) if !origins.is_empty())
    }
}

impl Preflight {
    /// What a request asks for, if it is a preflight that can be answered, from any origin.
    pub fn from_request(request: &Request) -> Option<Self> {
        if request.method != "OPTIONS" {
            return None;
        }
        let is_name = |name: &str| HeaderName::from_bytes(name.trim().as_bytes()).is_ok();
        let headers = request.header_list("access-control-request-headers");
        Some(Self {
            method: echo(request.header("access-control-request-method")?, |text| {
                Method::from_bytes(text.as_bytes()).is_ok()
            })?,
            headers: headers.and_then(|list| echo(&list, |text| text.split(',').all(is_name))),
        })
    }
}

/// The text as it came, if it is accepted and short enough.
fn echo(text: &str, accepted: impl FnOnce(&str) -> bool) -> Option<HeaderValue> {
    let text = text.trim();
    if text.len() <= MAX_ECHO_BYTES && accepted(text) { HeaderValue::from_str(text).ok() } else { None }
}

fn parse_origin(origin: &str) -> Result<HeaderValue, String> {
    if origin.is_empty() {
        return Err("it holds an empty entry".to_owned());
    }
    if origin == "*" {
        return Err("* must stand alone".to_owned());
    }
    let lower = origin.to_ascii_lowercase();
    let (host, default_port) = match (lower.strip_prefix("http://"), lower.strip_prefix("https://")) {
        (Some(host), _) => (host, ":80"),
        (_, Some(host)) => (host, ":443"),
        _ => return Err(format!("{origin:?} starts neither with http:// nor with https://")),
    };
    if is_host(host) && host.ends_with(default_port) {
        return Err(format!("browsers leave out the default port that {origin:?} names"));
    }
    let value = HeaderValue::try_from(&lower).ok().filter(|_| is_host(host));
    value.ok_or_else(|| {
        format!("in {origin:?} the scheme must be followed by a host and an optional port, and nothing else")
    })
}
