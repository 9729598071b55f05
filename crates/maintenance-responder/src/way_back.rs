//! To which place the page brings a visitor back: a place for everybody, never the page itself and never another host.

use crate::config::Config;
use crate::page_url::is_same_host;
use crate::request::Request;
use crate::return_path::ReturnPath;

/// What the redirect tells the page: what was asked for, if a browser may ask for exactly that once more; else the page
/// that the visitor came from; else the path that was asked for. Nothing if it is told elsewhere, where nobody would
/// know what to do with it, or if none of them is safe: then the page leads home.
pub fn of_redirect(request: &Request, config: &Config) -> Option<ReturnPath> {
    if !config.page_url.is_on_same_host() {
        return None;
    }
    // With another method only what it was sent with would make it the same request, and nobody wants to order twice.
    let again = if request.is_read() { ReturnPath::of_request(request) } else { None };
    again.or_else(|| came_from(request, config)).or_else(|| ReturnPath::parse(&request.path))
}

/// Where the page leads, and whether it goes there by itself.
#[derive(Debug, PartialEq, Eq)]
pub struct WayBack {
    pub place: ReturnPath,
    /// Not for whom another site has sent here, whether straight to the page or through a redirect: that site has chosen
    /// the place, and a browser that went there by itself would send what it keeps from other sites' links, such as
    /// `SameSite=Strict` cookies.
    pub by_itself: bool,
}

/// The page leads to what its URL says that the visitor wanted; else to the page that they came from; else home.
pub fn of_page(request: &Request, config: &Config) -> WayBack {
    let from = request.parameters().filter(|(name, _)| *name == "from").last();
    let wanted = from.and_then(|(_, from)| ReturnPath::from_parameter(from));
    let place = wanted
        .filter(|place| leads_away(place, request, config))
        .or_else(|| came_from(request, config))
        .unwrap_or_else(|| config.home.clone());
    // Browsers of before 2023 do not tell, and none does without TLS.
    WayBack { place, by_itself: request.header("sec-fetch-site") != Some("cross-site") }
}

/// The page of the same origin that the visitor came from, as the browser tells.
fn came_from(request: &Request, config: &Config) -> Option<ReturnPath> {
    let (scheme, rest) = request.header("referer")?.split_once("://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let own_scheme = request.header("x-forwarded-proto");
    let same_origin = own_scheme.is_none_or(|own| own.eq_ignore_ascii_case(scheme))
        && !host.is_empty()
        && is_same_host(host, request.host());
    // The root may be all that a page's Referrer-Policy lets a browser tell, and is often nobody's place.
    if !same_origin || (path == "/" && !config.brings_to_page(path)) {
        return None;
    }
    ReturnPath::parse(path).filter(|place| leads_away(place, request, config))
}

/// The preview is there after the maintenance, too, and would never let anybody go.
fn leads_away(place: &ReturnPath, request: &Request, config: &Config) -> bool {
    !config.page_url.is_at(request.host(), place.path()) && !config.is_preview(place.path())
}
