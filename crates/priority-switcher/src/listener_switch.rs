//! One listener: read, plan, apply, and read again until there is nothing left to plan.

mod reading;

use std::time::Duration;

use tokio::time::sleep;

use crate::error::ListenerFailure;
use crate::event::{Command, Request};
use crate::listener::{Listener, ListenerError};
use crate::plan::{Move, Plan, Settings, State, Step, View, plan};
use crate::record::key::{HOME_PRIORITY, OF_A_WINDOW};
use crate::record::{Origin, Record, Tags};
use crate::report::{ListenerReport, Outcome, Standing, rule_lines};
use crate::rule::{RuleOrder, TargetGroupArn};
use crate::timestamp::Timestamp;
use crate::warning::{self, Warning};
use reading::Reading;

/// How often a listener is read before the switch gives up on somebody who keeps changing it. An end
/// without disturbance needs three readings.
const READINGS: u32 = 10;

/// The first pause after somebody else was found in the way; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// One listener's part in one invocation.
pub(crate) struct ListenerSwitch<'a, L> {
    listener: &'a L,
    settings: &'a Settings,
    request: &'a Request,
    now: Timestamp,
    /// Where the listener stood when it was last read; known of one that failed, too.
    pub(crate) standing: Option<Standing>,
    progress: Progress,
}

/// What the rounds have come to so far.
struct Progress {
    moves: Vec<Move>,
    warnings: Vec<Warning>,
    changed: bool,
    /// What this invocation has read or written of the way back. It counts where the tags no longer do.
    origin: Option<Origin>,
    pause: Duration,
}

impl<'a, L: Listener> ListenerSwitch<'a, L> {
    pub(crate) fn new(listener: &'a L, settings: &'a Settings, request: &'a Request, now: Timestamp) -> Self {
        let progress = Progress::new(first_pause(&request.command));
        Self { listener, settings, request, now, standing: None, progress }
    }

    pub(crate) async fn run(&mut self) -> Result<ListenerReport, ListenerFailure> {
        let reading = self.read().await?;
        let target_groups = reading.order.find(self.listener.rule()).map(|rule| rule.target_groups.clone());
        let health = health(self.listener, &self.request.command, target_groups.unwrap_or_default());
        // Only the report waits for the targets' health.
        let (report, health) = tokio::join!(self.switch(reading), health);
        let mut report = report?;
        report.warnings.splice(0..0, health);
        Ok(report)
    }

    async fn switch(&mut self, mut reading: Reading) -> Result<ListenerReport, ListenerFailure> {
        let mut is_second_look = false;
        for number in 1..=READINGS {
            let plan = self.plan(&reading)?;
            if plan.is_empty() || self.request.dry_run {
                return Ok(self.report(&reading.order, &plan));
            }
            if number == READINGS {
                break;
            }
            let was_undone = self.progress.was_undone(&plan);
            if (was_undone || lacks_record(&plan)) && !is_second_look {
                // Rules and tags are two calls: what looks wrong may be the middle of somebody else's
                // switch. What is still so at the second look is so.
                is_second_look = true;
                if was_undone {
                    // A start and an end that undo each other at the same pace would never come to rest.
                    self.progress.wait().await;
                }
                reading = self.read().await?;
            } else {
                is_second_look = false;
                reading = self.apply(&plan, reading.tags).await?;
            }
        }
        Err(ListenerFailure::KeepsChanging { readings: READINGS })
    }

    async fn read(&self) -> Result<Reading, ListenerError> {
        Reading::take(self.listener, first_pause(&self.request.command)).await
    }

    fn plan(&mut self, reading: &Reading) -> Result<Plan, ListenerFailure> {
        let Reading { order, tags } = reading;
        let view = View { order, rule: self.listener.rule(), tags, recalled: self.progress.origin };
        let plan = plan(view, &self.request.command, self.settings, self.now)?;
        self.progress.recall(plan.record.origin);
        let (state, until) = (plan.state, plan.record.until);
        self.standing = Some(Standing { listener_arn: self.listener.arn().clone(), state, until });
        Ok(plan)
    }

    /// Takes the plan's steps and reads what came of them.
    async fn apply(&mut self, plan: &Plan, mut tags: Tags) -> Result<Reading, ListenerFailure> {
        let listener = self.listener.arn().short();
        tracing::info!(listener, %plan, "switching");
        let tags_may_change = self.tags_may_change(plan, &tags);
        match self.take_steps(&plan.steps, &mut tags).await {
            Ok(()) => self.progress.note(plan),
            Err(ListenerError::PriorityInUse { message, .. }) => {
                tracing::warn!(listener, error = message, "another writer was first");
                self.progress.wait().await;
            }
            Err(error) => return Err(error.into()),
        }
        // What was just written counts, too: if somebody clears it, it can be written again.
        self.progress.recall(Record::from_tags(&tags, self.settings.active).origin);
        let pause = first_pause(&self.request.command);
        Ok(if tags_may_change {
            Reading::take_at_once(self.listener, pause).await?
        } else {
            Reading { order: reading::rules(self.listener, pause).await?, tags }
        })
    }

    /// `tags` follow what the steps write.
    async fn take_steps(&self, steps: &[Step], tags: &mut Tags) -> Result<(), ListenerError> {
        for step in steps {
            step.apply(self.listener).await?;
            step.update(tags);
        }
        Ok(())
    }

    /// Whether what an invocation at the same time does to the tags would go unseen. An end clears them
    /// last, so a start looks whether its record has outlived that. An end needs no second look at a
    /// record that it is about to clear, but one after it moved rules without a record in the tags:
    /// the start that it undoes may have written its own again.
    fn tags_may_change(&self, plan: &Plan, tags: &Tags) -> bool {
        let start = matches!(self.request.command, Command::Start(_));
        start || (!plan.moves().is_empty() && !tags.contains_key(HOME_PRIORITY))
    }

    fn report(&self, order: &RuleOrder, plan: &Plan) -> ListenerReport {
        let mut warnings = self.progress.warnings.clone();
        add_new(&mut warnings, &plan.warnings);
        // A check comes every few minutes and nobody reads its answer for how the listener is set up.
        if self.request.command != Command::Check {
            let active = plan.record.origin.map_or(self.settings.active, |origin| origin.active);
            add_new(&mut warnings, &warning::of_order(order, self.listener.rule(), active));
        }
        let on = plan.state == State::Active;
        ListenerReport {
            listener_arn: self.listener.arn().clone(),
            rule_arn: self.listener.rule().clone(),
            outcome: match (plan.ignored, self.progress.changed) {
                (true, _) => Outcome::Ignored,
                (false, true) => Outcome::Changed,
                (false, false) => Outcome::Unchanged,
            },
            state: plan.state,
            since: plan.record.since.filter(|_| on),
            until: plan.record.until.filter(|_| on),
            moves: [self.progress.moves.as_slice(), plan.moves()].concat(),
            rules: rule_lines(order),
            warnings,
        }
    }
}

impl Progress {
    fn new(pause: Duration) -> Self {
        Self { moves: Vec::new(), warnings: Vec::new(), changed: false, origin: None, pause }
    }

    fn recall(&mut self, origin: Option<Origin>) {
        self.origin = origin.or(self.origin);
    }

    /// Whether somebody has moved back what this invocation moved.
    fn was_undone(&self, plan: &Plan) -> bool {
        !self.moves.is_empty() && !plan.moves().is_empty()
    }

    fn note(&mut self, plan: &Plan) {
        self.changed |= plan.steps.iter().any(|step| match step {
            Step::SetRulePriorities(_) | Step::RemoveTags(_) => true,
            Step::AddTags(tags) => tags.keys().any(|key| OF_A_WINDOW.contains(&key.as_str())),
        });
        self.moves.extend_from_slice(plan.moves());
        add_new(&mut self.warnings, &plan.warnings);
    }

    async fn wait(&mut self) {
        sleep(self.pause).await;
        self.pause *= 2;
    }
}

impl Step {
    async fn apply(&self, listener: &impl Listener) -> Result<(), ListenerError> {
        match self {
            Self::AddTags(tags) => listener.add_tags(tags).await,
            Self::RemoveTags(keys) => listener.remove_tags(keys).await,
            Self::SetRulePriorities(moves) => listener.set_rule_priorities(moves).await,
        }
    }
}

/// Two starts at once want the same, and so do two ends. A start and an end do not: they wait for
/// different times, so that one of them finds the other finished.
fn first_pause(command: &Command) -> Duration {
    match command {
        Command::Start(_) => FIRST_PAUSE * 3,
        _ => FIRST_PAUSE,
    }
}

fn lacks_record(plan: &Plan) -> bool {
    plan.state == State::Active && plan.record.origin.is_none()
}

fn add_new(warnings: &mut Vec<Warning>, more: &[Warning]) {
    for warning in more {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
}

/// A rule without a target that answers makes the window a bare error page. Worth a call when a
/// person looks or a window begins, and never a reason to fail.
async fn health(
    listener: &impl Listener,
    command: &Command,
    target_groups: Vec<TargetGroupArn>,
) -> Option<Warning> {
    if !matches!(command, Command::Start(_) | Command::Status) {
        return None;
    }
    for target_group in &target_groups {
        match listener.can_answer(target_group).await {
            Ok(true) => return None,
            Ok(false) => return Some(Warning::no_healthy_target(target_group.short())),
            Err(error) => tracing::warn!(%target_group, %error, "target health is not known"),
        }
    }
    None
}
