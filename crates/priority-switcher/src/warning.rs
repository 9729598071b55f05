//! What an operator should know although the invocation succeeded.

mod setup;

use serde::Serialize;

use crate::state::State;
use crate::timestamp::Timestamp;

/// A finding with a code for machines and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable; one of the codes in docs/reference.md.
    pub code: &'static str,
    /// What is so and what to do about it.
    pub message: String,
}

impl Warning {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Both in one line.
    pub fn coded(&self) -> String {
        format!("{}: {}", self.code, self.message)
    }

    /// `since` is that of the record, if it counts.
    pub(crate) fn drift(state: State, since: Option<Timestamp>) -> Option<Self> {
        let message = match (state, since) {
            (State::Resting, Some(since)) => format!(
                "the tags record maintenance since {since}, but the system is open: the rules were moved by hand, or a \
                 start was interrupted; send `end` to settle the record, or `start` to close the system"
            ),
            (State::Active, None) => {
                "the system is closed, but the tags record no window: the rules were moved by hand, \
                                      or tags were lost; if unintended, send `end`"
                    .to_owned()
            }
            _ => return None,
        };
        Some(Self::new("drift", message))
    }

    pub(crate) fn record_invalid(tags: &[String]) -> Option<Self> {
        let message = format!(
            "{}: not a time that can be used (RFC 3339, at most five minutes ahead), so it counts as lost; the next window \
             writes it anew",
            tags.join(", ")
        );
        (!tags.is_empty()).then(|| Self::new("record-invalid", message))
    }
}
