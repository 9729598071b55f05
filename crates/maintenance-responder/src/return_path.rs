//! Where the page brings a visitor back to: never to the page itself, never to another host.

use crate::config::Config;
use crate::place::{Place, is_same_host};
use crate::request::Request;

/// Where the page leads.
pub(crate) struct ReturnPath {
    pub(crate) place: Place,
    /// Whether the page goes there without a click. Not where another site has chosen the place: a visit from this
    /// page would send what browsers keep from other sites' links, such as `SameSite=Strict` cookies.
    pub(crate) is_automatic: bool,
}

/// What the redirect tells the page: the place that was asked for, if a browser may ask for it again; else the page that
/// the visitor came from; else the path that was asked for. Nothing for what another site has posted here, which answers
/// no GET: then the page leads home.
pub(crate) fn of_redirect(request: &Request, config: &Config) -> Option<Place> {
    if !request.is_read() && is_from_other_site(request) {
        return None;
    }
    // Other methods would send the request a second time, and without its body.
    let again = if request.is_read() { Place::of_request(request) } else { None };
    again.or_else(|| came_from(request, config)).or_else(|| Place::parse(&request.path).ok())
}

/// The page leads to the place in its URL; else to the page that the visitor came from; else home.
pub(crate) fn of_page(request: &Request, config: &Config) -> ReturnPath {
    let from = request.parameters().filter(|(name, _)| *name == "from").last();
    let chosen = from
        .and_then(|(_, from)| Place::from_parameter(from))
        .filter(|place| leads_away(place, request, config))
        .or_else(|| came_from(request, config));
    // Browsers of before 2023 do not say this, and none does without TLS.
    let is_automatic = chosen.is_none() || request.header("sec-fetch-site") != Some("cross-site");
    ReturnPath { place: chosen.unwrap_or_else(|| config.home.clone()), is_automatic }
}

/// Whether a form was sent by a page of another site, such as a sign-in service. A browser that hides the origin says
/// `null`.
fn is_from_other_site(request: &Request) -> bool {
    let origin = request.header("origin").and_then(|origin| origin.split_once("://"));
    match request.header("sec-fetch-site") {
        Some("same-origin") => false,
        Some("cross-site") => true,
        _ => origin.is_some_and(|(_, host)| !is_same_host(host, request.host())),
    }
}

/// The page of the same origin that the visitor came from, if the browser says so.
fn came_from(request: &Request, config: &Config) -> Option<Place> {
    let (scheme, rest) = request.header("referer")?.split_once("://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let own_scheme = request.header("x-forwarded-proto");
    let is_same_origin = own_scheme.is_none_or(|own| own.eq_ignore_ascii_case(scheme))
        && !host.is_empty()
        && is_same_host(host, request.host());
    // A page's Referrer-Policy may shorten every address to the root.
    if !is_same_origin || (path == "/" && !config.brings_to_page(path)) {
        return None;
    }
    Place::parse_or_path(path).filter(|place| leads_away(place, request, config))
}

/// The preview is there after the maintenance, too, and would keep the visitor.
fn leads_away(place: &Place, request: &Request, config: &Config) -> bool {
    !config.page_url.is_at(request.host(), place.path()) && !config.is_preview(place.path())
}
