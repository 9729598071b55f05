//! What an invocation knows of its own time.

use std::time::Duration;

use tokio::time::Instant;

use crate::timestamp::Timestamp;

#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The wall clock when the invocation began.
    pub now: Timestamp,
    /// When to give up, so that a clear error is out before Lambda ends the function.
    pub deadline: Instant,
}

/// Kept back for the report, so that what only adds to it never makes a switch fail.
const TIME_TO_REPORT: Duration = Duration::from_millis(500);

impl Moment {
    /// When to stop what is not the switch itself.
    pub fn before_deadline(&self) -> Instant {
        self.deadline.checked_sub(TIME_TO_REPORT).unwrap_or(self.deadline)
    }
}
