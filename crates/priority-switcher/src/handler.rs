//! One event, all listeners at once.

use futures_util::{StreamExt as _, stream};
use tokio::time::timeout_at;

use crate::error::{ListenerFailure, SwitchError};
use crate::event::{self, Command, Request};
use crate::listener::Listener;
use crate::listener_switch::ListenerSwitch;
use crate::metric::{ListenerStatus, Measures};
use crate::moment::Moment;
use crate::report::{Answer, ListenerEntry, ListenerReport, Outcome};
use crate::settings::Settings;

/// How many listeners are worked on at once. The API's rate limits are for the whole account and region, and other
/// deployments need them too.
const LISTENERS_AT_ONCE: usize = 4;

/// What came of an event.
pub struct Handled {
    /// # Errors
    /// If the payload is refused, or if any listener failed; all of them have been tried then. A check does not fail:
    /// the entry of the listener has the error.
    pub answer: Result<Answer, SwitchError>,
    pub measures: Measures,
}

/// Carries out one event on all listeners.
pub async fn handle<L: Listener>(
    listeners: &[L],
    settings: &Settings,
    payload: &str,
    moment: Moment,
) -> Handled {
    let request = match event::parse(payload, moment.now, settings.longest_window()) {
        Ok(request) => request,
        Err(error) => return Handled { answer: Err(error.into()), measures: Measures::default() },
    };
    let (results, statuses): (Vec<_>, Vec<_>) = stream::iter(listeners)
        .map(|listener| switch(listener, settings, &request, moment))
        .buffered(LISTENERS_AT_ONCE)
        .unzip()
        .await;
    let measures = measures(&request, &results, statuses);
    Handled { answer: answer(listeners, &request, results), measures }
}

async fn switch<L: Listener>(
    listener: &L,
    settings: &Settings,
    request: &Request,
    moment: Moment,
) -> (Result<ListenerReport, ListenerFailure>, Option<ListenerStatus>) {
    let mut switch = ListenerSwitch::new(listener, settings, request, moment);
    let result = timeout_at(moment.deadline, switch.run()).await;
    (result.unwrap_or(Err(ListenerFailure::OutOfTime)), switch.status)
}

fn answer<L: Listener>(
    listeners: &[L],
    request: &Request,
    results: Vec<Result<ListenerReport, ListenerFailure>>,
) -> Result<Answer, SwitchError> {
    let event_type = request.command.event_type();
    if request.command != Command::Check && results.iter().any(Result::is_err) {
        let outcomes = results.iter().map(|result| result.as_ref().map(|report| report.outcome));
        let names = listeners.iter().map(|listener| listener.own_rules().maintenance.listener());
        return Err(SwitchError::listeners(event_type, names.zip(outcomes).collect()));
    }
    let entry = |(listener, result): (&L, Result<ListenerReport, ListenerFailure>)| match result {
        Ok(report) => ListenerEntry::Report(Box::new(report)),
        Err(failure) => ListenerEntry::Failed {
            listener_arn: listener.own_rules().maintenance.listener_arn(),
            rule_arn: listener.own_rules().maintenance.clone(),
            error: failure.to_string(),
        },
    };
    Ok(Answer::new(event_type, request.dry_run, listeners.iter().zip(results).map(entry).collect()))
}

/// Of a start, an end or a check, also of the listeners that failed: these are what the alarms are for.
fn measures(
    request: &Request,
    results: &[Result<ListenerReport, ListenerFailure>],
    statuses: Vec<Option<ListenerStatus>>,
) -> Measures {
    let is_check = request.command == Command::Check;
    let is_switch = matches!(request.command, Command::Start(_) | Command::End { .. }) && !request.dry_run;
    if !is_check && !is_switch {
        return Measures::default();
    }
    let is_ignored =
        |result: &Result<ListenerReport, _>| result.as_ref().is_ok_and(|one| one.outcome == Outcome::Ignored);
    Measures {
        listeners: statuses.into_iter().flatten().collect(),
        ignored: is_switch.then(|| results.iter().any(is_ignored)),
        check_failed: is_check.then(|| results.iter().any(Result::is_err)),
    }
}
