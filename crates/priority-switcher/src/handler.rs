//! Read, plan, apply, and read again until there is nothing left to plan.

use std::cell::Cell;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use crate::error::{FailedListener, ListenerFailure, SwitchError};
use crate::event::{self, Command, Request};
use crate::listener::{Listener, ListenerError};
use crate::plan::{Move, Plan, Settings, State, Step, View, plan};
use crate::record::key::{HOME_PRIORITY, OF_A_WINDOW};
use crate::record::{Origin, Record, Tags};
use crate::report::{Answer, ListenerReport, Outcome, Standing, rule_lines};
use crate::rule::{RuleOrder, TargetGroupArn};
use crate::timestamp::Timestamp;
use crate::warning::{self, Warning};

/// How many listeners are worked on at once. The API's rate limits are for the whole account and
/// region, and whoever deploys at the same time needs them too.
const LISTENERS_AT_ONCE: usize = 4;

/// How often a listener is read before the switch gives up on somebody who keeps changing it. An end
/// without disturbance needs three readings.
const READINGS: u32 = 10;

/// How often pages are read that do not fit together.
const READINGS_OF_PAGES: u32 = 4;

/// The first pause after somebody else was found in the way; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What an invocation knows of its own time.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The wall clock.
    pub now: Timestamp,
    /// When to give up, so that a clear error is out before Lambda ends the function.
    pub deadline: Instant,
}

/// Carries out one event on all listeners.
///
/// # Errors
/// If the payload is refused, or if any listener failed; all of them have been tried then.
pub async fn handle<L: Listener>(
    listeners: &[L],
    settings: &Settings,
    payload: &Value,
    moment: Moment,
) -> Result<Answer, SwitchError> {
    let request = event::parse(payload, moment.now, settings.max_duration)?;
    let results: Vec<_> = stream::iter(listeners)
        .map(|listener| {
            let (request, now) = (&request, moment.now);
            let visit = Visit { listener, settings, request, now, seen: Cell::default() };
            async move {
                let result = timeout_at(moment.deadline, visit.run()).await;
                result.unwrap_or(Err(ListenerFailure::OutOfTime)).map_err(|failure| FailedListener {
                    arn: listener.arn().clone(),
                    failure,
                    standing: visit.seen.take(),
                })
            }
        })
        .buffered(LISTENERS_AT_ONCE)
        .collect()
        .await;
    if results.iter().any(Result::is_err) {
        return Err(SwitchError::listeners(request.command.name(), results));
    }
    let reports = results.into_iter().filter_map(Result::ok).collect();
    Ok(Answer::new(request.command.name(), request.dry_run, reports))
}

/// One listener's part in one invocation.
struct Visit<'a, L> {
    listener: &'a L,
    settings: &'a Settings,
    request: &'a Request,
    now: Timestamp,
    /// Where the listener stood when it was last read.
    seen: Cell<Option<Standing>>,
}

/// What the rounds of a visit have gathered.
#[derive(Default)]
struct Progress {
    moves: Vec<Move>,
    changed: bool,
    warnings: Vec<Warning>,
    origin: Option<Origin>,
}

impl Progress {
    fn has_moved(&self) -> bool {
        !self.moves.is_empty()
    }

    fn note(&mut self, plan: &Plan) {
        self.changed |= plan.steps.iter().any(|step| match step {
            Step::Move(_) | Step::Forget(_) => true,
            Step::Remember(tags) => tags.keys().any(|key| OF_A_WINDOW.contains(&key.as_str())),
        });
        self.moves.extend(plan.moves().iter().cloned());
        self.add_warnings(plan.warnings.clone());
    }

    fn add_warnings(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }
}

impl<L: Listener> Visit<'_, L> {
    async fn run(&self) -> Result<ListenerReport, ListenerFailure> {
        let (order, tags) = self.read().await?;
        let target_groups = order.find(self.listener.rule()).map(|rule| rule.target_groups.clone());
        // Only the report waits for the targets' health.
        let (report, health) =
            tokio::join!(self.switch(order, tags), self.health(target_groups.unwrap_or_default()));
        let mut report = report?;
        report.warnings.splice(0..0, health);
        Ok(report)
    }

    async fn switch(&self, mut order: RuleOrder, mut tags: Tags) -> Result<ListenerReport, ListenerFailure> {
        let mut done = Progress::default();
        let mut pause = self.first_pause();
        let mut looked_twice = false;
        for left in (0..READINGS).rev() {
            let plan = self.plan(&order, &tags, done.origin)?;
            done.origin = plan.record.origin.or(done.origin);
            if plan.is_empty() || self.request.dry_run {
                return Ok(self.report(&order, plan, done));
            }
            if left == 0 {
                break;
            }
            let undone = done.has_moved() && !plan.moves().is_empty();
            if !looked_twice && (undone || lacks_record(&plan)) {
                // Rules and tags are two calls: what looks wrong may be the middle of somebody else's
                // switch. What is still so at the second look is so.
                looked_twice = true;
                if undone {
                    // A start and an end that undo each other at the same pace would never come to rest.
                    sleep(pause).await;
                    pause *= 2;
                }
                (order, tags) = self.read().await?;
                continue;
            }
            looked_twice = false;
            tracing::info!(listener = self.listener.arn().short(), %plan, "switching");
            let reread = self.tags_may_change(&plan, &tags);
            match self.apply(&plan, &mut tags).await {
                Ok(()) => done.note(&plan),
                Err(ListenerError::PriorityInUse { message, .. }) => {
                    tracing::warn!(
                        listener = self.listener.arn().short(),
                        error = message,
                        "another writer was first"
                    );
                    sleep(pause).await;
                    pause *= 2;
                }
                Err(error) => return Err(error.into()),
            }
            // What was just written counts, too: if somebody clears it, it can be written again.
            done.origin = Record::from_tags(&tags, self.settings.active).origin.or(done.origin);
            if reread {
                (order, tags) = self.verify().await?;
            } else {
                order = self.rules().await?;
            }
        }
        Err(ListenerFailure::KeepsChanging { readings: READINGS })
    }

    /// Rules and after them tags. A start writes tags first, so that rules newer than the tags would show
    /// an active rule without its record, or one that seems to rest where it is.
    async fn read(&self) -> Result<(RuleOrder, Tags), ListenerFailure> {
        Ok((self.rules().await?, self.listener.tags().await?))
    }

    /// Rules and tags as they are after this invocation's own writes, in one round trip.
    async fn verify(&self) -> Result<(RuleOrder, Tags), ListenerFailure> {
        tokio::try_join!(self.rules(), async { Ok(self.listener.tags().await?) })
    }

    /// The listener's rules, read again if they changed while the pages were turned: then one can be
    /// listed twice or not at all.
    async fn rules(&self) -> Result<RuleOrder, ListenerFailure> {
        let mut pause = self.first_pause();
        for _ in 1..READINGS_OF_PAGES {
            match self.listener.rules().await {
                Ok(order) if order.contains(self.listener.rule()) => return Ok(order),
                Ok(_) | Err(ListenerError::Torn { .. }) => sleep(pause).await,
                Err(error) => return Err(error.into()),
            }
            pause *= 2;
        }
        Ok(self.listener.rules().await?)
    }

    /// Two starts at once want the same, and so do two ends. A start and an end do not: they wait for
    /// different times, so that one of them finds the other finished.
    fn first_pause(&self) -> Duration {
        match self.request.command {
            Command::Start(_) => FIRST_PAUSE * 3,
            _ => FIRST_PAUSE,
        }
    }

    fn plan(
        &self,
        order: &RuleOrder,
        tags: &Tags,
        recalled: Option<Origin>,
    ) -> Result<Plan, ListenerFailure> {
        let view = View { order, rule: self.listener.rule(), tags, recalled };
        let plan = plan(view, &self.request.command, self.settings, self.now)?;
        let (state, until) = (plan.state, plan.record.until);
        self.seen.set(Some(Standing { listener_arn: self.listener.arn().clone(), state, until }));
        Ok(plan)
    }

    /// A plan's steps, one after the other; `tags` follows what they write.
    async fn apply(&self, plan: &Plan, tags: &mut Tags) -> Result<(), ListenerError> {
        for step in &plan.steps {
            match step {
                Step::Remember(news) => {
                    self.listener.add_tags(news).await?;
                    tags.extend(news.clone());
                }
                Step::Forget(keys) => {
                    self.listener.remove_tags(keys).await?;
                    tags.retain(|key, _| !keys.contains(&key.as_str()));
                }
                Step::Move(moves) => self.listener.set_priorities(moves).await?,
            }
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

    /// A rule without a target that answers makes the window a bare error page. Worth a call when a
    /// person looks or a window begins, and never a reason to fail.
    async fn health(&self, target_groups: Vec<TargetGroupArn>) -> Option<Warning> {
        if !matches!(self.request.command, Command::Start(_) | Command::Status) {
            return None;
        }
        for target_group in &target_groups {
            match self.listener.can_answer(target_group).await {
                Ok(true) => return None,
                Ok(false) => return Some(Warning::no_healthy_target(target_group.short())),
                Err(error) => tracing::warn!(%target_group, %error, "target health is not known"),
            }
        }
        None
    }

    fn report(&self, order: &RuleOrder, plan: Plan, mut done: Progress) -> ListenerReport {
        done.moves.extend(plan.moves().iter().cloned());
        done.add_warnings(plan.warnings);
        // A check comes every few minutes and nobody reads its answer for how the listener is set up.
        if self.request.command != Command::Check {
            let active = plan.record.origin.map_or(self.settings.active, |origin| origin.active);
            done.add_warnings(warning::of_order(order, self.listener.rule(), active));
        }
        let on = plan.state == State::Active;
        ListenerReport {
            listener_arn: self.listener.arn().clone(),
            rule_arn: self.listener.rule().clone(),
            outcome: match (plan.ignored, done.changed) {
                (true, _) => Outcome::Ignored,
                (false, true) => Outcome::Changed,
                (false, false) => Outcome::Unchanged,
            },
            state: plan.state,
            since: plan.record.since.filter(|_| on),
            until: plan.record.until.filter(|_| on),
            moves: done.moves,
            rules: rule_lines(order),
            warnings: done.warnings,
        }
    }
}

fn lacks_record(plan: &Plan) -> bool {
    plan.state == State::Active && plan.record.origin.is_none()
}
