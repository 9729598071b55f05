//! Answers an ALB's requests while the system behind it is in maintenance.

use aws_lambda_events::alb::AlbTargetGroupResponse;

use crate::config::Config;
use crate::log::Visit;
use crate::request::Request;

mod accept;
mod answer;
pub mod config;
mod cors;
pub mod log;
pub mod page;
mod path_pattern;
pub mod place;
pub mod request;
mod return_path;
mod route;

/// The answer to a request, and what is logged of it: nothing of the load balancer's own health checks. `request_id` is
/// the invocation's.
pub fn respond<'a>(
    request: &'a Request,
    config: &Config,
    request_id: &'a str,
) -> (AlbTargetGroupResponse, Option<Visit<'a>>) {
    let outcome = route::route(request, config);
    let answer = answer::answer(&outcome, request, config);
    let visit = outcome.log_name().map(|name| Visit::new(name, answer.status_code, request, request_id));
    (answer, visit)
}
