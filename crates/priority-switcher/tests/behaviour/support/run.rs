//! Invocations as Lambda makes them, on a clock of the test's own.

use std::time::Duration;

use priority_switcher::handler::{Handled, handle};
use priority_switcher::moment::Moment;
use priority_switcher::state::Settings;
use priority_switcher::timestamp::Timestamp;
use tokio::time::Instant;

use super::memory_listener::MemoryListener;

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A time of the tests' day.
pub(crate) fn at(clock: &str) -> Timestamp {
    time(&format!("2026-03-01T{clock}:00Z"))
}

pub(crate) fn moment(now: Timestamp) -> Moment {
    Moment { now, deadline: Instant::now() + Duration::from_secs(29) }
}

/// A runtime like the function's, on which waiting takes no time, and every run as long as the last.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    fastrand::seed(0);
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// A runtime on which waiting takes its time, as servers and other processes do.
pub(crate) fn on_the_real_clock() -> tokio::runtime::Runtime {
    fastrand::seed(0);
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// One invocation on one listener; nothing comes of one that is killed, which leaves the listener where it is.
pub(crate) async fn invoke(
    listener: &MemoryListener,
    settings: &Settings,
    payload: &str,
    now: Timestamp,
) -> Option<Handled> {
    tokio::select! {
        biased;
        () = listener.killed.notified() => None,
        handled = handle(std::slice::from_ref(listener), settings, payload, moment(now)) => Some(handled),
    }
}

/// The payload of an event: as it is, or by its name among the files of `events/`, which operators paste into the console.
pub(crate) fn payload(event: &str) -> String {
    if event.starts_with('{') {
        return event.to_owned();
    }
    let path = format!("{}/../../events/{event}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
