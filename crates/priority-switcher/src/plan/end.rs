//! Out of maintenance.

use super::{Plan, PlanError, Situation, Step, arrange};
use crate::record::key;
use crate::state::State;
use crate::timestamp::{CLOCK_SKEW_MINUTES, Timestamp};
use crate::warning::Warning;

impl Situation<'_> {
    pub(super) fn end(&self, scheduled_at: Option<Timestamp>) -> Plan {
        self.stale_end(scheduled_at).map_or_else(|| self.open(scheduled_at), |warning| self.ignore(warning))
    }

    /// The late end of an earlier window must not open the system in the middle of a new one. An end that is in time
    /// always opens, whatever `since` says.
    fn stale_end(&self, scheduled_at: Option<Timestamp>) -> Option<Warning> {
        let (scheduled, since) = (scheduled_at?, self.record.since?);
        let is_late = scheduled.plus_minutes(CLOCK_SKEW_MINUTES) < self.now;
        let why = || format!("before the present window began, at {since}");
        (is_late && scheduled < since).then(|| Warning::stale_event("end", scheduled, &why()))
    }

    pub(super) fn open(&self, scheduled_at: Option<Timestamp>) -> Plan {
        let (moves, taken) = self.end_moves();
        let order = arrange::after(&self.reading.order, &moves);
        let is_open = State::of(&order, self.rules, self.settings) == State::Resting;
        let is_news = || scheduled_at.is_none_or(|at| self.record.ended_at.is_none_or(|ended| at > ended));
        let settles = is_open && (!moves.is_empty() || self.record.window.is_some() || is_news());
        let swap = (!moves.is_empty()).then_some(Step::SetRulePriorities(moves));
        // The record last: after a crash in between, a late start of this window is still in it.
        let ended = settles.then(|| self.ended_at(scheduled_at.unwrap_or(self.now))).flatten();
        let failure = taken.map(|rule| PlanError::RestingPriorityTaken {
            rule: rule.arn.clone(),
            conditions: rule.conditions.join(" and "),
            priority: rule.priority,
        });
        Plan { failure, ..self.proceed(swap.into_iter().chain(ended).collect(), Vec::new()) }
    }

    /// Never an earlier time than before: it keeps late starts out.
    pub(super) fn ended_at(&self, time: Timestamp) -> Option<Step> {
        let ended = self.record.since.max(self.record.ended_at).max(Some(time));
        self.write([(key::ENDED_AT, ended.map(|ended| ended.to_string()))])
    }
}
