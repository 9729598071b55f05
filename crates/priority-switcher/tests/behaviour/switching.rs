//! Start, end, status and dry run on one listener.

use std::cell::RefCell;
use std::rc::Rc;

use priority_switcher::report::{Answer, Outcome};
use serde_json::json;
use strict_elb::StrictElb;

use crate::support::faults::Fault;
use crate::support::listeners::{maintenance_rule, one_listener, order, settings, target_group};
use crate::support::memory_listener::MemoryListener;
use crate::support::run::{Ending, START_OF_TIME, answer, event_file, invoke, runtime, time};

/// Sends one event after the other to a listener.
fn send(elb: &Rc<RefCell<StrictElb>>, events: &[&str]) -> Vec<Answer> {
    let listener = MemoryListener::new(elb, "web");
    runtime().block_on(async {
        let mut answers = Vec::new();
        for event in events {
            answers.push(answer(&listener, &settings(), &event_file(event), time(START_OF_TIME)).await);
        }
        answers
    })
}

fn ladder(elb: &Rc<RefCell<StrictElb>>) -> String {
    let order = order(&elb.borrow(), "web");
    order.iter().map(|(place, rule)| format!("{place} {rule}")).collect::<Vec<_>>().join(", ")
}

fn codes(answer: &Answer) -> Vec<&str> {
    answer.listeners[0].warnings.iter().map(|warning| warning.code).collect()
}

#[test]
fn the_answer_is_the_one_of_the_contract() {
    let elb = one_listener(99, &[1]);
    let answers = send(&elb, &["start"]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&answers[0]).unwrap(), @r#"
    {
      "type": "start",
      "outcome": "changed",
      "dryRun": false,
      "listeners": [
        {
          "listenerArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc6c495c0c9188/web",
          "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance",
          "state": "active",
          "since": "2026-03-01T22:00:00Z",
          "until": null,
          "reason": null,
          "message": null,
          "moves": [
            {
              "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance",
              "from": 99,
              "to": 1
            },
            {
              "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/r1",
              "from": 1,
              "to": 2
            }
          ],
          "rules": [
            {
              "priority": "1",
              "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance",
              "conditions": [
                "path-pattern: /*"
              ],
              "action": "forward: targetgroup/maintenance/6d0ecf831eec9f09"
            },
            {
              "priority": "2",
              "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/r1",
              "conditions": [
                "path-pattern: /1*"
              ],
              "action": "forward: targetgroup/r1/6d0ecf831eec9f09"
            },
            {
              "priority": "default",
              "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/default",
              "conditions": [],
              "action": "forward: targetgroup/default/6d0ecf831eec9f09"
            }
          ],
          "warnings": []
        }
      ]
    }
    "#);
}

#[test]
fn a_dry_run_and_a_status_change_nothing_and_show_the_moves_and_the_order() {
    let elb = one_listener(99, &[1, 2]);
    let answers = send(&elb, &["start-dry-run", "status"]);
    assert_eq!(elb.borrow().writes, [""; 0]);
    let dry = &answers[0];
    assert!(dry.dry_run && dry.outcome == Outcome::Unchanged);
    let moves: Vec<_> = dry.listeners[0].moves.iter().map(ToString::to_string).collect();
    assert_eq!(moves, ["maintenance 99→1", "r1 1→2", "r2 2→3"]);
    assert_eq!(answers[1].listeners[0].moves, []);
    assert_eq!(answers[1].listeners[0].rules.len(), 4);
    send(&elb, &["start"]);
    let writes = elb.borrow().writes.len();
    let answers = send(&elb, &["end-dry-run"]);
    assert_eq!(elb.borrow().writes.len(), writes);
    assert_eq!(answers[0].listeners[0].moves.len(), 3);
}

#[test]
fn a_bad_event_reads_and_writes_nothing() {
    let elb = one_listener(99, &[1, 2, 3]);
    let listener = MemoryListener::new(&elb, "web");
    let ending =
        runtime().block_on(invoke(&listener, &settings(), &json!({"type": "strat"}), time(START_OF_TIME)));
    let Ending::Failed(error) = ending else { panic!("{ending:?}") };
    insta::assert_snapshot!(error, @r#"type is "strat": unknown event type; accepted: "start", "end", "status", "check"; nothing was changed"#);
    assert_eq!(listener.faults.counts().0, 0, "a call was made");
}

#[test]
fn tags_of_others_stay() {
    let elb = one_listener(99, &[1]);
    let others = [("Team".to_owned(), "shop".to_owned())].into();
    elb.borrow_mut().add_tags(maintenance_rule("web").as_str(), &others).unwrap();
    send(&elb, &["start", "end"]);
    assert_eq!(
        elb.borrow().tags_of(maintenance_rule("web").as_str()).get("Team").map(String::as_str),
        Some("shop")
    );
}

#[test]
fn a_rule_that_has_no_room_for_tags_is_not_moved() {
    let elb = one_listener(99, &[1]);
    let many = (0..47).map(|number| (format!("tag-{number}"), String::new())).collect();
    elb.borrow_mut().add_tags(maintenance_rule("web").as_str(), &many).unwrap();
    let listener = MemoryListener::new(&elb, "web");
    let ending =
        runtime().block_on(invoke(&listener, &settings(), &event_file("start"), time(START_OF_TIME)));
    let Ending::Failed(error) = ending else { panic!("{ending:?}") };
    assert!(error.to_string().contains("TooManyTags"), "{error}");
    assert_eq!(ladder(&elb), "1 r1, 99 maintenance");
}

#[test]
fn a_target_group_that_nobody_answers_for_is_reported_before_it_matters() {
    let elb = one_listener(99, &[1]);
    elb.borrow_mut().set_health(&target_group("maintenance"), &["unhealthy"]);
    for event in ["status", "start-dry-run", "start"] {
        let answers = send(&elb, &[event]);
        assert!(codes(&answers[0]).contains(&"no-healthy-target"), "{event}");
    }
}

#[test]
fn a_target_health_that_nobody_tells_fails_no_switch() {
    let elb = one_listener(99, &[1]);
    let listener = MemoryListener::new(&elb, "web");
    // A page of rules, the tags, and then the target health.
    listener.faults.script([None, None, Some(Fault::Hung)]);
    let answer =
        runtime().block_on(answer(&listener, &settings(), &event_file("start"), time(START_OF_TIME)));
    assert_eq!(listener.faults.counts().1.keys().collect::<Vec<_>>(), [&Fault::Hung]);
    assert_eq!(answer.outcome, Outcome::Changed);
    assert_eq!(answer.listeners[0].standing.responder_can_answer, None);
}

#[test]
fn a_catch_all_that_rests_last_is_reported_while_it_rests() {
    let elb = one_listener(99, &[1]);
    let answers = send(&elb, &["status", "start", "end"]);
    assert_eq!(codes(&answers[0]), ["reachable-at-rest"]);
    assert!(codes(&answers[1]).is_empty(), "{:?}", codes(&answers[1]));
    assert_eq!(codes(&answers[2]), ["reachable-at-rest"]);
}
