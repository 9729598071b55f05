//! What other people and tools do to a listener while the switch is not looking.

use proptest::prelude::*;
use strict_elb::StrictElb;

use super::listeners::{forward, maintenance_rule, order, rule};

/// One such change. Numbers pick a rule or a place by remainder.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Add {
        place: u32,
    },
    Remove {
        which: usize,
    },
    Move {
        which: usize,
        place: u32,
    },
    /// A tool gives one of the rules of the beginning its number again, if nobody else has it.
    PutBack {
        which: usize,
    },
    /// The same for all of them, one at a time.
    PutAllBack,
    MoveMaintenanceRule {
        place: u32,
    },
    WipeTags,
}

/// Changes to the rules that are not the switch's own.
pub(crate) fn changes_of_others() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => places().prop_map(|place| Change::Add { place }),
        3 => any::<usize>().prop_map(|which| Change::Remove { which }),
        2 => (any::<usize>(), places()).prop_map(|(which, place)| Change::Move { which, place }),
        2 => any::<usize>().prop_map(|which| Change::PutBack { which }),
        1 => Just(Change::PutAllBack),
    ]
}

/// The same, and what people do to the maintenance rule by hand.
pub(crate) fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        11 => changes_of_others(),
        2 => places().prop_map(|place| Change::MoveMaintenanceRule { place }),
        1 => Just(Change::WipeTags),
    ]
}

fn places() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 1_u32..60, 1 => 1_u32..=50_000, 1 => 49_990_u32..=50_000]
}

impl Change {
    /// Makes the change to the listener `web`; `number` tells apart the rules that are added.
    pub(crate) fn apply(&self, elb: &mut StrictElb, number: usize) {
        let order = order(elb, "web");
        let is_free = |place: u32| order.iter().all(|(taken, _)| *taken != place);
        let nearest_free =
            |place: u32| (place..=50_000).chain(1..place).find(|place| is_free(*place)).unwrap();
        let others: Vec<_> =
            order.iter().map(|(_, name)| name).filter(|name| *name != "maintenance").collect();
        let pick = |which: usize| others.get(which % others.len().max(1)).copied();
        let own = maintenance_rule("web");
        match self {
            Self::Add { place } => {
                elb.add_rule(forward("web", &format!("new{number}"), Some(nearest_free(*place)), "/new"));
            }
            Self::Remove { which } => {
                if let Some(name) = pick(*which) {
                    elb.remove_rule(rule("web", name).as_str());
                }
            }
            Self::Move { which, place } => {
                if let Some(name) = pick(*which) {
                    move_by_hand(elb, name, nearest_free(*place));
                }
            }
            Self::PutBack { which } => pick(*which).into_iter().for_each(|name| put_back(elb, name)),
            Self::PutAllBack => others.into_iter().for_each(|name| put_back(elb, name)),
            Self::MoveMaintenanceRule { place } => {
                elb.move_by_hand(own.as_str(), nearest_free(*place)).unwrap();
            }
            Self::WipeTags => elb.wipe_tags(own.as_str()),
        }
    }
}

fn move_by_hand(elb: &mut StrictElb, name: &str, place: u32) {
    elb.move_by_hand(rule("web", name).as_str(), place).unwrap();
}

/// A rule of the beginning bears its number in its name.
fn put_back(elb: &mut StrictElb, name: &str) {
    let own = name.strip_prefix('r').and_then(|number| number.parse().ok());
    let is_free = |place: &u32| order(elb, "web").iter().all(|(taken, _)| taken != place);
    if let Some(place) = own.filter(is_free) {
        move_by_hand(elb, name, place);
    }
}
