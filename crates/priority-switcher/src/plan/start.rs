//! Into maintenance.

use super::{Move, Plan, Situation, State, Step};
use crate::event::Start;
use crate::record::{Origin, Record, Tags, key};
use crate::timestamp::Timestamp;
use crate::warning::Warning;

impl Situation<'_> {
    pub(super) fn start(&self, start: &Start) -> Plan {
        if let Some(warning) = self.stale_start(start) {
            return self.ignore(warning);
        }
        match self.state() {
            State::Active => self.keep_window(start, &self.record, self.drift(), Vec::new()),
            State::Partial | State::Resting => self.open(start),
        }
    }

    /// Off, whatever may be recorded: what a start left half done, what an end left half done, or a window in which
    /// somebody moved the maintenance rule away by hand. What the start of that window displaced is not lost.
    fn open(&self, start: &Start) -> Plan {
        let recorded = self.record.origin.as_ref();
        let mut taken_back = self.layout.clone();
        let goes_on =
            recorded.filter(|origin| taken_back.pull_back(&origin.displaced, origin.active).back > 0);
        // Where an end would have put it.
        let rested =
            recorded.filter(|origin| origin.home > self.settings.active && self.is_home(&taken_back, origin));
        let own = self.layout.own();
        let (home, below) =
            rested.map_or((own, self.layout.count_below(own)), |origin| (origin.home, origin.below));
        // Nothing below means that it is asked last at any number; moving it would gain nothing.
        let active = if home > self.settings.active { self.settings.active } else { home };
        // What still makes room for that place goes on doing so: taking back and displacing it in one batch, a start
        // that dies before that would leave a record of neither order.
        let still = goes_on.filter(|origin| origin.active == active).map(|origin| &origin.displaced);
        let mut layout = if still.is_some() { self.layout.clone() } else { taken_back };
        // Its own place counts as free, so there is always a free number on the way to it.
        let mut displaced = layout.push_down_from(active);
        if let Some(still) = still {
            displaced.go_on_with(still);
        }
        layout.put_own(active);
        let origin = Some(Origin { home, active, displaced, below });
        if goes_on.is_some() {
            let record = Record { origin, ..self.record.clone() };
            return self.keep_window(start, &record, Vec::new(), layout.moves());
        }
        let record = Record {
            origin,
            since: Some(self.now),
            until: start.until.or_else(|| self.default_until()),
            reason: start.reason.as_ref().map(ToString::to_string),
            ended_at: None,
        };
        // What an interrupted end left behind goes first: an old `until` beside a new window would
        // let the next check end it.
        let forget = self.tags_of_a_window(&record.to_tags());
        let adapted = start.reason.as_ref().and_then(Warning::reason_adapted);
        self.proceed(self.steps(forget, &record, layout.moves()), adapted.into_iter().collect())
    }

    /// A late retry must not put a system back into maintenance that somebody has ended since.
    fn stale_start(&self, start: &Start) -> Option<Warning> {
        let scheduled = self.meant_for(start.scheduled_at)?;
        if let Some(ended) = self.record.ended_at.filter(|ended| scheduled <= *ended) {
            return Some(Warning::start_before_end(scheduled, ended));
        }
        let late = self.now.minutes_since(scheduled);
        (late > i64::from(self.settings.stale_after))
            .then(|| Warning::start_too_late(scheduled, late, self.settings.stale_after))
    }

    /// On already: the window may get a later end and a new reason, and never an earlier end.
    fn keep_window(
        &self,
        start: &Start,
        recorded: &Record,
        mut warnings: Vec<Warning>,
        moves: Vec<Move>,
    ) -> Plan {
        let in_force = recorded.until;
        // A tag that cannot be read is lost, and not a window without an end.
        let has_no_end = self.is_recorded() && !self.view.tags.contains_key(key::UNTIL);
        let is_running = in_force.map_or(has_no_end, |until| until > self.now);
        let earlier = start.until.filter(|asked| in_force.is_none_or(|until| *asked < until));
        let record = if let Some(asked) = earlier.filter(|_| is_running) {
            warnings.push(Warning::window_kept(asked, in_force, recorded.reason.as_deref()));
            recorded.clone()
        } else {
            warnings.extend(start.reason.as_ref().and_then(Warning::reason_adapted));
            let unsaid = if is_running { in_force } else { self.default_until() };
            let reason = start.reason.as_ref().map(ToString::to_string);
            Record {
                until: start.until.or(unsaid),
                reason: reason.or_else(|| recorded.reason.clone()),
                ..recorded.clone()
            }
        };
        // No end that tags say outlasts the longest window. Whom a person lets last longer is counted anew.
        let longest = self.settings.longest_window();
        let is_in_time =
            |since: &Timestamp| record.until.is_none_or(|until| until <= since.plus_minutes(longest));
        let since = record.since.filter(is_in_time).or(Some(self.now));
        let record = Record { since, ended_at: None, ..record };
        let mut forget = self.tags_of_a_window(&record.to_tags());
        forget.retain(|key| key == key::UNTIL || (!moves.is_empty() && key::is_of_displaced(key)));
        self.proceed(self.steps(forget, &record, moves), warnings)
    }

    fn default_until(&self) -> Option<Timestamp> {
        self.settings.max_duration.map(|minutes| self.now.plus_minutes(minutes))
    }

    /// Tags before priorities: a start that dies in between leaves a record of what never happened,
    /// which the next start or end sees through; the other way round it would leave no way back.
    fn steps(&self, forget: Vec<String>, record: &Record, moves: Vec<Move>) -> Vec<Step> {
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
