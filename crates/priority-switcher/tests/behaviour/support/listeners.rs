//! Listeners to test with: by hand, and at random.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use priority_switcher::plan::Settings;
use priority_switcher::rule::{Priority, RuleArn};
use proptest::prelude::*;
use strict_elb::{Rule, StrictElb};

use super::memory_listener::MemoryListener;

/// The maintenance rule of the listener of that name.
pub(crate) fn maintenance_rule(listener: &str) -> RuleArn {
    rule(listener, "maintenance")
}

pub(crate) fn rule(listener: &str, name: &str) -> RuleArn {
    format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/{listener}/{name}")
        .parse()
        .unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings { active: Priority::FIRST, resting: None, max_duration: None, stale_after: 60 }
}

/// A rule that forwards to a target group of its own name.
pub(crate) fn forward(listener: &str, name: &str, priority: Option<u32>, path: &str) -> Rule {
    Rule::forward(rule(listener, name).as_str(), priority, path, &target_group(name))
}

pub(crate) fn target_group(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/{name}/6d0ecf831eec9f09")
}

/// A listener with the maintenance rule at `home` and other rules at these priorities, each named after
/// its place at the beginning.
pub(crate) fn add_listener(elb: &mut StrictElb, listener: &str, home: u32, others: &[u32]) {
    elb.add_rule(forward(listener, "default", None, ""));
    elb.add_rule(forward(listener, "maintenance", Some(home), "/*"));
    for priority in others {
        elb.add_rule(forward(listener, &format!("r{priority}"), Some(*priority), &format!("/{priority}*")));
    }
}

pub(crate) fn one_listener(home: u32, others: &[u32]) -> Rc<RefCell<StrictElb>> {
    // Many pages, but for a full listener: a fault shall meet the calls that come after them, too.
    let mut elb = StrictElb::with_pages_of(if others.len() < 100 { 3 } else { 400 });
    add_listener(&mut elb, "web", home, others);
    Rc::new(RefCell::new(elb))
}

/// The numbered rules of a listener, each by the last part of its ARN.
pub(crate) fn order(elb: &StrictElb, listener: &str) -> Vec<(u32, String)> {
    let listener = maintenance_rule(listener).listener();
    let order = elb.order(listener.as_str()).into_iter();
    order.map(|(place, rule)| (place, rule.rsplit_once('/').unwrap().1.to_owned())).collect()
}

/// A listener and its configuration, as they can be met.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) home: u32,
    pub(crate) others: Vec<u32>,
    pub(crate) active: u32,
    pub(crate) resting: Option<u32>,
}

impl Setup {
    pub(crate) fn elb(&self) -> Rc<RefCell<StrictElb>> {
        one_listener(self.home, &self.others)
    }

    pub(crate) fn listener(&self, elb: &Rc<RefCell<StrictElb>>) -> MemoryListener {
        let mut listener = MemoryListener::new(elb, "web");
        listener.active = self.active;
        listener
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            active: self.active.try_into().unwrap(),
            resting: self.resting.map(|resting| resting.try_into().unwrap()),
            ..settings()
        }
    }

    pub(crate) fn rests_last(&self) -> bool {
        self.others.iter().all(|other| *other < self.home)
    }
}

/// Places as people and tools give them out: from the top, in tens, by chance, at the very end, and the
/// full quota of 100 rules, or a higher one, without a gap.
fn places() -> impl Strategy<Value = BTreeSet<u32>> {
    let dense = (0_u32..12, proptest::collection::btree_set(1_u32..40, 0..8))
        .prop_map(|(run, more)| (1..=run).chain(more).collect());
    let tens = (0_u32..10).prop_map(|count| (1..=count).map(|place| place * 10).collect());
    let sparse = proptest::collection::btree_set(1_u32..=50_000, 0..12);
    let end = proptest::collection::btree_set(49_990_u32..=50_000, 0..8);
    let full = (1_u32..4, prop_oneof![3 => Just(100), 1 => Just(250)])
        .prop_map(|(first, count)| (first..first + count).collect());
    prop_oneof![5 => dense, 2 => tens, 2 => sparse, 2 => end, 1 => full]
}

/// Any listener whose maintenance rule rests: with nothing below it, or at the configured resting priority.
pub(crate) fn setups() -> impl Strategy<Value = Setup> {
    let active = prop_oneof![4 => Just(1_u32), 3 => 2_u32..15, 1 => 1_u32..=50_000];
    let home =
        prop_oneof![3 => Just(None), 3 => (1_u32..60).prop_map(Some), 1 => (1_u32..=50_000).prop_map(Some)];
    let resting =
        prop_oneof![2 => Just(None), 1 => Just(Some(50_000_u32)), 1 => (2_u32..=50_000).prop_map(Some)];
    (places(), active, home, resting)
        .prop_map(|(places, active, home, resting)| {
            let free_from =
                |from: u32| (from..=50_000).chain(1..from).find(|place| !places.contains(place)).unwrap();
            let last = places.last().map_or(99, |last| (*last + 1).min(50_000));
            let home = free_from(home.unwrap_or(last));
            let rests_last = places.iter().all(|place| *place < home);
            let active = if rests_last { active } else { active.min(home - 1).max(1) };
            let resting = if rests_last { resting } else { Some(home) };
            let others = places.into_iter().collect();
            Setup { home, others, active, resting: resting.filter(|resting| *resting > active) }
        })
        .prop_filter("the maintenance rule has to rest", |setup| {
            setup.rests_last() || setup.resting == Some(setup.home)
        })
}
