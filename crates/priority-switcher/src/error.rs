//! Why an invocation failed, in the words that the operator gets to read.

use lambda_runtime::Diagnostic;

use crate::config::ConfigError;
use crate::event::EventError;
use crate::listener::ListenerError;
use crate::plan::PlanError;
use crate::report::Outcome;

/// Why one listener could not be brought to where the event wants it.
#[derive(Debug, thiserror::Error)]
pub enum ListenerFailure {
    #[error(transparent)]
    Call(#[from] ListenerError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error("another process changed the listener's rules {0} times in a row; the rules are whole")]
    KeepsChanging(u32),
    /// The function's own time limit came near.
    #[error("out of time before the change was complete and read back")]
    OutOfTime,
    /// A message's only job could not be done.
    #[error("the message was not published: {0}")]
    NotPublished(String),
}

impl ListenerFailure {
    /// Whether the same event can succeed without anything else being mended first.
    fn may_pass(&self) -> bool {
        match self {
            Self::Call(ListenerError::Refused(_)) | Self::Plan(_) | Self::NotPublished(_) => false,
            Self::Call(_) | Self::KeepsChanging(_) | Self::OutOfTime => true,
        }
    }
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
    #[error("{0}")]
    Listeners(String),
}

impl SwitchError {
    /// Sums up what came of each listener, the failed ones first.
    pub(crate) fn listeners(
        event_type: &str,
        mut results: Vec<(&str, Result<Outcome, &ListenerFailure>)>,
    ) -> Self {
        results.sort_by_key(|(_, result)| result.is_ok());
        let failures: Vec<_> = results.iter().filter_map(|(_, result)| result.err()).collect();
        let advice = if failures.iter().any(|failure| failure.may_pass()) {
            ". Send the same event again: it completes what is missing and repeats nothing."
        } else {
            ""
        };
        let outcome = |(listener, result): &(&str, Result<Outcome, &ListenerFailure>)| match result {
            Err(failure) => format!("{listener}: {failure}"),
            Ok(outcome) => format!("{listener}: {outcome}"),
        };
        Self::Listeners(format!(
            "{event_type}: {} of {} listeners failed: {}{advice}",
            failures.len(),
            results.len(),
            results.iter().map(outcome).collect::<Vec<_>>().join("; ")
        ))
    }
}

impl From<SwitchError> for Diagnostic {
    fn from(error: SwitchError) -> Self {
        let error_type = match error {
            SwitchError::BadConfiguration(_) => "BadConfiguration",
            SwitchError::BadEvent(_) => "BadEvent",
            SwitchError::Listeners(_) => "SwitchFailed",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
