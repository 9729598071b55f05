//! What an invocation knows of its own time.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

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
    /// What is not the switch itself; none if it takes too long.
    pub async fn at_most<T>(&self, longest: Duration, future: impl Future<Output = T>) -> Option<T> {
        let last = self.deadline.checked_sub(TIME_TO_REPORT).unwrap_or(self.deadline);
        timeout_at(last.min(Instant::now() + longest), future).await.ok()
    }
}
