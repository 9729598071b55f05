//! Into maintenance.

use super::arrange::Arrangement;
use super::{Plan, PlanError, Situation, Step};
use crate::event::Start;
use crate::record::{Window, key};
use crate::state::active_priority_holder;
use crate::timestamp::Timestamp;
use crate::warning::Warning;

impl Situation<'_> {
    pub(super) fn start(&self, start: &Start) -> Plan {
        if let Some(warning) = self.stale_start(start) {
            return self.ignore(warning);
        }
        if let Some(holder) = active_priority_holder(self.view.order, self.view.rules, self.settings) {
            let failure = Some(PlanError::ActivePriorityTaken(Warning::active_priority_taken(holder)));
            return Plan { failure, ..self.stay(self.drift()) };
        }
        let (record, warnings) = match self.running() {
            Some(window) => self.extend(window, start),
            None => (self.begin(start), Vec::new()),
        };
        // The record first: a record of a switch that did not happen does no harm, a switch without one does.
        let moves = Arrangement::of_start(self.view, self.settings).moves;
        let swap = (!moves.is_empty()).then_some(Step::SetRulePriorities(moves));
        let plan = self.proceed(record.into_iter().chain(swap).collect(), warnings);
        Plan { begins: self.running().is_none(), ..plan }
    }

    /// A late start must not close a system that has been opened since.
    fn stale_start(&self, start: &Start) -> Option<Warning> {
        let scheduled = start.scheduled_at?;
        if let Some(ended) = self.record.ended_at.filter(|ended| scheduled <= *ended) {
            return Some(Warning::start_before_end(scheduled, ended));
        }
        let late = self.now.minutes_since(scheduled);
        if late > i64::from(self.settings.stale_after) {
            return Some(Warning::start_too_late(scheduled, late, self.settings.stale_after));
        }
        let longest = self.settings.max_duration.map(|minutes| scheduled.plus_minutes(minutes));
        let limit = start.until.or(longest).filter(|limit| *limit <= self.now);
        limit.map(|limit| Warning::start_after_limit(scheduled, limit))
    }

    fn begin(&self, start: &Start) -> Option<Step> {
        let since = self.record.since_from(start.scheduled_at.unwrap_or(self.now));
        self.write([
            (key::SINCE, since.to_string()),
            (key::UNTIL, start.until.as_ref().map(Timestamp::to_string).unwrap_or_default()),
            (key::REASON, start.reason.as_ref().map(ToString::to_string).unwrap_or_default()),
        ])
    }

    /// A running window gets a later end and a new reason, and never an earlier end.
    fn extend(&self, window: &Window, start: &Start) -> (Option<Step>, Vec<Warning>) {
        let mut warnings = self.drift();
        let earlier = start.until.filter(|asked| window.until.is_some_and(|until| *asked < until));
        if let Some(asked) = earlier {
            warnings.push(Warning::window_kept(asked, window));
            return (None, warnings);
        }
        let until = start.until.or(window.until);
        // A window that a person makes outlast the longest one counts from that start on.
        let latest = window.since.plus_minutes(self.settings.longest_window());
        let since = if start.until.is_some_and(|until| until > latest) {
            self.record.since_from(start.scheduled_at.unwrap_or(self.now))
        } else {
            window.since
        };
        let until = until.as_ref().map(Timestamp::to_string);
        // An unreadable one stays: an empty one could mean no limit.
        let until = until.or_else(|| self.view.tags.get(key::UNTIL).cloned());
        let reason = start.reason.as_ref().map(ToString::to_string).or_else(|| window.reason.clone());
        let step = self.write([
            (key::SINCE, since.to_string()),
            (key::UNTIL, until.unwrap_or_default()),
            (key::REASON, reason.unwrap_or_default()),
        ]);
        (step, warnings)
    }
}
