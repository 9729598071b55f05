//! What can go wrong around one call: faults, other writers, another invocation in between.

use priority_switcher::record::Tags;
use strict_elb::StrictElb;

use super::site::rule;

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
    Tag(Tags),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Circumstance {
    /// How many calls other invocations make first, at most.
    pub(crate) turns: u8,
    pub(crate) change: Option<Change>,
    pub(crate) fault: Option<Fault>,
}

impl Change {
    /// `which` picks a rule by remainder, our own ones, too; a taken `place` means the next free one.
    pub(crate) fn apply(&self, elb: &mut StrictElb) {
        let order = elb.order("web");
        let is_free = |place: &u32| order.iter().all(|(taken, _)| taken != place);
        let free = |place: u32| (place..=50_000).chain(1..place).find(is_free).unwrap();
        let pick = |which: usize| &order[which % order.len()].1;
        let is_maintenance = |name: &&String| name.ends_with("maintenance");
        match self {
            Self::Add { place } => {
                let place = free(*place);
                elb.add_rules("web", &format!("{place} new{place}-{}", elb.writes.len()));
            }
            Self::Remove { which } => {
                if !is_maintenance(&pick(*which)) {
                    elb.remove_rule(rule(pick(*which)).as_str());
                }
            }
            Self::Move { which, place } => {
                let pair = (rule(pick(*which)).as_str().to_owned(), free(*place));
                elb.set_rule_priorities(&[pair]).unwrap();
            }
            Self::WipeTags => elb.tags.clear(),
            Self::Tag(tags) => {
                for name in order.iter().map(|(_, name)| name).filter(is_maintenance) {
                    elb.add_tags(rule(name).as_str(), tags).unwrap();
                }
            }
        }
    }
}
