//! What events answer, and what they leave.

use std::cell::RefCell;
use std::rc::Rc;

use priority_switcher::handler::handle;
use priority_switcher::report::Outcome;
use priority_switcher::state::State;
use serde_json::Value;
use strict_elb::{StrictElb, rule_arn};

use crate::support::disturbance::{Change, Circumstance, Fault};
use crate::support::memory_listener::MemoryListener;
use crate::support::run::{at, moment, payload, runtime};
use crate::support::site::{Site, codes, rule, stack};

/// A change right before the call that comes after so many others.
fn change_after(calls: usize, change: Change) -> Vec<Circumstance> {
    let changing = Circumstance { change: Some(change), ..Circumstance::default() };
    [vec![Circumstance::default(); calls], vec![changing]].concat()
}

#[test]
fn the_answer_has_the_contracts_form() {
    let site = Site::plain();
    let answer = serde_json::to_value(site.answer_at("22:00", "start-two-hours")).unwrap();
    let members = [&answer, &answer["listeners"][0]].into_iter().filter_map(Value::as_object).flatten();
    let lines =
        members.filter(|(name, _)| *name != "listeners").map(|(name, value)| format!("{name}: {value}"));
    let all = lines.collect::<Vec<_>>().join("\n");
    let all = all.replace("arn:aws:elasticloadbalancing:eu-central-1:123456789012", "…");
    insta::assert_snapshot!(all, @r#"
dryRun: false
outcome: "changed"
type: "start"
lastWindow: null
listenerArn: "…:listener/app/shop/50dc6c495c0c9188/web"
message: null
moves: [{"from":50000,"ruleArn":"…:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance","to":1},{"from":1,"ruleArn":"…:listener-rule/app/shop/50dc6c495c0c9188/web/placeholder","to":50000}]
reason: "DB upgrade"
ruleArn: "…:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance"
rules: [{"action":"forward: targetgroup/maintenance/6d0ecf831eec9f09","conditions":["path-pattern: /*"],"priority":"1","ruleArn":"…:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance"},{"action":"forward: targetgroup/placeholder/6d0ecf831eec9f09","conditions":["path-pattern: /placeholder*"],"priority":"50000","ruleArn":"…:listener-rule/app/shop/50dc6c495c0c9188/web/placeholder"},{"action":"fixed-response: 404","conditions":[],"priority":"default","ruleArn":"…:listener-rule/app/shop/50dc6c495c0c9188/web/default"}]
since: "2026-03-01T22:00:00Z"
state: "active"
until: "2026-03-02T00:00:00Z"
warnings: []
"#);
}

#[test]
fn an_end_answers_with_the_last_window() {
    let site = Site::plain();
    site.at("22:00", "start-two-hours");
    let extended = site.at("22:10", r#"{"type": "start", "minutes": 120}"#);
    assert_eq!(extended.outcome, Outcome::Changed);
    let end = site.at("22:30", "end");
    insta::assert_snapshot!(serde_json::to_string(&end.last_window).unwrap(), @r#"{"since":"2026-03-01T22:00:00Z","endedAt":"2026-03-01T22:30:00Z"}"#);
    assert_eq!((end.since, end.until, end.reason.as_deref()), (None, None, None));
    assert_eq!((site.place_of("placeholder"), site.place_of("maintenance")), (1, 50_000));
    assert_eq!(site.at("22:40", "start-dry-run").last_window, end.last_window);
    assert_eq!(site.at("23:00", "start").last_window, None);
}

#[test]
fn a_taken_resting_priority_fails_the_end_and_opens() {
    let site = Site::plain();
    site.at("22:00", "start");
    site.elb.borrow_mut().remove_rule(rule("placeholder").as_str());
    site.elb.borrow_mut().add_rules("web", "50000 front");
    for (event, place) in [("end-dry-run", 1), ("end", 49_999)] {
        let error = site.error_at("22:30", event);
        assert!(error.contains("resting-priority-taken") && error.ends_with("send the end again"), "{error}");
        assert_eq!(site.place_of("maintenance"), place);
    }
}

#[test]
fn a_switch_that_was_undone_is_not_repeated() {
    let site = Site::plain();
    // The second start writes no priorities.
    for (clock, calls) in [("22:00", 4), ("22:20", 3)] {
        let undo = change_after(calls, Change::Move { which: 0, place: 40_000 });
        let start = r#"{"type": "start", "minutes": 30}"#;
        let overtaken = site.disturbed(undo).at(clock, start);
        assert_eq!(codes(&overtaken)[0], "overtaken");
        assert_eq!((overtaken.state, site.place_of("maintenance")), (State::Resting, 40_000));
        assert_eq!(codes(&site.at("22:05", "status"))[0], "drift");
        site.at("22:10", start);
    }
}

#[test]
fn a_conflict_is_read_and_planned_anew() {
    let site = Site::plain();
    Change::Move { which: 0, place: 7 }.apply(&mut site.elb.borrow_mut());
    let taken = change_after(3, Change::Add { place: 1 });
    let error = site.disturbed(taken).error_at("22:00", "start");
    assert!(error.contains("active-priority-taken"), "{error}");
}

/// Rules are read before tags: of a start in between, a check must not see the swap and miss the record.
#[test]
fn a_check_beside_a_start_keeps_its_window() {
    let site = Site::plain();
    let slow =
        site.disturbed(vec![Circumstance::default(), Circumstance { turns: 20, ..Circumstance::default() }]);
    runtime().block_on(async {
        tokio::join!(slow.send("22:00", "check"), site.send("22:00", r#"{"type": "start", "minutes": 60}"#))
    });
    assert_eq!(site.at("22:01", "status").until, Some(at("23:00")));
}

#[test]
fn what_lasts_fails_the_event() {
    let error = |fault| Site::plain().failing("SetRulePriorities", fault).error_at("22:00", "start");
    insta::assert_snapshot!(error(Fault::Conflict), @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: another process changed the listener's rules 10 times in a row; the rules are whole. Send the same event again: it completes what is missing and repeats nothing.");
    insta::assert_snapshot!(error(Fault::Hung), @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: out of time before the change was complete and read back. Send the same event again: it completes what is missing and repeats nothing.");
}

#[test]
fn a_check_that_fails_answers_with_its_error() {
    let site = Site::plain();
    site.at("20:00", r#"{"type": "start", "minutes": 60}"#);
    let answer = site.failing("SetRulePriorities", Fault::Refused).answer_at("21:05", "check");
    insta::assert_snapshot!(serde_json::to_string(&answer).unwrap(), @r#"{"type":"check","outcome":"unchanged","dryRun":false,"listeners":[{"listenerArn":"arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc6c495c0c9188/web","ruleArn":"arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance","error":"SetRulePriorities: HTTP status 503"}]}"#);
    let denied = site.failing("SetRulePriorities", Fault::Denied).handled_at("21:05", "check");
    let lines = denied.measures.lines("switcher", at("21:05"));
    assert!(lines[0].contains(r#""MaintenanceOverdue":1"#), "{lines:?}");
    let next = site.at("21:10", "check");
    assert_eq!((next.outcome, next.state), (Outcome::Changed, State::Resting));
    let lost = site.failing("SetRulePriorities", Fault::Lost).handled_at("21:20", "start");
    assert_eq!(lost.measures.listeners, [], "not known after a lost answer");
}

#[test]
fn one_failure_leaves_the_others_switched() {
    const NAMES: [&str; 3] = ["http", "https", "admin"];
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
