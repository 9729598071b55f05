//! One invocation at the border to Lambda: the clock, the time limit, the metrics, the log.

use std::io::{self, Write as _};
use std::time::{Duration, SystemTime};

use lambda_runtime::{Context, LambdaEvent};
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::error::SwitchError;
use crate::event::{self, Command};
use crate::handler::{Handled, handle};
use crate::listener::Listener;
use crate::metric::Measures;
use crate::moment::Moment;
use crate::report::{Answer, ListenerEntry};
use crate::state::Settings;
use crate::timestamp::{LONGEST_WINDOW_MINUTES, Timestamp};
use crate::warning::Warning;

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
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    let moment = Moment { now: Timestamp::now(), deadline: Instant::now() + left.saturating_sub(MARGIN) };
    let Handled { answer, measures } = handle(listeners, settings, payload.get(), moment).await;
    write(&measures, &context, moment.now);
    let request_id = context.request_id.as_str();
    let answer =
        answer.inspect_err(|error| tracing::error!(requestId = request_id, %error, "event failed"))?;
    for ListenerEntry { rule_arn, result, .. } in &answer.listeners {
        let listener = rule_arn.listener();
        match result {
            Ok(report) => {
                for Warning { code, message } in &report.warnings {
                    tracing::warn!(requestId = request_id, listener, code, "{message}");
                }
            }
            Err(error) => tracing::error!(requestId = request_id, listener, %error, "check failed"),
        }
    }
    let (event, outcome, dry_run) = (answer.event_type, answer.outcome, answer.dry_run);
    tracing::info!(requestId = request_id, event, %outcome, dryRun = dry_run, "event done");
    Ok(answer)
}

/// Answers an event where a setting cannot be used, so that a caller reads more than "Runtime exited".
///
/// # Errors
/// Unless it is a check, which comes again in five minutes and must not pile up in the queue.
pub fn refuse(error: &SwitchError, event: LambdaEvent<Box<RawValue>>) -> Result<Answer, SwitchError> {
    let (payload, context) = event.into_parts();
    let now = Timestamp::now();
    let request = event::parse(payload.get(), now, LONGEST_WINDOW_MINUTES);
    if !request.is_ok_and(|request| request.command == Command::Check) {
        return Err(error.clone());
    }
    write(&Measures { check_failed: Some(true), ..Measures::default() }, &context, now);
    Ok(Answer { error: Some(error.to_string()), ..Answer::new("check", false, Vec::new()) })
}

/// Each metric is a line of its own: CloudWatch reads it only if nothing surrounds it. If it cannot be written, the
/// switch has succeeded all the same; `println!` would panic.
fn write(measures: &Measures, context: &Context, now: Timestamp) {
    for line in measures.lines(&context.env_config.function_name, now) {
        let _ = writeln!(io::stdout(), "{line}");
    }
}
