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
        let Err(why) = self.update(situation, news, report).await else { return Ok(()) };
        if matches!(self.request.command, Command::Message(_)) {
            return Err(ListenerError::Refused(format!("the message was not published: {why}")));
        }
        if situation.own.status.is_some() || matches!(news, News::Replace(Some(_))) {
            report.warnings.push(Warning { code: "status-not-published", message: why });
        }
        Ok(())
    }

    /// Fails with the reason why visitors do not get the new status.
    async fn update(
        &self,
        situation: &Situation<'_>,
        news: &News,
        report: &mut ListenerReport,
    ) -> Result<(), String> {
        let rule = situation.own.status.as_ref();
        let rule = rule.ok_or("there is no status rule (the template's StatusPath)")?;
        let StatusUpdate { published, message, body, is_new, trouble } =
            status_rule::plan(situation, rule, news)?;
        report.message = message;
        if is_new && !self.request.dry_run {
            let other =
                || format!("the status rule publishes something else than {body}; the next check mends that");
            let written = match self.request.command {
                Command::Status => Err(trouble.clone().unwrap_or_else(other)),
                _ => self.write(rule, &body, news).await,
            };
            if written.is_err() {
                report.message = published;
                return written;
            }
            if report.outcome == Outcome::Unchanged {
                report.outcome = Outcome::Changed;
            }
        }
        trouble.map_or(Ok(()), Err)
    }

    async fn write(&self, rule: &RuleArn, body: &str, news: &News) -> Result<(), String> {
        tracing::info!(listener = self.name(), body, "publishing");
        let is_message = matches!(self.request.command, Command::Message(_));
        let again = match news {
            News::Replace(message) if is_message || message.is_some() => "send the message again",
            _ => "the next check tries again",
        };
        let call = self.listener.publish(rule, body);
        match self.moment.at_most(LONGEST, "ModifyRule", call).await {
            Err(ListenerError::Refused(why)) => Err(why),
            written => written.map_err(|error| format!("{error}; {again}")),
        }
    }
}
