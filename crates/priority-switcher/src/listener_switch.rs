//! One listener, the whole job: read, plan, apply, read again.

mod publish;
mod report;
mod target_health;

use std::time::Duration;

use crate::event::{Command, Request};
use crate::listener::{Listener, ListenerError};
use crate::metric::ListenerStatus;
use crate::moment::Moment;
use crate::plan::{Plan, plan};
use crate::report::ListenerReport;
use crate::state::{Settings, Situation};
use report::Switched;

/// How often a switch is planned before it gives up on another process that keeps writing.
const ATTEMPTS: u32 = 10;

pub(crate) struct ListenerSwitch<'a, L> {
    pub(crate) listener: &'a L,
    pub(crate) settings: &'a Settings,
    pub(crate) request: &'a Request,
    pub(crate) moment: Moment,
    /// As it was read after the last attempt to write.
    pub(crate) status: Option<ListenerStatus>,
}

impl<'a, L: Listener> ListenerSwitch<'a, L> {
    pub(crate) async fn run(&mut self) -> Result<ListenerReport, ListenerError> {
        let rules = self.read().await?;
        let target_groups = rules.maintenance.target_groups.clone();
        let health = target_health::look(self.listener, &target_groups, self.moment);
        let (report, (can_answer, warnings)) = tokio::join!(self.switch(rules), health);
        if let Some(status) = &mut self.status {
            status.can_answer = can_answer;
        }
        let mut report = report?;
        report.warnings.extend(warnings);
        Ok(report)
    }

    async fn switch(&mut self, mut rules: Situation<'a>) -> Result<ListenerReport, ListenerError> {
        for attempt in 1..=ATTEMPTS {
            // After the rules: what a start recorded before its swap is seen with it.
            let before = rules.tagged(self.listener.tags().await?);
            let plan = plan(&before, &self.request.command);
            let planned = plan.result(&before);
            self.status = Some(ListenerStatus::of(&before));
            if self.request.dry_run || plan.is_empty() {
                return self.finish(Switched { after: before.clone(), before, planned, plan }).await;
            }
            match self.apply(&plan).await {
                Err(ListenerError::Conflict(error)) => {
                    tracing::warn!(listener = self.name(), error, "conflict");
                    pause_after(attempt).await;
                    rules = self.read().await?;
                }
                applied => {
                    applied?;
                    // One swap and no more: if it was undone since, the later event counts.
                    let after = self.read().await?.tagged(planned.tags.clone());
                    self.status = Some(ListenerStatus::of(&after));
                    return self.finish(Switched { before, planned, after, plan }).await;
                }
            }
        }
        let message = format!(
            "another process changed the listener's rules {ATTEMPTS} times in a row; the rules are whole"
        );
        Err(ListenerError::Failed(message))
    }

    /// The listener's rules, the maintenance rule among them.
    async fn read(&self) -> Result<Situation<'a>, ListenerError> {
        let (order, own) = (self.listener.rules().await?, self.listener.own_rules());
        let why = if order.default_rule().arn == own.maintenance {
            "is the listener's default rule, which cannot be moved; accepted: a rule with a number"
        } else {
            "was deleted; bring it back as the runbook's \"A deleted rule\" says"
        };
        let missing = || ListenerError::Refused(format!("the maintenance rule {} {why}", own.maintenance));
        Situation::new(order, own, self.settings, self.moment.now).ok_or_else(missing)
    }

    async fn apply(&mut self, plan: &Plan) -> Result<(), ListenerError> {
        tracing::info!(listener = self.name(), %plan, "switching");
        if !plan.tags_before.is_empty() {
            self.listener.add_tags(&plan.tags_before).await?;
        }
        if !plan.moves.is_empty() {
            // Until it is read again, the state is not known, unless the call was refused.
            let status = self.status.take();
            let result = self.listener.set_rule_priorities(&plan.moves).await;
            self.status = status.filter(|_| matches!(result, Err(ListenerError::Refused(_))));
            result?;
        }
        if !plan.tags_after.is_empty() {
            self.listener.add_tags(&plan.tags_after).await?;
        }
        Ok(())
    }

    async fn finish(&self, switched: Switched<'a>) -> Result<ListenerReport, ListenerError> {
        let Switched { planned, after, plan, .. } = &switched;
        // The rehearsal of a start that would fail only warns.
        let only_warns = self.request.dry_run && matches!(self.request.command, Command::Start(_));
        if let Some(failure) = plan.failure.as_ref().filter(|_| !only_warns) {
            return Err(ListenerError::Refused(failure.clone()));
        }
        let mut report = switched.report(self.request);
        // Of a rehearsal, the state that would be.
        self.publish(if self.request.dry_run { planned } else { after }, &plan.news, &mut report).await?;
        Ok(report)
    }

    fn name(&self) -> &str {
        self.listener.own_rules().maintenance.listener()
    }
}

/// After the first attempt 25 to 50 ms, after each further one twice as long, but at most 1.6 seconds. Random, so that
/// two processes that were in each other's way are not so again.
async fn pause_after(attempt: u32) {
    let longest = Duration::from_millis(25 << attempt.min(6));
    tokio::time::sleep(longest.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
}
