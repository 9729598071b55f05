//! Which answer a request gets.

use crate::config::Config;
use crate::cors::Preflight;
use crate::page::{LANGUAGES, Language};
use crate::request::Request;
use crate::return_path::ReturnPath;
use crate::way_back::{self, WayBack};

/// What the `User-Agent` of a load balancer's health checks starts with, see
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>.
const HEALTH_CHECKER: &str = "ELB-HealthChecker/";

/// The answer that a request gets.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A browser app of an allowed origin asks whether it may send a request.
    Preflight(Preflight),
    /// A health check of the load balancer's own target group, which asks whether this function can answer.
    TargetHealth,
    /// A health check of somebody else's monitoring.
    Health,
    /// The built-in maintenance page.
    Page {
        /// In which language.
        language: &'static Language,
        /// Where the page brings the visitor back to.
        way_back: WayBack,
    },
    /// The same page, for the operators to look at.
    Preview {
        /// In which language.
        language: &'static Language,
    },
    /// To the maintenance page.
    Redirect {
        /// Where the built-in page is to bring the visitor back to.
        from: Option<ReturnPath>,
    },
    /// Everything else.
    Unavailable,
}

impl Outcome {
    /// The outcome's name in the log, where the load balancer's own health checks are left out: they are no visitors.
    pub fn log_name(&self) -> Option<&'static str> {
        match self {
            Self::TargetHealth => None,
            Self::Preflight(_) => Some("preflight"),
            Self::Health => Some("health"),
            Self::Page { .. } => Some("page"),
            Self::Preview { .. } => Some("preview"),
            Self::Redirect { .. } => Some("redirect"),
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
/// 5. the redirect of the paths that browsers ask for, and of navigations if they are redirected wherever they go;
/// 6. unavailable.
pub fn route(request: &Request, config: &Config) -> Outcome {
    if is_target_health(request) {
        return Outcome::TargetHealth;
    }
    if let Some(preflight) = preflight(request, config) {
        return Outcome::Preflight(preflight);
    }
    if config.health_path.matches(&request.path) {
        return Outcome::Health;
    }
    if config.page_url.is_at(request.host(), &request.path) {
        let way_back = way_back::of_page(request, config);
        return Outcome::Page { language: language(request, config), way_back };
    }
    if config.is_preview(&request.path) {
        return Outcome::Preview { language: language(request, config) };
    }
    if config.redirect_path.matches(&request.path) || (config.redirects_navigations && asks_for_html(request))
    {
        return Outcome::Redirect { from: way_back::of_redirect(request, config) };
    }
    Outcome::Unavailable
}

/// Whether the load balancer itself asks, for nobody else: what it passes on has `X-Forwarded-Proto` always, and
/// `X-Forwarded-For` unless it is told to remove that, see
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html>.
fn is_target_health(request: &Request) -> bool {
    let is_passed_on =
        || ["x-forwarded-for", "x-forwarded-proto"].iter().any(|name| request.header(name).is_some());
    request.header("user-agent").is_some_and(|agent| agent.starts_with(HEALTH_CHECKER)) && !is_passed_on()
}

fn preflight(request: &Request, config: &Config) -> Option<Preflight> {
    config.allowed_origins.allow(request.header("origin")?)?;
    Preflight::from_request(request)
}

fn language(request: &Request, config: &Config) -> &'static Language {
    if let Some(own) = &config.page_language {
        return own.others;
    }
    let accepted = request.header_list("accept-language").unwrap_or_default();
    Language::negotiate(&LANGUAGES, &accepted).unwrap_or(&LANGUAGES[0])
}

/// Whether a request comes from somebody who goes to a page: browsers name HTML for those alone, other clients accept
/// anything.
fn asks_for_html(request: &Request) -> bool {
    let is_html = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("text/html")) && !parts.any(is_refusal)
    };
    request.is_read() && request.header_list("accept").is_some_and(|list| list.split(',').any(is_html))
}

/// Whether a parameter of a range is the weight 0 (RFC 9110, section 12.4.2).
fn is_refusal(parameter: &str) -> bool {
    let weight = parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weight.is_some_and(|(_, weight)| weight.trim().bytes().all(|byte| matches!(byte, b'0' | b'.')))
}
