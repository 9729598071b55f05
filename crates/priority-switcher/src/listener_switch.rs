//! One listener, the whole job: read, plan, apply, read again.

mod pause;
mod publish;
mod reading;
mod report;
mod target_health;

use crate::error::ListenerFailure;
use crate::event::Request;
use crate::listener::{Listener, ListenerError};
use crate::metric::ListenerStatus;
use crate::moment::Moment;
use crate::plan::{Plan, Reading, Step, plan};
use crate::report::ListenerReport;
use crate::rule::RuleOrder;
use crate::settings::Settings;
use target_health::TargetHealth;

/// How often a switch is planned before it gives up on another process that keeps writing.
const ATTEMPTS: u32 = 10;

/// One listener's part in one invocation.
pub(crate) struct ListenerSwitch<'a, L> {
    listener: &'a L,
    settings: &'a Settings,
    request: &'a Request,
    moment: Moment,
    /// As it was read after the last attempt to write.
    pub(crate) status: Option<ListenerStatus>,
}

impl<'a, L: Listener> ListenerSwitch<'a, L> {
    pub(crate) fn new(listener: &'a L, settings: &'a Settings, request: &'a Request, moment: Moment) -> Self {
        Self { listener, settings, request, moment, status: None }
    }

    pub(crate) async fn run(&mut self) -> Result<ListenerReport, ListenerFailure> {
        let order = reading::rules(self.listener).await?;
        let health = TargetHealth::look(self.listener, &order, self.moment);
        let (report, health) = tokio::join!(self.switch(order.clone()), health);
        if let Some(status) = &mut self.status {
            status.can_answer = health.can_answer;
        }
        let mut report = report?;
        report.warnings.extend(health.warnings);
        Ok(report)
    }

    async fn switch(&mut self, mut order: RuleOrder) -> Result<ListenerReport, ListenerFailure> {
        let mut attempt = 1;
        loop {
            // After the rules: what a start recorded before its swap is seen with it.
            let reading = Reading { order, tags: self.listener.tags().await? };
            let plan = self.plan(&reading);
            self.note(&reading);
            if self.request.dry_run || plan.steps.is_empty() {
                return self.finish(&reading, reading.order.clone(), &plan).await;
            }
            match self.apply(&plan).await {
                Err(ListenerError::Conflict(_)) if attempt == ATTEMPTS => {
                    return Err(ListenerFailure::KeepsChanging(ATTEMPTS));
                }
                Err(ListenerError::Conflict(error)) => {
                    tracing::warn!(listener = self.name(), error, "conflict");
                }
                applied => {
                    applied?;
                    // One swap and no more: if it was undone since, the later event counts.
                    let after = reading::rules(self.listener).await?;
                    return self.finish(&reading, after, &plan).await;
                }
            }
            attempt += 1;
            pause::before(attempt).await;
            order = reading::rules(self.listener).await?;
        }
    }

    fn name(&self) -> &str {
        self.listener.own_rules().maintenance.listener()
    }

    fn plan(&self, reading: &Reading) -> Plan {
        let rules = self.listener.own_rules();
        plan(reading, rules, &self.request.command, self.settings, self.moment.now)
    }

    async fn apply(&mut self, plan: &Plan) -> Result<(), ListenerError> {
        tracing::info!(listener = self.name(), %plan, "switching");
        for step in &plan.steps {
            match step {
                Step::AddTags(tags) => self.listener.add_tags(tags).await?,
                Step::SetRulePriorities(moves) => {
                    // Until it is read again, the state is not known, unless the call was refused.
                    let status = self.status.take();
                    let result = self.listener.set_rule_priorities(moves).await;
                    self.status = status.filter(|_| matches!(result, Err(ListenerError::Refused(_))));
                    result?;
                }
            }
        }
        Ok(())
    }

    /// `before` is what the plan was made for, `order` what was read last.
    async fn finish(
        &mut self,
        before: &Reading,
        order: RuleOrder,
        plan: &Plan,
    ) -> Result<ListenerReport, ListenerFailure> {
        let tags = if self.request.dry_run { before.tags.clone() } else { plan.tags_after(&before.tags) };
        let after = Reading { order, tags };
        if !self.request.dry_run {
            self.note(&after);
        }
        self.refuse(plan)?;
        let mut report = self.report(before, &after, plan);
        self.publish(&after, plan, &mut report).await?;
        Ok(report)
    }
}
