//! What other people and tools do to a listener while the switch is not looking.

use priority_switcher::record::{Tags, key};
use proptest::prelude::*;
use strict_elb::StrictElb;

use super::listeners::{forward, maintenance_rule, order, rule};
use super::run::{START_OF_TIME, time};

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

/// Whatever somebody may write who has the permission to tag: all or some of our keys, with values that a switch could
/// have written, and others.
pub(crate) fn plants() -> impl Strategy<Value = Tags> {
    let number = || prop_oneof![4 => places().prop_map(|place| place.to_string()), 1 => odd_values()];
    let time = || prop_oneof![4 => times(), 1 => odd_values()];
    let name = prop_oneof![3 => (1_u32..60).prop_map(|place| format!("r{place}")), 1 => Just("1".to_owned())];
    let names = proptest::collection::vec(name, 0..8);
    let listed = (names, 0_usize..9).prop_map(|(names, count)| format!("{count}: {}", names.join(" ")));
    let displaced = prop_oneof![2 => Just("0".to_owned()), 3 => listed, 1 => odd_values()];
    let tag = prop_oneof![
        number().prop_map(|value| (key::HOME_PRIORITY, value)),
        number().prop_map(|value| (key::ACTIVE_PRIORITY, value)),
        displaced.clone().prop_map(|value| (key::DISPLACED, value)),
        number().prop_map(|value| (key::BELOW, value)),
        time().prop_map(|value| (key::SINCE, value)),
        time().prop_map(|value| (key::UNTIL, value)),
        time().prop_map(|value| (key::ENDED_AT, value)),
    ];
    let whole = (number(), number(), displaced, 0_u32..3, time(), time());
    let whole = whole.prop_map(|(home, active, displaced, below, since, until)| {
        let below = below.to_string();
        vec![
            (key::HOME_PRIORITY, home),
            (key::ACTIVE_PRIORITY, active),
            (key::DISPLACED, displaced),
            (key::BELOW, below),
            (key::SINCE, since),
            (key::UNTIL, until),
        ]
    });
    let tags = prop_oneof![1 => proptest::collection::vec(tag, 1..4), 1 => whole];
    tags.prop_map(|tags| tags.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn times() -> impl Strategy<Value = String> {
    let before = time("2026-03-01T12:00:00Z");
    assert!(before < time(START_OF_TIME));
    (0_u32..2_000).prop_map(move |minutes| before.plus_minutes(minutes).to_string())
}

fn odd_values() -> impl Strategy<Value = String> {
    let odd = ["", "0", "-1", "50001", "99999999999", "soon", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"];
    proptest::sample::select(odd.map(str::to_owned).to_vec())
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
