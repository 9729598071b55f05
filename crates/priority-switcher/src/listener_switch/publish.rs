//! The last step: the status rule. Unless the event is a message, the switch is done whatever happens here.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::ListenerSwitch;
use crate::error::ListenerFailure;
use crate::event::Command;
use crate::listener::{Listener, ListenerError};
use crate::plan::{Plan, Reading};
use crate::report::{ListenerReport, Outcome};
use crate::rule::RuleArn;
use crate::state::State;
use crate::status_rule::{self, News};
use crate::warning::Warning;

/// How long the status rule may take: other listeners may wait to be switched.
const LONGEST: Duration = Duration::from_secs(3);

impl<L: Listener> ListenerSwitch<'_, L> {
    /// Publishes the state as it was read last, or says in the report why it does not.
    pub(super) async fn publish(
        &self,
        reading: &Reading,
        plan: &Plan,
        report: &mut ListenerReport,
    ) -> Result<(), ListenerFailure> {
        let has_news = self.request.command.message().is_some();
        match self.update(reading, plan, report).await {
            None => Ok(()),
            Some(why) if matches!(self.request.command, Command::Message(_)) => {
                Err(ListenerFailure::NotPublished(why))
            }
            Some(why) => {
                let is_shown = has_news || self.listener.own_rules().status.is_some();
                report.warnings.extend(is_shown.then(|| Warning::status_not_published(why)));
                Ok(())
            }
        }
    }

    /// Why visitors do not get the new status, if so.
    async fn update(&self, reading: &Reading, plan: &Plan, report: &mut ListenerReport) -> Option<String> {
        let Some(rule) = self.listener.own_rules().status.as_ref() else {
            return Some("there is no status rule (the template's StatusPath)".to_owned());
        };
        let (state, record, news) =
            (self.state_to_publish(reading, plan), self.record(&reading.tags), self.news(plan));
        let update = status_rule::plan(&reading.order, rule, self.settings.active, state, &record, news);
        report.message = update.message;
        let Some(status) = update.status.filter(|_| !self.request.dry_run) else { return update.trouble };
        if self.request.command == Command::Status {
            report.message = update.published;
            return Some(update.trouble.unwrap_or_else(|| {
                format!("the status rule publishes something else than {status}; the next check mends that")
            }));
        }
        match self.write(rule, &status.to_string()).await {
            Ok(()) => {
                if report.outcome == Outcome::Unchanged {
                    report.outcome = Outcome::Changed;
                }
                update.trouble
            }
            Err(error) => {
                report.message = update.published;
                let again = match (&self.request.command, news) {
                    (Command::Message(_), _) | (_, News::Replace(Some(_))) => "send the message again",
                    _ => "the next check tries again",
                };
                Some(match error {
                    ListenerError::Refused(why) => why,
                    error => format!("{error}; {again}"),
                })
            }
        }
    }

    /// Of a rehearsal, the state that would be.
    fn state_to_publish(&self, reading: &Reading, plan: &Plan) -> State {
        let is_rehearsal = self.request.dry_run;
        let planned = is_rehearsal.then(|| plan.order_after(&reading.order));
        self.state(planned.as_ref().unwrap_or(&reading.order))
    }

    fn news(&self, plan: &Plan) -> News<'_> {
        match &self.request.command {
            Command::Message(message) => News::Replace(message.as_deref()),
            Command::Start(start) if !plan.ignored && (start.message.is_some() || plan.begins) => {
                News::Replace(start.message.as_deref())
            }
            _ => News::Keep,
        }
    }

    async fn write(&self, rule: &RuleArn, body: &str) -> Result<(), ListenerError> {
        tracing::info!(listener = self.name(), body, "publishing");
        let by = self.moment.before_deadline().min(Instant::now() + LONGEST);
        let published = timeout_at(by, self.listener.publish(rule, body)).await;
        published.unwrap_or_else(|_| Err(ListenerError::Failed("ModifyRule: no answer in time".to_owned())))
    }
}
