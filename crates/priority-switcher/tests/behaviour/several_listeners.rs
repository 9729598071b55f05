//! One invocation, several listeners.

use std::cell::RefCell;
use std::rc::Rc;

use priority_switcher::error::SwitchError;
use priority_switcher::handler::handle;
use priority_switcher::report::{Answer, Outcome};
use strict_elb::StrictElb;

use crate::support::faults::Fault;
use crate::support::listeners::{add_listener, maintenance_rule, order, settings};
use crate::support::memory_listener::MemoryListener;
use crate::support::run::{START_OF_TIME, event_file, moment, runtime, time};

const NAMES: [&str; 3] = ["http", "https", "admin"];

fn load_balancer() -> (Rc<RefCell<StrictElb>>, Vec<MemoryListener>) {
    let mut elb = StrictElb::with_pages_of(2);
    for (index, name) in (1..).zip(NAMES) {
        add_listener(&mut elb, name, 100 * index, &[1, 2, 3, 10 * index]);
    }
    let elb = Rc::new(RefCell::new(elb));
    let listeners = NAMES.iter().map(|name| MemoryListener::new(&elb, name)).collect();
    (elb, listeners)
}

fn send(listeners: &[MemoryListener], event: &str) -> Result<Answer, SwitchError> {
    runtime().block_on(async {
        handle(listeners, &settings(), &event_file(event), moment(time(START_OF_TIME))).await
    })
}

#[test]
fn all_are_switched_and_restored_in_one_call_each() {
    let (elb, listeners) = load_balancer();
    let before = elb.borrow().clone();
    let answer = send(&listeners, "start").unwrap();
    let answered: Vec<_> = answer.listeners.iter().map(|report| report.rule_arn.clone()).collect();
    assert_eq!(answered, NAMES.map(maintenance_rule), "in the order of the configuration");
    for name in NAMES {
        assert_eq!(elb.borrow().priority_of(maintenance_rule(name).as_str()), 1);
    }
    send(&listeners, "end").unwrap();
    for name in NAMES {
        assert_eq!(order(&elb.borrow(), name), order(&before, name));
    }
}

#[test]
fn one_that_fails_does_not_keep_the_others_from_being_switched_and_the_error_names_each() {
    let (elb, listeners) = load_balancer();
    listeners[1].faults.script([Some(Fault::ServerError)]);
    let error = send(&listeners, "start").unwrap_err().to_string();
    insta::assert_snapshot!(error, @"start: 1 of 3 listeners failed: app/shop/50dc6c495c0c9188/https: DescribeRules: HTTP status 503; app/shop/50dc6c495c0c9188/http: changed; app/shop/50dc6c495c0c9188/admin: changed. Send the same event again: it completes what is missing and repeats nothing.");
    let places = || NAMES.map(|name| elb.borrow().priority_of(maintenance_rule(name).as_str()));
    assert_eq!(places(), [1, 200, 1]);

    let writes = elb.borrow().writes.len();
    assert_eq!(send(&listeners, "start").unwrap().outcome, Outcome::Changed);
    assert_eq!(places(), [1, 1, 1]);
    assert_eq!(
        elb.borrow().writes.len(),
        writes + 2,
        "the retry wrote more than one listener's tags and order"
    );
}
