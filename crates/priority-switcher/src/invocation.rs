//! One invocation at the border to Lambda: the clock, the time limit, the metric, the log.

use std::io::{self, Write as _};
use std::time::{Duration, SystemTime};

use lambda_runtime::{Context, LambdaEvent};
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::error::SwitchError;
use crate::event::{self, EventType};
use crate::handler::{Moment, handle};
use crate::listener::Listener;
use crate::metric;
use crate::plan::Settings;
use crate::report::{Answer, ListenerReport, Outcome, Standing};
use crate::timestamp::Timestamp;

/// Kept back from the function's time limit, so that the error still gets out.
const MARGIN: Duration = Duration::from_secs(1);

/// Answers one event.
///
/// # Errors
/// If the event was refused or a listener failed; Lambda reports it to the caller, who retries.
pub async fn answer<L: Listener>(
    listeners: &[L],
    settings: &Settings,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Answer, SwitchError> {
    let (payload, context) = event.into_parts();
    let moment = Moment { now: Timestamp::now(), deadline: deadline(&context) };
    let request_id = context.request_id.as_str();
    let result = match event::read(payload.get()) {
        Ok(payload) => handle(listeners, settings, &payload, moment).await,
        Err(error) => Err(error.into()),
    };
    for (standing, ignored) in measured(&result) {
        let line = metric::line(standing, ignored, &context.env_config.function_name, moment.now);
        // A metric is a line of its own: CloudWatch reads it only if nothing surrounds it. If nobody takes it, the
        // switch has succeeded all the same; `println!` would panic.
        let _ = writeln!(io::stdout(), "{line}");
    }
    let answer =
        result.inspect_err(|error| tracing::error!(requestId = request_id, %error, "event failed"))?;
    for report in &answer.listeners {
        for warning in &report.warnings {
            let listener = report.listener_arn.short();
            tracing::warn!(requestId = request_id, listener, code = warning.code, "{}", warning.message);
        }
    }
    let (event, outcome, dry_run) = (answer.event_type, answer.outcome.as_str(), answer.dry_run);
    tracing::info!(requestId = request_id, %event, outcome, dryRun = dry_run, "event done");
    Ok(answer)
}

/// Where the listeners stand after a check, a start or an end, also those that it failed to switch: these are what the
/// alarms are for. And, if it was to switch them, whether they ignored the event.
fn measured(result: &Result<Answer, SwitchError>) -> Vec<(&Standing, Option<bool>)> {
    let (event_type, listeners): (_, Vec<_>) = match result {
        Ok(answer) if !answer.dry_run => {
            let ignored = |report: &ListenerReport| report.outcome == Outcome::Ignored;
            let reports = answer.listeners.iter();
            (answer.event_type, reports.map(|report| (&report.standing, ignored(report))).collect())
        }
        Err(SwitchError::Listeners { event_type, dry_run: false, standings, .. }) => {
            (*event_type, standings.iter().map(|standing| (standing, false)).collect())
        }
        _ => return Vec::new(),
    };
    let listeners = listeners.into_iter();
    match event_type {
        EventType::Status => Vec::new(),
        EventType::Check => listeners.map(|(standing, _)| (standing, None)).collect(),
        EventType::Start | EventType::End => {
            listeners.map(|(standing, ignored)| (standing, Some(ignored))).collect()
        }
    }
}

fn deadline(context: &Context) -> Instant {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(MARGIN)
}
