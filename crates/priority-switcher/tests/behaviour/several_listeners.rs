//! One invocation, several listeners.

use std::cell::RefCell;
use std::rc::Rc;

use priority_switcher::handler::handle;
use strict_elb::{StrictElb, rule_arn};

use crate::support::disturbance::{Circumstance, Fault};
use crate::support::memory_listener::MemoryListener;
use crate::support::run::{at, moment, payload, runtime};
use crate::support::site::stack;

const NAMES: [&str; 3] = ["http", "https", "admin"];

#[test]
fn one_failure_leaves_the_others_switched() {
    let mut elb = StrictElb::default();
    for name in NAMES {
        elb.add_rules(name, "1 placeholder, 50000 maintenance /*");
    }
    let stacks = NAMES.map(|name| stack(&elb, name, "").unwrap());
    let (elb, settings) = (Rc::new(RefCell::new(elb)), &stacks[0].1);
    let send = |fault: Option<Fault>| {
        // The first is the slowest.
        let scripts = [(9, None), (5, fault), (0, None)]
            .map(|(turns, fault)| [Circumstance { turns, fault, ..Circumstance::default() }]);
        let listeners = [0, 1, 2].map(|one| MemoryListener::new(&elb, &stacks[one].0, &scripts[one]));
        let start = payload("start");
        runtime().block_on(async { handle(&listeners, settings, &start, moment(at("22:00"))).await.answer })
    };
    let first = || NAMES.map(|name| elb.borrow().order(name)[0].1.clone());

    insta::assert_snapshot!(send(Some(Fault::Refused)).unwrap_err(), @"start: 1 of 3 listeners failed: app/shop/50dc6c495c0c9188/https: DescribeRules: HTTP status 503; app/shop/50dc6c495c0c9188/http: changed; app/shop/50dc6c495c0c9188/admin: changed. Send the same event again: it completes what is missing and repeats nothing.");
    assert_eq!(first(), ["maintenance", "placeholder", "maintenance"]);

    let writes = elb.borrow().writes.len();
    let answer = serde_json::to_value(send(None).unwrap()).unwrap();
    assert_eq!(first(), ["maintenance"; 3]);
    assert_eq!(elb.borrow().writes.len(), writes + 2, "the retry wrote to the others, too");
    let rules = [0, 1, 2].map(|number| answer["listeners"][number]["ruleArn"].clone());
    assert_eq!(rules, NAMES.map(|name| rule_arn(name, "maintenance")), "the configured order");
}
