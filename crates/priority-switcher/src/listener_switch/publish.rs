//! The last step: the status rule. Unless the event is a message, the switch is done whatever happens here.

use std::time::Duration;

use super::ListenerSwitch;
use crate::event::Command;
use crate::listener::{Listener, ListenerError};
use crate::report::{ListenerReport, Outcome};
use crate::rule::RuleArn;
use crate::state::Situation;
use crate::status_rule::{self, News, StatusUpdate};
use crate::warning::Warning;

/// How long the status rule may take: other listeners may wait to be switched.
const LONGEST: Duration = Duration::from_secs(3);

impl<L: Listener> ListenerSwitch<'_, L> {
    /// Publishes the state as it was read last, or says in the report why it does not.
    pub(super) async fn publish(
        &self,
        situation: &Situation<'_>,
        news: &News,
        report: &mut ListenerReport,
    ) -> Result<(), ListenerError> {
        let Some(why) = self.update(situation, news, report).await else { return Ok(()) };
        if matches!(self.request.command, Command::Message(_)) {
            return Err(ListenerError::Refused(format!("the message was not published: {why}")));
        }
        if situation.own.status.is_some() || matches!(news, News::Replace(Some(_))) {
            report.warnings.push(Warning::new("status-not-published", why));
        }
        Ok(())
    }

    /// Why visitors do not get the new status, if so.
    async fn update(
        &self,
        situation: &Situation<'_>,
        news: &News,
        report: &mut ListenerReport,
    ) -> Option<String> {
        let Some(rule) = &situation.own.status else {
            return Some("there is no status rule (the template's StatusPath)".to_owned());
        };
        let StatusUpdate { published, status, is_new, trouble } =
            match status_rule::plan(situation, rule, news) {
                Ok(update) => update,
                Err(why) => return Some(why),
            };
        let body = status.to_string();
        report.message = status.message;
        if !is_new || self.request.dry_run {
            return trouble;
        }
        if self.request.command == Command::Status {
            report.message = published;
            return trouble.or_else(|| {
                Some(format!(
                    "the status rule publishes something else than {body}; the next check mends that"
                ))
            });
        }
        let Err(error) = self.write(rule, &body).await else {
            if report.outcome == Outcome::Unchanged {
                report.outcome = Outcome::Changed;
            }
            return trouble;
        };
        report.message = published;
        let is_message = matches!(self.request.command, Command::Message(_));
        let is_news = is_message || matches!(news, News::Replace(Some(_)));
        let again = if is_news { "send the message again" } else { "the next check tries again" };
        Some(match error {
            ListenerError::Refused(why) => why,
            error => format!("{error}; {again}"),
        })
    }

    async fn write(&self, rule: &RuleArn, body: &str) -> Result<(), ListenerError> {
        tracing::info!(listener = self.name(), body, "publishing");
        let published = self.moment.at_most(LONGEST, self.listener.publish(rule, body)).await;
        published.unwrap_or_else(|| Err(ListenerError::Failed("ModifyRule: no answer in time".to_owned())))
    }
}
