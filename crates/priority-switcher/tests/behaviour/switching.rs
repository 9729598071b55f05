//! Events on one listener: what they answer, and what they leave.

use priority_switcher::handler::handle;
use priority_switcher::report::Outcome;
use priority_switcher::state::State;
use serde_json::json;

use crate::support::disturbance::{Change, Circumstance, Fault};
use crate::support::run::{Ending, event_file, invoke, moment, runtime};
use crate::support::site::{Site, at, codes, message, moves, report, rule};

#[test]
fn the_answer_has_the_contracts_form() {
    let site = Site::new(&[2]);
    let answer = site.answer_at("22:00", &event_file("start-two-hours"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&answer).unwrap(), @r#"
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
      "until": "2026-03-02T00:00:00Z",
      "reason": "DB upgrade",
      "message": null,
      "lastWindow": null,
      "moves": [
        {
          "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance",
          "from": 50000,
          "to": 1
        },
        {
          "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/placeholder",
          "from": 1,
          "to": 50000
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
          "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/r2",
          "conditions": [
            "path-pattern: /2*"
          ],
          "action": "forward: targetgroup/r2/6d0ecf831eec9f09"
        },
        {
          "priority": "50000",
          "ruleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/placeholder",
          "conditions": [
            "path-pattern: /placeholder"
          ],
          "action": "fixed-response: 200"
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
fn an_end_answers_with_the_last_window() {
    let site = Site::new(&[2]);
    site.at("22:00", &event_file("start"));
    let end = site.at("22:30", &event_file("end"));
    insta::assert_snapshot!(serde_json::to_string(&end.last_window).unwrap(), @r#"{"since":"2026-03-01T22:00:00Z","endedAt":"2026-03-01T22:30:00Z"}"#);
    assert_eq!((end.since, end.until, end.reason.as_deref()), (None, None, None));
    assert_eq!(site.ladder(), "1 placeholder, 2 r2, 50000 maintenance");
    assert_eq!(site.at("22:40", &event_file("start-dry-run")).last_window, end.last_window);
    let start = site.at("23:00", &event_file("start"));
    assert_eq!((start.last_window, site.ladder()), (None, "1 maintenance, 2 r2, 50000 placeholder".into()));
}

#[test]
fn rehearsals_and_a_status_write_nothing() {
    let site = Site::new(&[2]);
    let dry = site.answer_at("22:00", &json!({"type": "start", "minutes": 60, "dryRun": true}));
    let dry = (dry.dry_run, dry.outcome, moves(report(&dry)), report(&dry).until);
    let expected = "maintenance 50000→1, placeholder 1→50000".to_owned();
    assert_eq!(dry, (true, Outcome::Unchanged, expected, Some(at("23:00"))));
    assert_eq!(site.at("22:00", &event_file("status")).rules.len(), 4);
    assert_eq!(site.writes(), 0);
    site.at("22:00", &event_file("start"));
    let writes = site.writes();
    let dry = site.at("22:10", &event_file("end-dry-run"));
    assert_eq!(moves(&dry), "maintenance 1→50000, placeholder 50000→1");
    assert_eq!(site.writes(), writes);
}

#[test]
fn a_bad_event_makes_no_call() {
    let site = Site::new(&[]);
    let listener = site.listener();
    let event = json!({"type": "strat"});
    let ending = runtime().block_on(invoke(&listener, &site.settings, &event, at("22:00")));
    let Ending::Failed(error) = ending else { panic!("{ending:?}") };
    insta::assert_snapshot!(error, @r#"type is "strat"; accepted: "start", "end", "status", "check", "message"; nothing was changed"#);
    assert_eq!(listener.calls.get(), 0);
}

#[test]
fn a_taken_active_priority_is_named_before_it_matters() {
    let site = Site::new(&[]);
    site.move_by_hand("placeholder", 2);
    site.elb.borrow_mut().add_rule(crate::support::site::forward("shop", Some(1), "/shop*"));
    for event in ["status", "check", "start-dry-run"] {
        assert!(codes(&site.at("22:00", &event_file(event))).contains(&"active-priority-taken"), "{event}");
    }
    insta::assert_snapshot!(site.error_at("22:00", &event_file("start")), @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: active-priority-taken: a rule that is not the stack's holds the active priority 1: arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/shop (path-pattern: /shop*); a start fails until that priority is free; `scripts/maintenance preflight` prints the command that makes room; nothing was changed");
    assert_eq!(site.writes(), 0);
}

#[test]
fn a_missing_placeholder_is_a_warning() {
    let site = Site::new(&[2]);
    site.move_by_hand("placeholder", 7);
    let status = site.at("22:00", &event_file("status"));
    insta::assert_snapshot!(message(&status, "placeholder-missing"), @"the placeholder rule is at 7, so another rule can take the active priority 1; send `end` to put it back");
    assert_eq!(message(&site.at("22:00", &event_file("end")), "placeholder-missing"), "");
    site.elb.borrow_mut().remove_rule(rule("placeholder").as_str());
    let check = site.at("22:00", &event_file("check"));
    insta::assert_snapshot!(message(&check, "placeholder-missing"), @r#"the placeholder rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/placeholder was deleted, so another rule can take the active priority 1; bring it back as the runbook's "A deleted rule" says"#);
    site.at("22:10", &event_file("start"));
    assert!(site.is_closed());
}

#[test]
fn a_taken_resting_priority_fails_the_end_and_opens() {
    let site = Site::new(&[]);
    site.at("22:00", &event_file("start"));
    site.elb.borrow_mut().remove_rule(rule("placeholder").as_str());
    site.elb.borrow_mut().add_rule(crate::support::site::forward("shop", Some(50_000), "/shop*"));
    insta::assert_snapshot!(site.error_at("22:30", &event_file("end")), @"end: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: resting-priority-taken: another rule holds the resting priority 50000: arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/shop (path-pattern: /shop*); move that rule to another priority, then send the end again");
    assert_eq!(site.ladder(), "49999 maintenance, 50000 shop");
    let dry = site.error_at("22:30", &event_file("end-dry-run"));
    assert!(dry.contains("resting-priority-taken"), "{dry}");
}

#[test]
fn a_switch_that_was_undone_is_not_repeated() {
    let site = Site::new(&[]);
    // The second start writes no priorities.
    for (clock, calls) in [("22:00", 4), ("22:20", 3)] {
        let listener = site.listener();
        let undo =
            Circumstance { change: Some(Change::Move { which: 0, place: 40_000 }), ..Default::default() };
        listener.script.set(&[vec![Circumstance::default(); calls], vec![undo]].concat());
        let start = json!({"type": "start", "minutes": 30});
        let ending = runtime().block_on(invoke(&listener, &site.settings, &start, at(clock)));
        let Ending::Answered(answer) = ending else { panic!("{ending:?}") };
        assert_eq!(codes(report(&answer))[0], "overtaken");
        assert_eq!((report(&answer).state, site.place_of("maintenance")), (State::Resting, 40_000));
        site.at("22:10", &start);
    }
}

#[test]
fn a_conflict_is_read_and_planned_anew() {
    let site = Site::new(&[]);
    site.move_by_hand("placeholder", 7);
    let listener = site.listener();
    let taken = Circumstance { change: Some(Change::Add { place: 1 }), ..Default::default() };
    listener.script.set(&[vec![Circumstance::default(); 3], vec![taken]].concat());
    let ending = runtime().block_on(invoke(&listener, &site.settings, &event_file("start"), at("22:00")));
    let Ending::Failed(error) = ending else { panic!("{ending:?}") };
    assert!(error.to_string().contains("active-priority-taken"), "{error}");
}

/// Rules are read before tags: of a start in between, a check must not see the swap and miss the record.
#[test]
fn a_check_beside_a_start_keeps_its_window() {
    let site = Site::new(&[]);
    let (slow, quick) = (site.listener(), site.listener());
    slow.script.set(&[Circumstance::default(), Circumstance { turns: 20, ..Default::default() }]);
    let (check, start) = (event_file("check"), json!({"type": "start", "minutes": 60}));
    runtime().block_on(async {
        let check = invoke(&slow, &site.settings, &check, at("22:00"));
        tokio::join!(check, invoke(&quick, &site.settings, &start, at("22:00")))
    });
    assert_eq!((site.is_closed(), site.tag("until")), (true, "2026-03-01T23:00:00Z".to_owned()));
}

#[test]
fn rules_that_keep_changing_fail_the_event() {
    let site = Site::new(&[]);
    let listener = site.listener();
    listener.fate.set(Some(("SetRulePriorities", Fault::Conflict)));
    let ending = runtime().block_on(invoke(&listener, &site.settings, &event_file("start"), at("22:00")));
    let Ending::Failed(error) = ending else { panic!("{ending:?}") };
    insta::assert_snapshot!(error, @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: another process changed the listener's rules 10 times in a row; the rules are whole. Send the same event again: it completes what is missing and repeats nothing.");
}

#[test]
fn a_check_that_fails_answers_with_its_error() {
    let site = Site::new(&[]);
    site.at("20:00", &json!({"type": "start", "minutes": 60}));
    let listener = site.listener();
    listener.fate.set(Some(("SetRulePriorities", Fault::Refused)));
    let ending = runtime().block_on(invoke(&listener, &site.settings, &event_file("check"), at("21:05")));
    let Ending::Answered(answer) = ending else { panic!("{ending:?}") };
    insta::assert_snapshot!(serde_json::to_string(&answer).unwrap(), @r#"{"type":"check","outcome":"unchanged","dryRun":false,"listeners":[{"listenerArn":"arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc6c495c0c9188/web","ruleArn":"arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance","error":"SetRulePriorities: HTTP status 503"}]}"#);
    assert!(site.is_closed());
    assert_eq!(site.outcome_at("21:10", &event_file("check")), Outcome::Changed);
    assert!(!site.is_closed());
}

#[test]
fn a_check_without_permission_reports_overdue() {
    let site = Site::new(&[]);
    site.at("20:00", &json!({"type": "start", "minutes": 60}));
    let listener = site.listener();
    listener.fate.set(Some(("SetRulePriorities", Fault::Denied)));
    let check = event_file("check").to_string();
    let handled = runtime().block_on(handle(&[listener], &site.settings, &check, moment(at("21:05"))));
    let lines = handled.measures.lines("switcher", at("21:05"));
    assert!(lines[0].contains(r#""MaintenanceOverdue":1"#), "{lines:?}");
}

/// EventBridge delivers at least once, retries for 24 hours, and replays archives
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>).
#[test]
fn a_replayed_eventbridge_event_is_ignored() {
    let site = Site::new(&[]);
    let mut event = event_file("start-from-eventbridge");
    event["time"] = json!("2026-03-01T20:00:00Z");
    assert_eq!(site.outcome_at("20:00", &event), Outcome::Changed);
    site.at("20:10", &event_file("end"));
    let mut unreplaced = event.clone();
    unreplaced["detail"]["scheduledAt"] = json!("<aws.scheduler.scheduled-time>");
    for (clock, event) in [("20:11", &event), ("23:30", &event), ("20:11", &unreplaced)] {
        let answer = site.answer_at(clock, event);
        assert_eq!((answer.outcome, codes(report(&answer))[0]), (Outcome::Ignored, "stale-event"), "{clock}");
    }
    assert!(!site.is_closed());
}

#[test]
fn a_check_leaves_rules_where_a_hand_put_them() {
    let site = Site::new(&[60]);
    site.at("20:00", &event_file("start"));
    site.move_by_hand("maintenance", 70);
    let check = site.at("20:05", &event_file("check"));
    insta::assert_snapshot!(message(&check, "drift"), @"the tags record maintenance since 2026-03-01T20:00:00Z, but the system is open: the rules were moved by hand, or a start was interrupted; send `end` to settle the record, or `start` to close the system");
    site.move_by_hand("maintenance", 50);
    assert!(codes(&site.at("20:10", &event_file("check"))).is_empty());
    site.at("20:15", &event_file("end"));
    assert_eq!(site.ladder(), "1 placeholder, 60 r60, 50000 maintenance");
    site.move_by_hand("maintenance", 50);
    insta::assert_snapshot!(message(&site.at("20:20", &event_file("check")), "drift"), @"the system is closed, but the tags record no window: the rules were moved by hand, or tags were lost; if unintended, send `end`");
    assert_eq!((site.tag("since"), site.tag("until")), ("2026-03-01T20:20:00Z".into(), String::new()));
}
