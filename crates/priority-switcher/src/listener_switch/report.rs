//! What is said of one listener, from the last reading.

use super::ListenerSwitch;
use crate::error::ListenerFailure;
use crate::event::Command;
use crate::listener::Listener;
use crate::metric::ListenerStatus;
use crate::plan::{Plan, PlanError, Reading};
use crate::record::{Record, Tags};
use crate::report::{ListenerReport, Outcome, rule_lines};
use crate::rule::RuleOrder;
use crate::state::{State, active_priority_holder};
use crate::warning::{Warning, setup};

impl<L: Listener> ListenerSwitch<'_, L> {
    /// Fails where the plan says so; a rehearsal of a start only warns.
    pub(super) fn refuse(&self, plan: &Plan) -> Result<(), ListenerFailure> {
        match &plan.failure {
            Some(PlanError::ActivePriorityTaken(_)) if self.request.dry_run => Ok(()),
            Some(failure) => Err(failure.clone().into()),
            None => Ok(()),
        }
    }

    pub(super) fn report(&self, before: &Reading, after: &Reading, plan: &Plan) -> ListenerReport {
        let state = self.state(&after.order);
        let record = self.record(&after.tags);
        let window = if self.is_rehearsed_start(plan) {
            // The window that would be.
            self.record(&plan.tags_after(&before.tags)).window
        } else {
            record.window.clone().filter(|_| state == State::Active)
        };
        let window = window.as_ref();
        let changed = plan.changes() && !self.request.dry_run;
        ListenerReport {
            listener_arn: self.listener.own_rules().maintenance.listener_arn(),
            rule_arn: self.listener.own_rules().maintenance.clone(),
            outcome: match (plan.ignored, changed) {
                (true, _) => Outcome::Ignored,
                (false, true) => Outcome::Changed,
                (false, false) => Outcome::Unchanged,
            },
            state,
            since: window.filter(|_| state == State::Active).map(|window| window.since),
            until: window.and_then(|window| window.limit),
            reason: window.and_then(|window| window.reason.clone()),
            message: None,
            last_window: record.last_window().filter(|_| state == State::Resting),
            moves: plan.moves().to_vec(),
            rules: rule_lines(&after.order),
            warnings: self.warnings(before, &after.order, plan),
        }
    }

    fn warnings(&self, before: &Reading, order: &RuleOrder, plan: &Plan) -> Vec<Warning> {
        let (rules, settings) = (self.listener.own_rules(), self.settings);
        let planned = plan.order_after(&before.order);
        let mut warnings = plan.warnings.clone();
        if !self.request.dry_run && self.state(&planned) != self.state(order) {
            warnings.push(Warning::overtaken());
        }
        // A check comes every few minutes: it says what has to be mended, and not what may be on purpose.
        let is_check = self.request.command == Command::Check;
        if !is_check {
            warnings.extend(setup::stays_open(order, rules, settings));
        }
        let holder = active_priority_holder(order, rules, settings);
        warnings.extend(holder.map(Warning::active_priority_taken));
        let is_rehearsed_end = self.request.dry_run && matches!(self.request.command, Command::End { .. });
        let at_rest = if is_rehearsed_end { &planned } else { order };
        if self.state(at_rest) == State::Resting {
            warnings.extend(setup::placeholder_missing(at_rest, rules, settings));
            warnings.extend(setup::reachable_at_rest(at_rest, rules));
            warnings.extend(setup::shadows_rules(at_rest, rules));
            warnings.extend(setup::stand_in_differs(at_rest, rules).filter(|_| !is_check));
        }
        warnings
    }

    /// Keeps what the metrics need.
    pub(super) fn note(&mut self, reading: &Reading) {
        let (order, rules) = (&reading.order, self.listener.own_rules());
        let state = self.state(order);
        let is_resting = state == State::Resting;
        let holder = active_priority_holder(order, rules, self.settings);
        let is_reachable = || setup::reachable_at_rest(order, rules).is_some();
        self.status = Some(ListenerStatus {
            listener: self.name().to_owned(),
            state,
            limit: self.record(&reading.tags).window.and_then(|window| window.limit),
            shadowed_rules: if is_resting { rules.shadowed(order).count() } else { 0 },
            is_blocked: is_resting && (holder.is_some() || is_reachable()),
            can_answer: None,
        });
    }

    pub(super) fn state(&self, order: &RuleOrder) -> State {
        State::of(order, self.listener.own_rules(), self.settings)
    }

    pub(super) fn record(&self, tags: &Tags) -> Record {
        Record::read(tags, self.moment.now, self.settings.max_duration)
    }

    pub(super) fn is_rehearsed_start(&self, plan: &Plan) -> bool {
        let is_start = matches!(self.request.command, Command::Start(_));
        is_start && self.request.dry_run && !plan.ignored && plan.failure.is_none()
    }
}
