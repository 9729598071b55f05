//! The SDK's errors in one sentence each.

use std::error::Error;
use std::iter::successors;

use aws_sdk_elasticloadbalancingv2::config::http::HttpResponse;
use aws_sdk_elasticloadbalancingv2::error::{ProvideErrorMetadata, SdkError};

use crate::listener::ListenerError;

pub(super) fn of<E>(call: &str, error: &SdkError<E, HttpResponse>) -> ListenerError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = error.raw_response().map(|answer| format!("HTTP status {}", answer.status()));
    let problem = match (error, error.code().map(str::to_owned).or(status), error.message()) {
        (SdkError::TimeoutError(_), ..) => "no answer in time".to_owned(),
        (SdkError::DispatchFailure(_), ..) => format!("the API could not be reached: {}", causes(error)),
        (_, Some(code), Some(message)) => format!("{code}: {message}"),
        (SdkError::ServiceError(_), Some(code), None) => code,
        (_, Some(code), None) => format!("{code}: {}", causes(error)),
        _ => causes(error),
    };
    let message = format!("{call}: {problem}");
    let deleted = "the listener was deleted, and its rules with it; no event can bring it back: deploy with the listener \
                   that takes its place";
    match error.code() {
        Some("AccessDenied" | "AccessDeniedException" | "OperationNotPermitted" | "TooManyTags") => {
            ListenerError::Refused(message)
        }
        // A new reading and a new plan can succeed.
        Some("PriorityInUse" | "RuleNotFound") if call == "SetRulePriorities" => {
            ListenerError::Conflict(message)
        }
        Some("ListenerNotFound") => ListenerError::Refused(deleted.to_owned()),
        _ => ListenerError::Failed(message),
    }
}

/// The inner causes say what happened; the outer layers only repeat that something did.
fn causes(error: &dyn Error) -> String {
    let causes = successors(error.source(), |cause| (*cause).source());
    let mut causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.dedup();
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
