//! Which answer a request gets.

use http::{HeaderName, HeaderValue};

use crate::accept::weighted;
use crate::config::Config;
use crate::cors;
use crate::page::Language;
use crate::place::Place;
use crate::request::Request;
use crate::return_path::{self, ReturnPath};

/// The answer that a request gets.
pub(crate) enum Outcome {
    /// A browser app of an allowed origin asks whether it may send a request; these headers grant it.
    Preflight(Vec<(HeaderName, HeaderValue)>),
    /// A health check of the load balancer's own target group, which asks whether this function can answer.
    TargetHealth,
    /// A health check of another monitoring system.
    Health,
    /// The built-in page. Without a way back it is a preview, for the operators to look at.
    Page(&'static Language, Option<ReturnPath>),
    /// To the page, which is to bring the visitor back to this place.
    Redirect(Option<Place>),
    Unavailable,
}

impl Outcome {
    /// The outcome's name in the log, where the load balancer's own health checks are left out: they are no visitors.
    pub(crate) fn log_name(&self) -> Option<&'static str> {
        match self {
            Self::TargetHealth => None,
            Self::Preflight(_) => Some("preflight"),
            Self::Health => Some("health"),
            Self::Page(_, None) => Some("preview"),
            Self::Page(..) => Some("page"),
            Self::Redirect(_) => Some("redirect"),
            Self::Unavailable => Some("unavailable"),
        }
    }
}

/// Chooses the answer. The first that fits wins, from the most special request to the least:
///
/// 1. the load balancer's own health check, whatever it asks for;
/// 2. a preflight, even to a health path: its answer decides only whether the real request may be sent;
/// 3. a health check, even for a path that browsers are redirected from: a redirect would fail the check;
/// 4. the maintenance page and its preview, even though their paths may match the redirect's pattern: the page would
///    redirect to itself;
/// 5. the redirect of the front end's paths, and of all navigations if they are redirected everywhere;
/// 6. unavailable.
pub(crate) fn route(request: &Request, config: &Config) -> Outcome {
    if is_target_health(request) {
        return Outcome::TargetHealth;
    }
    if config.allowed_origins.allow(request).is_some()
        && let Some(headers) = cors::grant(request)
    {
        return Outcome::Preflight(headers);
    }
    if config.health_path.is_match(request.path.as_bytes()) {
        return Outcome::Health;
    }
    let is_page = config.page_url.is_at(request.host(), &request.path);
    if is_page || config.is_preview(&request.path) {
        let own = config.page_language.as_ref().map(|own| own.others);
        let accepted = || Language::negotiate(&request.header_list("accept-language").unwrap_or_default());
        let return_path = is_page.then(|| return_path::of_page(request, config));
        return Outcome::Page(own.unwrap_or_else(accepted), return_path);
    }
    let is_front_end = config.redirect_path.is_match(request.path.as_bytes());
    if is_front_end || (config.redirects_navigations && asks_for_html(request)) {
        return Outcome::Redirect(return_path::of_redirect(request, config));
    }
    Outcome::Unavailable
}

/// Whether the load balancer itself asks, with this `User-Agent`
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>): what it passes
/// on has `X-Forwarded-Proto` always, and `X-Forwarded-For` unless it is told to remove that
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html>).
fn is_target_health(request: &Request) -> bool {
    let is_checker =
        request.header("user-agent").is_some_and(|agent| agent.starts_with("ELB-HealthChecker/"));
    is_checker && ["x-forwarded-for", "x-forwarded-proto"].iter().all(|name| request.header(name).is_none())
}

/// Whether a browser goes to a page. Programs may name HTML, too, as Java's `HttpURLConnection` does in its default, or
/// may accept it less than JSON.
fn asks_for_html(request: &Request) -> bool {
    let accepted = request.header_list("accept").unwrap_or_default();
    let weight = |kind: &str| {
        let same = weighted(&accepted).filter(|(name, _)| name.eq_ignore_ascii_case(kind));
        same.map(|(_, weight)| weight).fold(0.0, f32::max)
    };
    let is_browser =
        request.header("sec-fetch-mode") == Some("navigate") || weight("application/xhtml+xml") > 0.0;
    let html = weight("text/html");
    request.is_read() && is_browser && html > 0.0 && html >= weight("application/json")
}
