//! Into maintenance.

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
        if let Some(holder) = active_priority_holder(&self.reading.order, self.rules, self.settings) {
            let failure = Some(PlanError::ActivePriorityTaken(Warning::active_priority_taken(holder)));
            return Plan { failure, ..self.stay(self.drift()) };
        }
        let running = self.running();
        let kept = running.zip(start.until).filter(|(window, asked)| window.outlasts(*asked));
        let record = match running {
            None => self.begin(start),
            Some(_) if kept.is_some() => None,
            Some(window) => self.extend(window, start),
        };
        let warnings = kept.map(|(window, asked)| Warning::window_kept(asked, window)).into_iter().collect();
        // The record first: a record of a switch that did not happen does no harm, a switch without one does.
        let moves = self.start_moves();
        let swap = (!moves.is_empty()).then_some(Step::SetRulePriorities(moves));
        let plan = self.proceed(record.into_iter().chain(swap).collect(), warnings);
        Plan { begins: running.is_none(), ..plan }
    }

    /// A late start must not close a system that has been opened since.
    fn stale_start(&self, start: &Start) -> Option<Warning> {
        let scheduled = start.scheduled_at?;
        let stale = |why: String| Some(Warning::stale_event("start", scheduled, &why));
        if let Some(ended) = self.record.ended_at.filter(|ended| scheduled <= *ended) {
            return stale(format!("and maintenance ended after that, at {ended}"));
        }
        let stale_after = self.settings.stale_after;
        if scheduled.plus_minutes(stale_after) < self.now {
            return stale(format!("more than {stale_after} minutes ago"));
        }
        let longest = self.settings.max_duration.map(|minutes| scheduled.plus_minutes(minutes));
        let limit = start.until.or(longest).filter(|limit| *limit <= self.now)?;
        stale(format!("and its window would have ended at {limit}"))
    }

    fn begin(&self, start: &Start) -> Option<Step> {
        let until = start.until.as_ref().map(Timestamp::to_string);
        self.write([
            (key::SINCE, Some(self.since(start))),
            (key::UNTIL, Some(until.unwrap_or_default())),
            (key::REASON, Some(start.reason.clone().unwrap_or_default())),
        ])
    }

    /// A running window gets what the start gives, and keeps the rest.
    fn extend(&self, window: &Window, start: &Start) -> Option<Step> {
        let latest = window.since.plus_minutes(self.settings.longest_window());
        // A window that a person makes outlast the longest one counts from that start on.
        let outlasts = start.until.filter(|until| *until > latest);
        self.write([
            (key::SINCE, outlasts.map(|_| self.since(start))),
            (key::UNTIL, start.until.map(|until| until.to_string())),
            (key::REASON, start.reason.clone()),
        ])
    }

    fn since(&self, start: &Start) -> String {
        self.record.since_from(start.scheduled_at.unwrap_or(self.now)).to_string()
    }
}
