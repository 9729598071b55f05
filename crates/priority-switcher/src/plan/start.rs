//! Into maintenance.

use super::{Plan, Situation, State, Step};
use crate::event::Start;
use crate::record::{Origin, Record, Tags, key};
use crate::timestamp::Timestamp;
use crate::warning::Warning;

impl Situation<'_> {
    pub(super) fn start(&self, start: &Start) -> Plan {
        if let Some(warning) = self.stale_start(start) {
            return self.ignore(warning);
        }
        let mut warnings: Vec<Warning> = start.reason.iter().filter_map(Warning::reason_adapted).collect();
        let steps = match (self.state(), self.record.origin) {
            (State::Active, origin) => {
                if origin.is_none() {
                    warnings.push(Warning::record_missing_while_active(self.layout.own()));
                }
                self.keep_window(start, origin)
            }
            (State::Resting, Some(origin)) if self.is_displacement_left_behind(origin) => {
                self.resume_window(start, origin)
            }
            (State::Resting, _) => self.open_window(start),
        };
        self.proceed(steps, warnings)
    }

    /// A late retry must not put a system back into maintenance that somebody has ended since.
    fn stale_start(&self, start: &Start) -> Option<Warning> {
        let scheduled = start.scheduled_at?;
        if let Some(ended) = self.record.ended_at.filter(|ended| scheduled <= *ended) {
            return Some(Warning::start_before_end(scheduled, ended));
        }
        let late = self.now.minutes_since(scheduled);
        (late > i64::from(self.settings.stale_after))
            .then(|| Warning::start_too_late(scheduled, late, self.settings.stale_after))
    }

    /// Already on: the rules stay, only the window may get a new end or reason.
    fn keep_window(&self, start: &Start, origin: Option<Origin>) -> Vec<Step> {
        let record = Record {
            origin,
            since: self.record.since.or(Some(self.now)),
            until: self.until(start),
            reason: self.reason(start),
            ended_at: None,
        };
        let lapsed = record.until.is_none() && self.view.tags.contains_key(key::UNTIL);
        let forget = if lapsed { vec![key::UNTIL] } else { Vec::new() };
        self.steps(forget, &record, Vec::new())
    }

    /// On, but the maintenance rule was moved away by hand: it alone goes back.
    fn resume_window(&self, start: &Start, origin: Origin) -> Vec<Step> {
        let mut layout = self.layout.clone();
        layout.put_own(origin.active);
        let mut steps = self.keep_window(start, Some(origin));
        steps.push(Step::SetRulePriorities(layout.moves()));
        steps
    }

    fn open_window(&self, start: &Start) -> Vec<Step> {
        let mut layout = self.layout.clone();
        let home = layout.own();
        // Nothing below means that it is asked last at any number; moving it would gain nothing.
        let active = if home > self.settings.active { self.settings.active } else { home };
        let below = layout.count_below(home);
        // Its own place counts as free, so there is always a free number on the way to it.
        let displaced = layout.push_down_from(active).unwrap_or_default();
        layout.put_own(active);
        let record = Record {
            origin: Some(Origin { home, active, displaced, below }),
            since: Some(self.now),
            until: start.until.or_else(|| self.default_until()),
            reason: start.reason.as_ref().map(ToString::to_string),
            ended_at: None,
        };
        // What an interrupted end left behind goes first: an old `until` beside a new window would
        // let the next check end it.
        let kept = record.to_tags();
        let forget = key::OF_A_WINDOW
            .into_iter()
            .filter(|key| self.view.tags.contains_key(*key) && !kept.contains_key(*key))
            .collect();
        self.steps(forget, &record, layout.moves())
    }

    fn until(&self, start: &Start) -> Option<Timestamp> {
        let running = self.record.until.filter(|until| *until > self.now);
        let lapsed = self.record.until.is_some() && running.is_none();
        let fallback = if lapsed || !self.is_recorded() { self.default_until() } else { None };
        start.until.or(running).or(fallback)
    }

    fn default_until(&self) -> Option<Timestamp> {
        self.settings.max_duration.map(|minutes| self.now.plus_minutes(minutes))
    }

    fn reason(&self, start: &Start) -> Option<String> {
        start.reason.as_ref().map(ToString::to_string).or_else(|| self.record.reason.clone())
    }

    /// Tags before priorities: a start that dies in between leaves a record of what never happened,
    /// which the next start or end sees through; the other way round it would leave no way back.
    fn steps(&self, forget: Vec<&'static str>, record: &Record, moves: Vec<super::Move>) -> Vec<Step> {
        let mut news: Tags = record.to_tags();
        news.retain(|key, value| self.view.tags.get(key) != Some(value));
        let mut steps = Vec::new();
        if !forget.is_empty() {
            steps.push(Step::RemoveTags(forget));
        }
        if !news.is_empty() {
            steps.push(Step::AddTags(news));
        }
        if !moves.is_empty() {
            steps.push(Step::SetRulePriorities(moves));
        }
        steps
    }
}
