//! One listener: read, plan, apply, and read again until there is nothing left to plan.

mod pause;
mod reading;
mod target_health;
mod telling;

use std::time::Duration;

use crate::error::ListenerFailure;
use crate::event::{Command, Request};
use crate::handler::Moment;
use crate::listener::{Listener, ListenerError};
use crate::plan::{Move, Plan, Settings, State, Step, View, plan};
use crate::record::{Origin, Record, Tags, key};
use crate::report::{ListenerReport, Outcome, Standing, rule_lines};
use crate::rule::{Priority, RuleOrder};
use crate::timestamp::Timestamp;
use crate::warning::{Warning, setup};
use reading::Reading;
use target_health::TargetHealth;

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
    moment: Moment,
    /// Where the listener stood when it was last read; known of one that failed, too.
    pub(crate) standing: Option<Standing>,
    progress: Progress,
}

/// What the rounds have come to so far.
#[derive(Default)]
struct Progress {
    moves: Vec<Move>,
    warnings: Vec<Warning>,
    changed: bool,
    /// What this invocation has read or written of the way back. It counts where the tags no longer do.
    origin: Option<Origin>,
    /// Since when maintenance was on as it was first read.
    was_on_since: Option<Timestamp>,
    pause: Duration,
}

impl<'a, L: Listener> ListenerSwitch<'a, L> {
    pub(crate) fn new(listener: &'a L, settings: &'a Settings, request: &'a Request, moment: Moment) -> Self {
        let progress = Progress::new(first_pause(&request.command));
        Self { listener, settings, request, moment, standing: None, progress }
    }

    pub(crate) async fn run(&mut self) -> Result<ListenerReport, ListenerFailure> {
        let reading = self.read().await?;
        let target_groups = reading.order.find(self.listener.rule()).map(|rule| rule.target_groups.clone());
        let target_groups =
            target_groups.filter(|_| looks_at_health(&self.request.command)).unwrap_or_default();
        let health = TargetHealth::look(self.listener, &target_groups);
        // Only the report waits for the targets' health.
        let (report, health) = tokio::join!(self.switch(reading), health);
        if let Some(standing) = &mut self.standing {
            standing.responder_can_answer = health.can_answer;
        }
        let mut report = report?;
        report.standing.responder_can_answer = health.can_answer;
        report.warnings.splice(0..0, health.warnings);
        Ok(report)
    }

    async fn switch(&mut self, mut reading: Reading) -> Result<ListenerReport, ListenerFailure> {
        let mut is_second_look = false;
        for number in 1..=READINGS {
            let plan = self.plan(&reading)?;
            if number == 1 {
                self.progress.was_on_since = plan.record.since.filter(|_| plan.state != State::Resting);
            }
            if plan.is_empty() || self.request.dry_run {
                let mut report = self.report(&reading, &plan);
                self.tell(&reading, &plan, &mut report).await;
                return Ok(report);
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
                reading = self.apply(&plan, reading).await?;
            }
        }
        Err(ListenerFailure::KeepsChanging { readings: READINGS })
    }

    async fn read(&self) -> Result<Reading, ListenerError> {
        Reading::take(self.listener, first_pause(&self.request.command)).await
    }

    fn plan(&mut self, reading: &Reading) -> Result<Plan, ListenerFailure> {
        let Reading { order, tags, .. } = reading;
        let view = View { order, rule: self.listener.rule(), tags, recalled: self.progress.origin.as_ref() };
        let plan = plan(view, &self.request.command, self.settings, self.moment.now)?;
        self.progress.recall(plan.record.origin.as_ref());
        self.standing = Some(self.standing(order, &plan));
        Ok(plan)
    }

    fn standing(&self, order: &RuleOrder, plan: &Plan) -> Standing {
        let rests = plan.state != State::Active;
        Standing {
            listener_arn: self.listener.arn().clone(),
            state: plan.state,
            until: plan.record.until,
            shadowed_rules: if rests { order.shadowed_by(self.listener.rule()).count() } else { 0 },
            responder_can_answer: None,
        }
    }

    /// Takes the plan's steps and reads what came of them.
    async fn apply(&mut self, plan: &Plan, mut reading: Reading) -> Result<Reading, ListenerFailure> {
        let listener = self.listener.arn().short();
        tracing::info!(listener, %plan, "switching");
        let tags_may_change = self.tags_may_change(plan, &reading.tags);
        match self.take_steps(&plan.steps, &mut reading.tags).await {
            Ok(()) => self.progress.note(plan),
            Err(ListenerError::PriorityInUse { message, .. }) => {
                tracing::warn!(listener, error = message, "another writer was first");
                self.progress.wait().await;
            }
            Err(error) => return Err(error.into()),
        }
        // What was just written counts, too: if somebody clears it, it can be written again.
        self.progress.recall(Record::from_tags(&reading.tags, self.settings.active).origin.as_ref());
        let pause = first_pause(&self.request.command);
        Ok(if tags_may_change {
            Reading::take_at_once(self.listener, pause).await?
        } else {
            Reading { order: reading::rules(self.listener, pause).await?, ..reading }
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
        self.is_start() || (!plan.moves().is_empty() && !tags.contains_key(key::HOME_PRIORITY))
    }

    fn report(&self, reading: &Reading, plan: &Plan) -> ListenerReport {
        let mut warnings = self.progress.warnings.clone();
        add_new(&mut warnings, &plan.warnings);
        add_new(&mut warnings, &self.setup_warnings(reading, plan));
        let window = self.window(&reading.tags, plan);
        ListenerReport {
            listener_arn: self.listener.arn().clone(),
            rule_arn: self.listener.rule().clone(),
            outcome: match (plan.ignored, self.progress.changed) {
                (true, _) => Outcome::Ignored,
                (false, true) => Outcome::Changed,
                (false, false) => Outcome::Unchanged,
            },
            standing: self.standing(&reading.order, plan),
            state: plan.state,
            since: plan.record.since.filter(|_| plan.state != State::Resting),
            until: window.until,
            reason: window.reason,
            message: None,
            moves: [self.progress.moves.as_slice(), plan.moves()].concat(),
            rules: rule_lines(&reading.order),
            warnings,
        }
    }

    /// Of maintenance that is on; for the dry run of a start, of the one that would be on.
    fn window(&self, tags: &Tags, plan: &Plan) -> Record {
        if self.is_start() && self.request.dry_run && !plan.ignored {
            let mut tags = tags.clone();
            plan.steps.iter().for_each(|step| step.update(&mut tags));
            return Record::from_tags(&tags, self.settings.active);
        }
        if plan.state == State::Resting { Record::default() } else { plan.record.clone() }
    }

    fn setup_warnings(&self, reading: &Reading, plan: &Plan) -> Vec<Warning> {
        let (order, rule) = (&reading.order, self.listener.rule());
        let at_rest = match (plan.state, &self.request.command) {
            // What its dry run would lead to.
            (State::Active | State::Partial, Command::End { .. }) if !plan.is_empty() => {
                Some(plan.order_after(order))
            }
            (State::Partial | State::Resting, _) => Some(order.clone()),
            (State::Active, _) => None,
        };
        // A check comes every few minutes: it says what has to be mended, and not what may be meant so.
        if self.request.command == Command::Check {
            return at_rest.iter().filter_map(|order| setup::shadows(order, rule)).collect();
        }
        let active = self.active_priority(order, plan);
        let mut warnings = setup::during_maintenance(order, rule, self.listener.status_rule(), active);
        warnings.extend(at_rest.iter().flat_map(|order| setup::at_rest(order, rule)));
        if self.request.dry_run || !matches!(self.request.command, Command::End { .. }) {
            warnings.extend(setup::foreign_owner(&reading.listener_tags));
        }
        warnings
    }

    /// Where the maintenance rule stands while maintenance is on, or would stand.
    fn active_priority(&self, order: &RuleOrder, plan: &Plan) -> Priority {
        let own = order.find(self.listener.rule()).filter(|_| plan.state == State::Active);
        own.map_or(self.settings.active, |own| own.priority)
    }

    fn is_start(&self) -> bool {
        matches!(self.request.command, Command::Start(_))
    }
}

impl Progress {
    fn new(pause: Duration) -> Self {
        Self { pause, ..Self::default() }
    }

    fn recall(&mut self, origin: Option<&Origin>) {
        if origin.is_some() {
            self.origin = origin.cloned();
        }
    }

    /// Whether somebody has moved back what this invocation moved.
    fn was_undone(&self, plan: &Plan) -> bool {
        !self.moves.is_empty() && !plan.moves().is_empty()
    }

    fn note(&mut self, plan: &Plan) {
        self.changed |= plan.steps.iter().any(|step| match step {
            Step::SetRulePriorities(_) | Step::RemoveTags(_) => true,
            Step::AddTags(tags) => tags.keys().any(|key| key::is_of_a_window(key)),
        });
        self.moves.extend_from_slice(plan.moves());
        add_new(&mut self.warnings, &plan.warnings);
    }

    async fn wait(&mut self) {
        pause::up_to(self.pause).await;
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
    plan.state != State::Resting && plan.record.origin.is_none()
}

fn add_new(warnings: &mut Vec<Warning>, more: &[Warning]) {
    for warning in more {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
}

/// Worth a call when a person looks, a window begins, or there is still time to mend it.
fn looks_at_health(command: &Command) -> bool {
    matches!(command, Command::Start(_) | Command::Status | Command::Check)
}
