//! What an invocation knows of its own time.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::listener::ListenerError;
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
    /// A call that is not the switch itself: it fails if it takes too long.
    pub(crate) async fn at_most<T>(
        &self,
        longest: Duration,
        name: &str,
        call: impl Future<Output = Result<T, ListenerError>>,
    ) -> Result<T, ListenerError> {
        let last = self.deadline.checked_sub(TIME_TO_REPORT).unwrap_or(self.deadline);
        let answered = timeout_at(last.min(Instant::now() + longest), call).await;
        answered.unwrap_or_else(|_| Err(ListenerError::Failed(format!("{name}: no answer in time"))))
    }
}
