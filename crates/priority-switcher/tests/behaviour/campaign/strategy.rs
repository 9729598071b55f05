//! What an evening can be.

use priority_switcher::record::key;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::time_at;
use crate::support::disturbance::{Change, Circumstance, Fault};

#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// Of one stack or two.
    pub(super) rules: String,
    pub(super) foreign: Vec<u32>,
    pub(super) max_duration: Option<u32>,
    pub(super) company: Company,
}

/// Who disturbs an evening, beside faults and events at the same time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Company {
    None,
    Writers,
    Taggers,
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Events at the same time.
    Send(Vec<Invocation>),
    /// In minutes.
    Wait(u32),
    Change(Change),
}

#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) stack: usize,
    kind: &'static str,
    minutes: Option<u32>,
    /// How many minutes ago it was scheduled.
    late: Option<u32>,
    /// How far its clock is ahead, in seconds.
    pub(super) ahead: u32,
    pub(super) circumstances: Vec<Circumstance>,
}

impl Company {
    pub(super) fn makes(self, change: &Change) -> bool {
        self == if matches!(change, Change::Tag(_)) { Self::Taggers } else { Self::Writers }
    }
}

impl Invocation {
    /// The payload at this second of the evening.
    pub(super) fn payload(&self, second: u32) -> Value {
        let mut payload = json!({"type": self.kind});
        if let Some(minutes) = self.minutes {
            payload["minutes"] = json!(minutes);
        }
        if let Some(late) = self.late {
            payload["scheduledAt"] = json!(time_at(second - late * 60));
        }
        payload
    }
}

pub(super) fn evenings() -> impl Strategy<Value = (Setup, Vec<Act>)> {
    let send = vec(invocations(), 1..4).prop_map(Act::Send);
    let act = prop_oneof![
        4 => send,
        2 => (1_u32..60).prop_map(Act::Wait),
        3 => changes().prop_map(Act::Change),
    ];
    (setups(), vec(act, 1..10))
}

fn setups() -> impl Strategy<Value = Setup> {
    let stack = |prefix, active, resting, host| {
        format!(
            "{active} {prefix}placeholder placeholder.invalid/* 404, {resting} {prefix}maintenance {host}/*"
        )
    };
    let two = [stack("", 1, 50_000, "a.example.com"), stack("b-", 2, 49_998, "b.example.com")].join(", ");
    let rules = prop_oneof![
        12 => Just(stack("", 1, 50_000, "")),
        3 => (1..9, 49_990..=50_000).prop_map(move |(active, resting)| stack("", active, resting, "")),
        5 => Just(two),
    ];
    let foreign = vec(prop_oneof![3 => 1_u32..12, 1 => 49_990_u32..=50_000], 0..8);
    let company =
        prop_oneof![2 => Just(Company::None), 2 => Just(Company::Writers), 1 => Just(Company::Taggers)];
    (rules, foreign, option::of(30_u32..200), company)
        .prop_map(|(rules, foreign, max_duration, company)| Setup { rules, foreign, max_duration, company })
}

fn invocations() -> impl Strategy<Value = Invocation> {
    let kind = prop_oneof![4 => Just("start"), 4 => Just("end"), 2 => Just("check")];
    let late = prop_oneof![2 => Just(None), 2 => (0_u32..4).prop_map(Some), 1 => (0_u32..120).prop_map(Some)];
    (0_usize..2, kind, option::of(1_u32..30), late, 0_u32..60, vec(circumstances(), 0..10)).prop_map(
        |(stack, kind, minutes, late, ahead, circumstances)| {
            let (minutes, late) = (minutes.filter(|_| kind == "start"), late.filter(|_| kind != "check"));
            Invocation { stack, kind, minutes, late, ahead, circumstances }
        },
    )
}

fn circumstances() -> impl Strategy<Value = Circumstance> {
    use Fault::{Hung, KilledAfter, KilledBefore, Lost, Refused};
    let fault = select(vec![Hung, KilledAfter, KilledBefore, Lost, Refused]);
    (0_u8..9, option::weighted(0.3, changes()), option::weighted(0.17, fault))
        .prop_map(|(turns, change, fault)| Circumstance { turns, change, fault })
}

/// What other people and tools do, to the stack's own rules, too, and what a process may write that may tag them.
fn changes() -> impl Strategy<Value = Change> {
    let place = || prop_oneof![3 => 1_u32..6, 1 => 1_u32..60, 2 => 49_996_u32..=50_000];
    let odd = ["", "0", "soon", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"].map(str::to_owned);
    let near = (0_u32..900).prop_map(|minutes| time_at(minutes * 60).to_string());
    let value = prop_oneof![4 => near, 1 => select(odd.to_vec())];
    let key = select([key::SINCE, key::UNTIL, key::REASON, key::ENDED_AT].map(str::to_owned).to_vec());
    prop_oneof![
        3 => place().prop_map(|place| Change::Add { place }),
        3 => any::<usize>().prop_map(|which| Change::Remove { which }),
        4 => (any::<usize>(), place()).prop_map(|(which, place)| Change::Move { which, place }),
        1 => Just(Change::WipeTags),
        11 => btree_map(key, value, 1..4).prop_map(Change::Tag),
    ]
}
