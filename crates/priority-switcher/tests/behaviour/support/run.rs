//! Invocations as Lambda makes them, on a clock of the test's own.

use std::time::Duration;

use priority_switcher::error::SwitchError;
use priority_switcher::handler::{Handled, handle};
use priority_switcher::moment::Moment;
use priority_switcher::report::Answer;
use priority_switcher::settings::Settings;
use priority_switcher::timestamp::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::memory_listener::MemoryListener;

/// When the tests begin.
pub(crate) const START_OF_TIME: &str = "2026-03-01T22:00:00Z";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
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

/// How an invocation ended.
#[derive(Debug)]
pub(crate) enum Ending {
    Answered(Answer),
    Failed(SwitchError),
    Killed,
}

/// One invocation on one listener; a kill leaves it where it is.
pub(crate) async fn invoke(
    listener: &MemoryListener,
    settings: &Settings,
    event: &Value,
    now: Timestamp,
) -> Ending {
    let event = event.to_string();
    tokio::select! {
        biased;
        () = listener.killed.notified() => Ending::Killed,
        Handled { answer, .. } = handle(std::slice::from_ref(listener), settings, &event, moment(now)) => {
            match answer {
                Ok(answer) => Ending::Answered(answer),
                Err(error) => Ending::Failed(error),
            }
        }
    }
}

/// A file of `events/`, which operators paste into the console.
pub(crate) fn event_file(name: &str) -> Value {
    let path = format!("{}/../../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}
