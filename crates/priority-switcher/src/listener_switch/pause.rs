//! Pauses of random length, so that two processes that were in each other's way are not so again.

use std::time::Duration;

use tokio::time::sleep;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// Before the second attempt 25 to 50 ms; before each further one twice as long, but not more than one or two seconds.
pub(super) async fn before(attempt: u32) {
    let longest = LONGEST.min(FIRST * 2_u32.saturating_pow(attempt.saturating_sub(2)));
    sleep(longest.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
}
