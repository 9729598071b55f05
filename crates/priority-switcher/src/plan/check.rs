//! What runs every five minutes: it opens what has lasted too long, and never closes anything.

use super::Plan;
use crate::event::Start;
use crate::state::{Situation, State};

impl Situation<'_> {
    pub(super) fn check(&self) -> Plan {
        let has_expired = self.record.window.as_ref().is_some_and(|window| window.has_expired(self.now));
        match self.state() {
            State::Active if has_expired => self.open(None),
            // So that no limit of an earlier window can end a later one.
            State::Resting if has_expired => Plan { tags_after: self.ended_at(self.now), ..Plan::default() },
            // Closed by hand, or the tag is lost: it counts from now on, with nothing of an earlier window.
            State::Active if self.record.window.is_none() => {
                Plan { tags_before: self.begin(&Start::default()), ..self.stay() }
            }
            State::Active | State::Resting => self.stay(),
        }
    }
}
