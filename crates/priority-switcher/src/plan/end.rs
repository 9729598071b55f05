//! Out of maintenance, by an end or by a check.

use super::{Move, Plan, moves};
use crate::event::Start;
use crate::record::{Tags, key};
use crate::rule::{Priority, Rule};
use crate::state::{Situation, State};
use crate::timestamp::{CLOCK_SKEW_MINUTES, Timestamp};

impl Situation<'_> {
    /// What runs every five minutes: it opens what has lasted too long, and never closes anything.
    pub(super) fn check(&self) -> Plan {
        let has_expired = self.record.window.as_ref().is_some_and(|window| window.has_expired(self.now));
        match self.state() {
            State::Active if has_expired => self.open(None),
            // So that no limit of an earlier window can end a later one.
            State::Resting if has_expired => Plan { tags_after: self.ended_at(self.now), ..Plan::default() },
            // Closed by hand, or the tag is lost: it counts from now on, with nothing of an earlier window.
            State::Active if self.record.window.is_none() => {
                Plan { tags_before: self.recorded(None, &Start::default()), ..self.stay() }
            }
            State::Active | State::Resting => self.stay(),
        }
    }

    /// The late end of an earlier window must not open the system in the middle of a new one. An end that is in time
    /// always opens, whatever `since` says.
    pub(super) fn end(&self, scheduled_at: Option<Timestamp>) -> Plan {
        let is_late = |scheduled: &Timestamp| scheduled.plus_minutes(CLOCK_SKEW_MINUTES) < self.now;
        match scheduled_at.filter(is_late).zip(self.record.since) {
            Some((scheduled, since)) if scheduled < since => {
                Plan::ignored("end", scheduled, &format!("before the present window began, at {since}"))
            }
            _ => self.open(scheduled_at),
        }
    }

    fn open(&self, scheduled_at: Option<Timestamp>) -> Plan {
        let (moves, taken) = self.end_moves();
        let failure = taken.map(|rule| {
            format!(
                "resting-priority-taken: another rule holds the resting priority {}: {}; move that rule to another \
                 priority, then send the end again",
                rule.priority,
                rule.named()
            )
        });
        let plan = Plan { moves, failure, ..Plan::default() };
        let is_open = plan.result(self).state() == State::Resting;
        let is_news = || scheduled_at.is_none_or(|at| self.record.ended_at.is_none_or(|ended| at > ended));
        let settles = is_open && (!plan.moves.is_empty() || self.record.window.is_some() || is_news());
        // The record last: after a crash in between, a late start of this window is still in it.
        let ended = settles.then(|| self.ended_at(scheduled_at.unwrap_or(self.now)));
        Plan { tags_after: ended.unwrap_or_default(), ..plan }
    }

    /// Never an earlier time than before: it keeps late starts out.
    fn ended_at(&self, time: Timestamp) -> Tags {
        let ended = self.record.since.max(self.record.ended_at).max(Some(time));
        self.changed([(key::ENDED_AT, ended.map(|ended| ended.to_string()))])
    }

    /// The maintenance rule to the resting priority, the placeholder to the active one; and what else holds the former.
    fn end_moves(&self) -> (Vec<Move>, Option<&Rule>) {
        let (own, active, resting) = (self.maintenance.priority, self.settings.active, self.settings.resting);
        let taken = self.foreign_at(resting);
        let to = if taken.is_none() { resting } else { self.lowest_place().max(own) };
        let becomes_free = to != own && own == active;
        let (placeholder, place) = if self.order.at(active).is_none() || becomes_free {
            (self.placeholder(), active)
        } else {
            (self.placeholder().filter(|rule| rule.priority == to), own)
        };
        (moves([(Some(&self.maintenance), to), (placeholder, place)]), taken)
    }

    /// The highest number that no foreign rule holds.
    fn lowest_place(&self) -> Priority {
        let mut places = (1..=u32::from(Priority::LAST.get())).rev().flat_map(Priority::try_from);
        places.find(|place| self.foreign_at(*place).is_none()).unwrap_or(Priority::LAST)
    }
}
