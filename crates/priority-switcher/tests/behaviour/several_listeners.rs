//! One invocation, several listeners.

use std::cell::RefCell;
use std::rc::Rc;

use priority_switcher::error::SwitchError;
use priority_switcher::handler::handle;
use priority_switcher::report::{Answer, Outcome};
use strict_elb::StrictElb;

use crate::support::disturbance::Fault;
use crate::support::memory_listener::MemoryListener;
use crate::support::run::{START_OF_TIME, event_file, moment, runtime, time};
use crate::support::site::{add_listener, own_rules, rule_of, settings};

const NAMES: [&str; 3] = ["http", "https", "admin"];

fn load_balancer() -> (Rc<RefCell<StrictElb>>, Vec<MemoryListener>) {
    let mut elb = StrictElb::default();
    for name in NAMES {
        add_listener(&mut elb, name, &[2, 3]);
    }
    let elb = Rc::new(RefCell::new(elb));
    let listeners = NAMES.iter().map(|name| MemoryListener::new(&elb, own_rules(name))).collect();
    (elb, listeners)
}

fn send(listeners: &[MemoryListener], event: &str) -> Result<Answer, SwitchError> {
    let event = event_file(event).to_string();
    runtime()
        .block_on(async { handle(listeners, &settings(), &event, moment(time(START_OF_TIME))).await.answer })
}

#[test]
fn all_are_switched_in_the_configured_order() {
    let (elb, listeners) = load_balancer();
    let answer = send(&listeners, "start").unwrap();
    let answered: Vec<_> = answer.listeners.iter().map(|one| one.rule_arn.clone()).collect();
    assert_eq!(answered, NAMES.map(|name| rule_of(name, "maintenance")));
    let places = || NAMES.map(|name| elb.borrow().priority_of(rule_of(name, "maintenance").as_str()));
    assert_eq!(places(), [1; 3]);
    send(&listeners, "end").unwrap();
    assert_eq!(places(), [50_000; 3]);
}

#[test]
fn one_failure_leaves_the_others_switched() {
    let (elb, listeners) = load_balancer();
    listeners[1].script.set_faults(&[Some(Fault::Refused)]);
    insta::assert_snapshot!(send(&listeners, "start").unwrap_err(), @"start: 1 of 3 listeners failed: app/shop/50dc6c495c0c9188/https: DescribeRules: HTTP status 503; app/shop/50dc6c495c0c9188/http: changed; app/shop/50dc6c495c0c9188/admin: changed. Send the same event again: it completes what is missing and repeats nothing.");
    let places = || NAMES.map(|name| elb.borrow().priority_of(rule_of(name, "maintenance").as_str()));
    assert_eq!(places(), [1, 50_000, 1]);

    let writes = elb.borrow().writes.len();
    assert_eq!(send(&listeners, "start").unwrap().outcome, Outcome::Changed);
    assert_eq!(places(), [1; 3]);
    assert_eq!(elb.borrow().writes.len(), writes + 2, "the retry wrote to the others, too");
}

#[test]
fn a_failed_check_is_no_failed_invocation() {
    let (_, listeners) = load_balancer();
    listeners[0].script.set_faults(&[Some(Fault::Refused)]);
    let answer = send(&listeners, "check").unwrap();
    let has_report: Vec<_> = answer.listeners.iter().map(|one| one.report().is_some()).collect();
    assert_eq!(has_report, [false, true, true]);
}
