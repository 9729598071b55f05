//! Why an invocation failed.

use lambda_runtime::Diagnostic;

/// A type for machines, and a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SwitchError {
    error_type: &'static str,
    message: String,
}

impl SwitchError {
    /// A setting of the function cannot be used, whatever the payload.
    pub(crate) fn bad_configuration(message: String) -> Self {
        Self { error_type: "BadConfiguration", message }
    }

    /// The payload is not one of the contract's. No listener has been read.
    pub(crate) fn bad_event(problem: &str) -> Self {
        Self { error_type: "BadEvent", message: format!("{problem}; nothing was changed") }
    }

    /// At least one listener failed; the sentence names every listener's outcome.
    pub(crate) fn switch_failed(message: String) -> Self {
        Self { error_type: "SwitchFailed", message }
    }
}

impl From<SwitchError> for Diagnostic {
    fn from(error: SwitchError) -> Self {
        Self { error_type: error.error_type.to_owned(), error_message: error.message }
    }
}
