//! Why an invocation failed, in the words that the operator gets to read.

use lambda_runtime::Diagnostic;

use crate::config::ConfigError;
use crate::event::{EventError, EventType, Request};
use crate::listener::ListenerError;
use crate::plan::PlanError;
use crate::report::{ListenerReport, Standing};
use crate::rule::ListenerArn;

/// Why one listener could not be brought to where the event wants it.
///
/// Unless it is final, the same event can be sent again: what is done is not repeated, and what was
/// interrupted is completed.
#[derive(Debug, thiserror::Error)]
pub enum ListenerFailure {
    #[error(transparent)]
    Call(#[from] ListenerError),
    /// The listener is not one that can be switched.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Somebody else kept writing.
    #[error(
        "the listener was read {readings} times and something else kept changing it; it is in one of the orders it was given"
    )]
    KeepsChanging { readings: u32 },
    /// The function's own time limit came near.
    #[error("ran out of time before the change was complete and seen to be right")]
    OutOfTime,
}

impl ListenerFailure {
    /// Whether the same event will fail again, until somebody has mended the listener.
    fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Call(ListenerError::RuleGone(_) | ListenerError::ListenerGone(_))
                | Self::Plan(PlanError::RuleNotFound(_) | PlanError::DefaultRule(_))
        )
    }
}

/// One listener that failed.
#[derive(Debug)]
pub struct FailedListener {
    pub arn: ListenerArn,
    pub failure: ListenerFailure,
    /// Where it stood when it was last read, if it could be.
    pub standing: Option<Standing>,
}

/// Why an invocation failed.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// A setting of the function cannot be used, whatever the payload.
    #[error(transparent)]
    BadConfiguration(#[from] ConfigError),
    /// The payload is not one of the contract's.
    #[error(transparent)]
    BadEvent(#[from] EventError),
    /// At least one listener failed; the sentence names every listener's outcome.
    #[error("{message}")]
    Listeners {
        event_type: EventType,
        dry_run: bool,
        /// What came of each listener.
        message: String,
        /// Where the listeners stand that could be read.
        standings: Vec<Standing>,
    },
}

impl SwitchError {
    /// Sums up what came of each listener, the failed ones first.
    pub(crate) fn listeners(
        request: &Request,
        mut results: Vec<Result<ListenerReport, FailedListener>>,
    ) -> Self {
        let (event_type, dry_run) = (request.command.event_type(), request.dry_run);
        results.sort_by_key(Result::is_ok);
        let failures: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
        let advice = if failures.iter().all(|failed| failed.failure.is_final()) {
            ""
        } else {
            ". Send the same event again: it completes what is missing and repeats nothing."
        };
        let message = format!(
            "{event_type}: {} of {} listeners failed: {}{advice}",
            failures.len(),
            results.len(),
            results.iter().map(outcome).collect::<Vec<_>>().join("; ")
        );
        let standing = |result: Result<ListenerReport, FailedListener>| match result {
            Ok(report) => Some(report.standing),
            Err(FailedListener { standing, .. }) => standing,
        };
        Self::Listeners {
            event_type,
            dry_run,
            message,
            standings: results.into_iter().filter_map(standing).collect(),
        }
    }
}

fn outcome(result: &Result<ListenerReport, FailedListener>) -> String {
    match result {
        Err(FailedListener { arn, failure, .. }) => format!("{}: {failure}", arn.short()),
        Ok(report) => format!("{}: {}", report.listener_arn.short(), report.outcome.as_str()),
    }
}

impl From<SwitchError> for Diagnostic {
    fn from(error: SwitchError) -> Self {
        let error_type = match error {
            SwitchError::BadConfiguration(_) => "BadConfiguration",
            SwitchError::BadEvent(_) => "BadEvent",
            SwitchError::Listeners { .. } => "SwitchFailed",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
