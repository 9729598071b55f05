//! The last step: the status rule. Whatever goes wrong here, the switch is done.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{ListenerSwitch, Reading};
use crate::event::Command;
use crate::listener::Listener;
use crate::plan::{Plan, State};
use crate::report::{ListenerReport, Outcome};
use crate::status_rule::{self, Truth};
use crate::warning::Warning;

/// How long the status rule may take: other listeners may wait to be switched.
const LONGEST_TELLING: Duration = Duration::from_secs(3);

/// Kept back from the time limit, so that a status rule which takes too long does not make a switch fail.
const TIME_TO_REPORT: Duration = Duration::from_millis(500);

impl<L: Listener> ListenerSwitch<'_, L> {
    /// Makes the status rule tell where the listener has been seen to stand, or says in the report why it does not.
    pub(super) async fn tell(&self, reading: &Reading, plan: &Plan, report: &mut ListenerReport) {
        let Some(rule) = self.listener.status_rule() else { return };
        let is_dry = self.request.dry_run && !plan.ignored;
        let truth = Truth {
            // Of a dry run, the end of it.
            state: match self.request.command {
                Command::Start(_) if is_dry => State::Active,
                Command::End { .. } if is_dry => State::Resting,
                _ => plan.state,
            },
            record: &self.window(&reading.tags, plan),
            earlier: self.progress.was_on_since,
            news: self.request.command.message().filter(|_| is_obeyed(plan)),
        };
        let active = self.active_priority(&reading.order, plan);
        let telling = status_rule::plan(&reading.order, rule, active, &truth);
        report.warnings.extend(telling.trouble);
        report.message = telling.message;
        let Some(step) = telling.step.filter(|_| !self.request.dry_run) else { return };
        if self.request.command == Command::Status {
            let why = format!(
                "the status rule does not tell the truth, which is {}; a check mends that",
                step.status
            );
            report.warnings.push(Warning::status_not_told(why));
            report.message = telling.told;
            return;
        }
        tracing::info!(listener = self.listener.arn().short(), plan = %step, "switching");
        let latest = self.moment.deadline.checked_sub(TIME_TO_REPORT).unwrap_or(self.moment.deadline);
        let by = latest.min(Instant::now() + LONGEST_TELLING);
        let why = match timeout_at(by, self.listener.tell(rule, &step.status.to_string())).await {
            Ok(Ok(())) => {
                if report.outcome == Outcome::Unchanged {
                    report.outcome = Outcome::Changed;
                }
                return;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "ModifyRule: no answer in time".to_owned(),
        };
        let again = if truth.news.is_some() { "send the start again" } else { "the next check tries again" };
        let why = format!("the switch is done, and the status rule could not be told of it: {why}; {again}");
        report.warnings.push(Warning::status_not_told(why));
        report.message = telling.told;
    }
}

/// Whether what a start wants is in force: neither did it come too late, nor would it shorten a window.
fn is_obeyed(plan: &Plan) -> bool {
    !plan.ignored && plan.warnings.iter().all(|warning| !warning.is_window_kept())
}
