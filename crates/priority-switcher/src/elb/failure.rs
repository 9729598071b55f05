//! The SDK's errors in one sentence each.

use std::error::Error;
use std::iter::successors;

use aws_sdk_elasticloadbalancingv2::error::{ProvideErrorMetadata, SdkError};

use crate::listener::ListenerError;

type Raw = aws_sdk_elasticloadbalancingv2::config::http::HttpResponse;

/// What went wrong with a call.
pub(super) fn of<E>(call: &str, error: &SdkError<E, Raw>) -> ListenerError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let message = format!("{call}: {}", sentence(error));
    match error.code() {
        Some("AccessDenied" | "AccessDeniedException" | "OperationNotPermitted" | "TooManyTags") => {
            ListenerError::Refused(message)
        }
        // A new reading and a new plan can succeed.
        Some("PriorityInUse" | "RuleNotFound") if call == "SetRulePriorities" => {
            ListenerError::Conflict(message)
        }
        Some("ListenerNotFound") => ListenerError::Refused(
            "the listener was deleted, and its rules with it; no event can bring it back: deploy with the listener that \
             takes its place"
                .to_owned(),
        ),
        _ => ListenerError::Failed(message),
    }
}

fn sentence<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E, Raw>) -> String {
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status();
            let code = error.code().map_or_else(|| format!("HTTP status {status}"), str::to_owned);
            match error.message() {
                Some(message) => format!("{code}: {message}"),
                None => code,
            }
        }
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(_) => format!("the API could not be reached: {}", causes(error)),
        SdkError::ResponseError(answer) => {
            format!("unreadable answer (HTTP status {}): {}", answer.raw().status(), causes(error))
        }
        _ => causes(error),
    }
}

/// The inner causes say what happened; the outer layers only repeat that something did.
fn causes(error: &dyn Error) -> String {
    let mut causes: Vec<String> =
        successors(error.source(), |cause| (*cause).source()).map(ToString::to_string).collect();
    causes.dedup();
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
