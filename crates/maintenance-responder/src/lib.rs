//! Answers an ALB's requests while the system behind it is in maintenance.

use aws_lambda_events::alb::AlbTargetGroupResponse;

use crate::config::Config;
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

/// Answers a request and logs it, unless it is the load balancer's own health check. `request_id` is the invocation's.
pub fn respond(request: &Request, config: &Config, request_id: &str) -> AlbTargetGroupResponse {
    let outcome = route::route(request, config);
    let answer = answer::answer(&outcome, request, config);
    if let Some(name) = outcome.log_name() {
        log::log_request(name, answer.status_code, request, request_id);
    }
    answer
}
