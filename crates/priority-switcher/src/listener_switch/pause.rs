//! Pauses of random length, so that two who were in each other's way are not so again.

use std::time::Duration;

use tokio::time::sleep;

/// At least half of `longest`.
pub(super) async fn up_to(longest: Duration) {
    sleep(longest.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
}
