//! Which browser apps of other origins may read the answers, and what a preflight grants.
//!
//! Without these headers a browser app sees maintenance as a CORS error, indistinguishable from a broken network. The
//! protocol is the Fetch standard's: <https://fetch.spec.whatwg.org/#http-cors-protocol>.

use http::header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE};
use http::{HeaderName, HeaderValue};

use crate::place::is_host;
use crate::request::Request;

/// The longest method or list of header names that a preflight answer repeats, in bytes.
const MAX_ECHO_BYTES: usize = 4_096;

/// The origins whose pages may read the answers.
#[derive(Debug, Default)]
pub(crate) enum AllowedOrigins {
    /// `*`: any origin, but only for requests without credentials. The answers hold nothing that a program could not
    /// ask for, too.
    #[default]
    Any,
    /// Exactly these, in lower case, with credentials; none for `none`.
    Listed(Vec<HeaderValue>),
}

impl AllowedOrigins {
    /// Reads a comma-separated list of origins, `*` or `none`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "*" => Ok(Self::Any),
            "none" => Ok(Self::Listed(Vec::new())),
            list => list.split(',').map(parse_origin).collect::<Result<_, _>>().map(Self::Listed),
        }
    }

    /// The value of `Access-Control-Allow-Origin` for a request whose page may read the answer.
    pub(crate) fn allow(&self, request: &Request) -> Option<HeaderValue> {
        let origin = request.header("origin")?;
        match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            // Browsers send origins in lower case.
            Self::Listed(origins) => origins.iter().find(|allowed| *allowed == origin).cloned(),
        }
    }

    /// Whether answers differ by the request's origin, so that caches must know.
    pub(crate) fn vary(&self) -> bool {
        matches!(self, Self::Listed(origins) if !origins.is_empty())
    }
}

/// The headers that grant what a preflight asks for, from any origin; nothing if the request is none that can be answered.
pub(crate) fn grant(request: &Request) -> Option<Vec<(HeaderName, HeaderValue)>> {
    if request.method != "OPTIONS" {
        return None;
    }
    let method = echo(request.header("access-control-request-method")?)?;
    let names = request.header_list("access-control-request-headers").and_then(|names| echo(&names));
    // A browser must not remember after the maintenance what was granted during it.
    let age = HeaderValue::from_static("0");
    let mut headers = vec![(ACCESS_CONTROL_ALLOW_METHODS, method), (ACCESS_CONTROL_MAX_AGE, age)];
    headers.extend(names.map(|names| (ACCESS_CONTROL_ALLOW_HEADERS, names)));
    Some(headers)
}

/// A list of names as it came, if it is valid and short enough. A method has the form of a header's name.
fn echo(list: &str) -> Option<HeaderValue> {
    let list = list.trim();
    let is_name = |name: &str| HeaderName::from_bytes(name.trim().as_bytes()).is_ok();
    let is_valid = list.len() <= MAX_ECHO_BYTES && list.split(',').all(is_name);
    HeaderValue::from_str(list).ok().filter(|_| is_valid)
}

fn parse_origin(origin: &str) -> Result<HeaderValue, String> {
    let lower = origin.trim().to_ascii_lowercase();
    let (host, default_port) = match (lower.strip_prefix("http://"), lower.strip_prefix("https://")) {
        (Some(host), _) => (host, ":80"),
        (_, Some(host)) => (host, ":443"),
        _ => return Err(format!("{origin:?} starts neither with http:// nor with https://")),
    };
    if !is_host(host) {
        return Err(format!("in {origin:?} not only a host and an optional port follow the scheme"));
    }
    if host.ends_with(default_port) {
        return Err(format!("browsers leave out the default port that {origin:?} names"));
    }
    HeaderValue::try_from(&lower).map_err(|error| error.to_string())
}
