//! What runs every five minutes: it opens what has lasted too long, and never closes anything.

use super::{Plan, Situation};
use crate::record::key;
use crate::state::State;

impl Situation<'_> {
    pub(super) fn check(&self) -> Plan {
        let has_expired = self.record.window.as_ref().is_some_and(|window| window.has_expired(self.now));
        match self.state {
            State::Active if has_expired => self.open(None),
            // So that no limit of an earlier window can end a later one.
            State::Resting if has_expired => {
                self.proceed(self.ended_at(self.now).into_iter().collect(), Vec::new())
            }
            // Closed by hand, or the tag is lost: it counts from now on, with nothing of an earlier window.
            State::Active if self.record.window.is_none() => {
                let since = self.record.since_from(self.now).to_string();
                let nothing = || Some(String::new());
                let record = self.write([
                    (key::SINCE, Some(since)),
                    (key::UNTIL, nothing()),
                    (key::REASON, nothing()),
                ]);
                self.proceed(record.into_iter().collect(), self.drift())
            }
            State::Active | State::Resting => self.stay(self.drift()),
        }
    }
}
