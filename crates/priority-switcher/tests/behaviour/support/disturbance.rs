//! What can go wrong around one call: faults, other writers, another invocation in between.

use std::cell::RefCell;
use std::collections::VecDeque;

use priority_switcher::record::Tags;
use strict_elb::StrictElb;

use super::site::{forward, order, rule};

/// One call's fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The call fails and has no effect.
    Refused,
    /// The same, for want of a permission.
    Denied,
    /// Another process changed the rules before.
    Conflict,
    /// The call fails although it takes effect.
    Lost,
    /// The call is never answered, and has no effect.
    Hung,
    KilledBefore,
    KilledAfter,
}

/// What another process does to the listener `web`.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Add { place: u32 },
    Remove { which: usize },
    Move { which: usize, place: u32 },
    WipeTags,
}

/// The circumstances of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Circumstance {
    /// How many calls other invocations make first, at most.
    pub(crate) turns: u8,
    pub(crate) change: Option<Change>,
    /// Tags that another process writes to the maintenance rule first.
    pub(crate) planted: Option<Tags>,
    pub(crate) fault: Option<Fault>,
}

/// The circumstances of the calls to come; when they are used up, nothing disturbs.
#[derive(Debug, Default)]
pub(crate) struct Script(RefCell<VecDeque<Circumstance>>);

impl Script {
    pub(crate) fn set(&self, circumstances: &[Circumstance]) {
        *self.0.borrow_mut() = circumstances.iter().cloned().collect();
    }

    /// These faults, one for each call.
    pub(crate) fn set_faults(&self, faults: &[Option<Fault>]) {
        let circumstances =
            faults.iter().map(|fault| Circumstance { fault: *fault, ..Circumstance::default() });
        *self.0.borrow_mut() = circumstances.collect();
    }

    pub(crate) fn next(&self) -> Circumstance {
        self.0.borrow_mut().pop_front().unwrap_or_default()
    }
}

impl Change {
    /// `which` picks a rule by remainder, our own ones, too; a taken `place` means the next free one.
    pub(crate) fn apply(&self, elb: &mut StrictElb) {
        let order = order(elb, "web");
        let is_free = |place: &u32| order.iter().all(|(taken, _)| taken != place);
        let free = |place: u32| (place..=50_000).chain(1..place).find(is_free).unwrap();
        let pick = |which: usize| order[which % order.len()].1.clone();
        match self {
            Self::Add { place } => {
                let place = free(*place);
                let name = format!("new{place}-{}", elb.writes.len());
                if order.iter().all(|(_, other)| *other != name) {
                    elb.add_rule(forward(&name, Some(place), "/new*"));
                }
            }
            Self::Remove { which } => {
                let name = pick(*which);
                if !name.ends_with("maintenance") {
                    elb.remove_rule(rule(&name).as_str());
                }
            }
            Self::Move { which, place } => {
                elb.move_by_hand(rule(&pick(*which)).as_str(), free(*place)).unwrap();
            }
            Self::WipeTags => elb.wipe_tags(rule("maintenance").as_str()),
        }
    }
}
