//! One event, all listeners at once.

use futures_util::{StreamExt as _, stream};
use tokio::time::timeout_at;

use crate::error::SwitchError;
use crate::event::{self, Command, Request};
use crate::listener::{Listener, ListenerError};
use crate::listener_switch::ListenerSwitch;
use crate::metric::{ListenerStatus, Measures};
use crate::moment::Moment;
use crate::report::{Answer, ListenerEntry, Outcome};
use crate::state::Settings;

/// How many listeners are worked on at once: other deployments share the account's rate limits of the region.
const LISTENERS_AT_ONCE: usize = 4;

pub struct Handled {
    /// An error if the payload is refused, or if any listener failed; all of them have been tried then. A check does not
    /// fail: the entry of the listener has the error.
    pub answer: Result<Answer, SwitchError>,
    pub measures: Measures,
}

pub async fn handle<L: Listener>(
    listeners: &[L],
    settings: &Settings,
    payload: &str,
    moment: Moment,
) -> Handled {
    let request = match event::parse(payload, moment.now, settings.longest_window()) {
        Ok(request) => request,
        Err(error) => return Handled { answer: Err(error), measures: Measures::default() },
    };
    let (entries, statuses): (Vec<_>, Vec<_>) = stream::iter(listeners)
        .map(|listener| switch(listener, settings, &request, moment))
        .buffered(LISTENERS_AT_ONCE)
        .unzip()
        .await;
    let measures = measures(&request, &entries, statuses);
    let event_type = request.command.event_type();
    let answer = match failure(event_type, &entries) {
        Some(failure) if request.command != Command::Check => Err(failure),
        _ => Ok(Answer::new(event_type, request.dry_run, entries)),
    };
    Handled { answer, measures }
}

async fn switch<L: Listener>(
    listener: &L,
    settings: &Settings,
    request: &Request,
    moment: Moment,
) -> (ListenerEntry, Option<ListenerStatus>) {
    let mut switch = ListenerSwitch { listener, settings, request, moment, status: None };
    let out_of_time = "out of time before the change was complete and read back";
    let result = timeout_at(moment.deadline, switch.run()).await;
    let result = result.unwrap_or_else(|_| Err(ListenerError::Failed(out_of_time.to_owned())));
    let rule_arn = listener.own_rules().maintenance.clone();
    (ListenerEntry { listener_arn: rule_arn.listener_arn(), rule_arn, result }, switch.status)
}

/// What came of each listener, the failed ones first, if there are any.
fn failure(event_type: &str, entries: &[ListenerEntry]) -> Option<SwitchError> {
    let (done, failed): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.result.is_ok());
    let is_lasting = |entry: &&ListenerEntry| matches!(entry.result, Err(ListenerError::Refused(_)));
    let again = ". Send the same event again: it completes what is missing and repeats nothing.";
    let advice = if failed.iter().all(is_lasting) { "" } else { again };
    let line = |ListenerEntry { rule_arn, result, .. }: &ListenerEntry| match result {
        Ok(report) => format!("{}: {}", rule_arn.listener(), report.outcome),
        Err(error) => format!("{}: {error}", rule_arn.listener()),
    };
    let lines: Vec<_> = failed.iter().chain(&done).map(|entry| line(entry)).collect();
    let (failures, all, lines) = (failed.len(), entries.len(), lines.join("; "));
    let message = format!("{event_type}: {failures} of {all} listeners failed: {lines}{advice}");
    (failures > 0).then_some(SwitchError { error_type: "SwitchFailed", message })
}

/// Of a start, an end or a check, also of the listeners that failed: these are what the alarms are for.
fn measures(request: &Request, entries: &[ListenerEntry], statuses: Vec<Option<ListenerStatus>>) -> Measures {
    let is_check = request.command == Command::Check;
    let is_switch = matches!(request.command, Command::Start(_) | Command::End { .. }) && !request.dry_run;
    let mut reports = entries.iter().filter_map(ListenerEntry::report);
    Measures {
        listeners: statuses.into_iter().flatten().filter(|_| is_check || is_switch).collect(),
        check_failed: is_check.then(|| reports.clone().count() < entries.len()),
        ignored: is_switch.then(|| reports.any(|report| report.outcome == Outcome::Ignored)),
    }
}
