//! Out of maintenance.

use super::{Layout, Plan, PlanError, Situation, State, Step};
use crate::record::{Origin, Tags, key};
use crate::rule::Priority;
use crate::timestamp::Timestamp;
use crate::warning::Warning;

impl Situation<'_> {
    pub(super) fn end(&self, scheduled_at: Option<Timestamp>) -> Result<Plan, PlanError> {
        if let Some(warning) = self.stale_end(scheduled_at) {
            return Ok(self.ignore(warning));
        }
        match (&self.record.origin, self.state()) {
            (Some(origin), _) => self.undo(origin, scheduled_at),
            (None, State::Active | State::Partial) => self.put_last(scheduled_at),
            (None, State::Resting) => Ok(self.stay_ended(scheduled_at, Vec::new())),
        }
    }

    /// The end of an earlier window, come late: it must not open the system in the middle of a new one.
    fn stale_end(&self, scheduled_at: Option<Timestamp>) -> Option<Warning> {
        let (scheduled, since) = (scheduled_at?, self.record.since?);
        (scheduled < since).then(|| Warning::end_before_start(scheduled, since))
    }

    fn undo(&self, origin: &Origin, scheduled_at: Option<Timestamp>) -> Result<Plan, PlanError> {
        let mut layout = self.layout.clone();
        let pulled = layout.pull_back(&origin.displaced, origin.active);
        let mut warnings: Vec<_> = Warning::record_incomplete(&origin.displaced).into_iter().collect();
        warnings.extend(Warning::others_moved(pulled.stay, origin.displaced.count()));
        if self.is_home(&layout, origin) {
            layout.put_own(origin.home);
        } else {
            self.move_own_last(&mut layout)?;
            warnings.push(Warning::home_taken(origin.home, layout.own()));
        }
        let moves = layout.moves();
        Ok(if moves.is_empty() {
            self.stay_ended(scheduled_at, warnings)
        } else {
            self.proceed(vec![Step::SetRulePriorities(moves)], warnings)
        })
    }

    /// Whether the recorded home is a place to rest at. Others can write tags, and whatever those say, an end opens:
    /// below all other rules, or at the configured resting priority if there were rules below it before, and never with
    /// a rule below that is asked before the maintenance rule now.
    pub(super) fn is_home(&self, layout: &Layout<'_>, origin: &Origin) -> bool {
        let below = layout.count_below(origin.home);
        let is_meant_so = origin.below > 0 && Some(origin.home) == self.settings.resting;
        let closes_nothing =
            below == 0 || (is_meant_so && below <= self.layout.count_below(self.layout.own()));
        closes_nothing && layout.is_free(origin.home)
    }

    fn put_last(&self, scheduled_at: Option<Timestamp>) -> Result<Plan, PlanError> {
        let mut layout = self.layout.clone();
        self.move_own_last(&mut layout)?;
        let warnings = vec![Warning::record_missing_at_end(layout.own())];
        let steps = vec![Step::SetRulePriorities(layout.moves()), Step::AddTags(self.ended(scheduled_at))];
        Ok(self.proceed(steps, warnings))
    }

    /// The order is right; what is left is the record.
    fn stay_ended(&self, scheduled_at: Option<Timestamp>, warnings: Vec<Warning>) -> Plan {
        let forget = self.tags_of_a_window(&Tags::new());
        // Not to be read, or not to be believed.
        let is_lost = self.record.ended_at.is_none() && self.view.tags.contains_key(key::ENDED_AT);
        let steps = if !forget.is_empty() {
            // `ended-at` first: a crash in between leaves a record that the next end clears, the other
            // way round a late start would find nothing that keeps it out.
            vec![Step::AddTags(self.ended(scheduled_at)), Step::RemoveTags(forget)]
        } else if is_lost
            || scheduled_at
                .is_some_and(|scheduled| self.record.ended_at.is_none_or(|ended| ended < scheduled))
        {
            // The start of this window may still be on its way; it shall find that the window is over.
            vec![Step::AddTags(self.ended(scheduled_at))]
        } else {
            Vec::new()
        };
        self.proceed(steps, warnings)
    }

    fn move_own_last(&self, layout: &mut Layout<'_>) -> Result<(), PlanError> {
        let Some(lowest) = layout.lowest_other().filter(|lowest| *lowest >= layout.own()) else {
            return Ok(());
        };
        let resting = self.settings.resting.filter(|resting| *resting > lowest);
        let place = resting.or_else(|| lowest.below()).unwrap_or(Priority::LAST);
        // Only at the very last number can the place be taken. This is the one case in which an end moves rules that
        // its start did not move: a rule stands at that number, below it nothing is free, and the system has to open.
        // Pinned rules do not make room even then.
        let active = self.settings.active;
        let top = self.record.origin.as_ref().map_or(active, |origin| origin.active.min(active));
        if !layout.push_up_from(place, top) {
            return Err(PlanError::NoRoom(self.view.rule.clone()));
        }
        layout.put_own(place);
        Ok(())
    }

    /// Never before the time that the schedule meant, whatever this machine's clock says: the start of
    /// the same schedule is compared with it.
    fn ended(&self, scheduled_at: Option<Timestamp>) -> Tags {
        let at = scheduled_at.map_or(self.now, |scheduled| scheduled.max(self.now));
        Tags::from([(key::ENDED_AT.to_owned(), at.to_string())])
    }
}
