//! One event, all listeners at once.

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::error::{FailedListener, ListenerFailure, SwitchError};
use crate::event::{self, Request};
use crate::listener::Listener;
use crate::listener_switch::ListenerSwitch;
use crate::plan::Settings;
use crate::report::{Answer, ListenerReport};
use crate::timestamp::Timestamp;
use crate::warning::Warning;

/// How many listeners are worked on at once. The API's rate limits are for the whole account and
/// region, and whoever deploys at the same time needs them too.
const LISTENERS_AT_ONCE: usize = 4;

/// What an invocation knows of its own time.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The wall clock.
    pub now: Timestamp,
    /// When to give up, so that a clear error is out before Lambda ends the function.
    pub deadline: Instant,
}

/// Carries out one event on all listeners.
///
/// # Errors
/// If the payload is refused, or if any listener failed; all of them have been tried then.
pub async fn handle<L: Listener>(
    listeners: &[L],
    settings: &Settings,
    payload: &Value,
    moment: Moment,
) -> Result<Answer, SwitchError> {
    let request = event::parse(payload, moment.now, settings.max_duration)?;
    let results: Vec<_> = stream::iter(listeners)
        .map(|listener| switch(listener, settings, &request, moment))
        .buffered(LISTENERS_AT_ONCE)
        .collect()
        .await;
    if results.iter().any(Result::is_err) {
        return Err(SwitchError::listeners(&request, results));
    }
    let mut reports: Vec<_> = results.into_iter().filter_map(Result::ok).collect();
    if request.command.message().is_some() && listeners.iter().all(|one| one.status_rule().is_none()) {
        let why = "the message is told to nobody: there is no status rule (the template's StatusPath)";
        for report in &mut reports {
            report.warnings.push(Warning::status_not_told(why.to_owned()));
        }
    }
    Ok(Answer::new(request.command.event_type(), request.dry_run, reports))
}

async fn switch<L: Listener>(
    listener: &L,
    settings: &Settings,
    request: &Request,
    moment: Moment,
) -> Result<ListenerReport, FailedListener> {
    let mut switch = ListenerSwitch::new(listener, settings, request, moment);
    let result = timeout_at(moment.deadline, switch.run()).await;
    result.unwrap_or(Err(ListenerFailure::OutOfTime)).map_err(|failure| FailedListener {
        arn: listener.arn().clone(),
        failure,
        standing: switch.standing,
    })
}
