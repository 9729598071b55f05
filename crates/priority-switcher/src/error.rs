//! Why an invocation failed.

use lambda_runtime::Diagnostic;

/// A type for machines, and a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SwitchError {
    /// `BadConfiguration`, `BadEvent` or `SwitchFailed`.
    pub error_type: &'static str,
    pub message: String,
}

impl From<SwitchError> for Diagnostic {
    fn from(error: SwitchError) -> Self {
        Self { error_type: error.error_type.to_owned(), error_message: error.message }
    }
}
