//! Which answer a request gets.

use crate::config::Config;
use crate::cors::Preflight;
use crate::page::{LANGUAGES, Language};
use crate::request::Request;
use crate::return_path::ReturnPath;

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
        /// Where the visitor wanted to go, if the page's URL says so.
        from: Option<ReturnPath>,
    },
    /// To the maintenance page.
    Redirect {
        /// Where the visitor wanted to go, for the built-in page to bring them back.
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
/// 4. the maintenance page, even though its path usually matches the redirect's pattern: it would redirect to itself;
/// 5. the redirect;
/// 6. unavailable.
pub fn route(request: &Request, config: &Config) -> Outcome {
    if request.header("user-agent").is_some_and(|agent| agent.starts_with(HEALTH_CHECKER)) {
        return Outcome::TargetHealth;
    }
    if let Some(preflight) = preflight(request, config) {
        return Outcome::Preflight(preflight);
    }
    if config.health_path.matches(&request.path) {
        return Outcome::Health;
    }
    if config.page_url.is_at(request.host(), &request.path) {
        let accepted = request.header_list("accept-language").unwrap_or_default();
        let language = Language::negotiate(&LANGUAGES, &accepted).unwrap_or(&LANGUAGES[0]);
        return Outcome::Page { language, from: from_parameter(request, config) };
    }
    if config.redirect_path.matches(&request.path) {
        return Outcome::Redirect { from: wanted(request, config) };
    }
    Outcome::Unavailable
}

fn preflight(request: &Request, config: &Config) -> Option<Preflight> {
    config.allowed_origins.allow(request.header("origin")?)?;
    Preflight::from_request(request)
}

/// Where to bring the visitor back to. A page elsewhere would not know what to do with it, and only what was asked for
/// with GET or HEAD can be asked for again without sending a form twice.
fn wanted(request: &Request, config: &Config) -> Option<ReturnPath> {
    if config.page_url.is_on_same_host() && matches!(request.method.as_str(), "GET" | "HEAD") {
        ReturnPath::of_request(request)
    } else {
        None
    }
}

/// Where the page's own URL says that the visitor wanted to go: never to the page itself.
fn from_parameter(request: &Request, config: &Config) -> Option<ReturnPath> {
    let (_, from) = request.parameters().filter(|(name, _)| *name == "from").last()?;
    let from = ReturnPath::from_parameter(from)?;
    (!config.page_url.is_at(request.host(), from.path())).then_some(from)
}
