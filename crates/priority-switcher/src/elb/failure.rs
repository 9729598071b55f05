//! The SDK's errors in one sentence each.

use std::error::Error;

use aws_sdk_elasticloadbalancingv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_elasticloadbalancingv2::operation::set_rule_priorities::SetRulePrioritiesError;

use crate::listener::ListenerError;
use crate::rule::{ListenerArn, RuleArn};

type Raw = aws_sdk_elasticloadbalancingv2::config::http::HttpResponse;

/// What went wrong with a call.
pub(super) fn of<E>(call: &'static str, error: &SdkError<E, Raw>) -> ListenerError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    ListenerError::Failed { call, message: sentence(error) }
}

/// The same of a call that names no rule but the maintenance rule.
pub(super) fn of_own_rule<E>(call: &'static str, rule: &RuleArn, error: &SdkError<E, Raw>) -> ListenerError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if error.code() == Some("RuleNotFound") { ListenerError::RuleGone(rule.clone()) } else { of(call, error) }
}

/// The same of a call that names the listener.
pub(super) fn of_listener<E>(call: &'static str, arn: &ListenerArn, error: &SdkError<E, Raw>) -> ListenerError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error.code() {
        Some("ListenerNotFound") => ListenerError::ListenerGone(arn.clone()),
        _ => of(call, error),
    }
}

/// The same, telling apart the one error after which it pays to read and plan again.
pub(super) fn of_set_rule_priorities(error: &SdkError<SetRulePrioritiesError, Raw>) -> ListenerError {
    const CALL: &str = "SetRulePriorities";
    if error.as_service_error().is_some_and(SetRulePrioritiesError::is_priority_in_use_exception) {
        return ListenerError::PriorityInUse { call: CALL, message: sentence(error) };
    }
    of(CALL, error)
}

fn sentence<E>(error: &SdkError<E, Raw>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
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

/// The innermost causes say what happened; the outer layers only repeat that something did.
fn causes(error: &dyn Error) -> String {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        next = cause.source();
    }
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
