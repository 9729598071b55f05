//! How long a window lasts, and which events come too late for it.

use std::cell::RefCell;
use std::rc::Rc;

use priority_switcher::error::SwitchError;
use priority_switcher::plan::{Settings, State};
use priority_switcher::report::{Answer, Outcome, Standing};
use serde_json::{Value, json};
use strict_elb::StrictElb;

use crate::support::faults::Fault;
use crate::support::listeners::{maintenance_rule, one_listener, order, settings};
use crate::support::memory_listener::MemoryListener;
use crate::support::run::{Ending, answer, event_file, invoke, runtime, time};

/// An operator's evening: events at times of day, each on the state that the one before left.
struct Evening {
    elb: Rc<RefCell<StrictElb>>,
    settings: Settings,
}

impl Evening {
    fn new() -> Self {
        Self { elb: one_listener(99, &[1, 2, 3]), settings: settings() }
    }

    fn at(&self, clock: &str, event: &Value) -> Answer {
        let listener = MemoryListener::new(&self.elb, "web");
        runtime().block_on(answer(&listener, &self.settings, event, at(clock)))
    }

    fn tag(&self, key: &str) -> Option<String> {
        let tags = self.elb.borrow().tags_of(maintenance_rule("web").as_str());
        tags.get(&format!("maintenance-mode:{key}")).cloned()
    }

    fn is_on(&self) -> bool {
        self.elb.borrow().priority_of(maintenance_rule("web").as_str()) == 1
    }
}

fn at(clock: &str) -> priority_switcher::timestamp::Timestamp {
    time(&format!("2026-03-01T{clock}:00Z"))
}

fn codes(answer: &Answer) -> Vec<&str> {
    answer.listeners[0].warnings.iter().map(|warning| warning.code).collect()
}

#[test]
fn the_first_check_after_until_ends_the_window() {
    let evening = Evening::new();
    evening.at("20:00", &json!({"type": "start", "until": "2026-03-01T21:00:00Z"}));
    assert_eq!(evening.at("20:59", &json!({"type": "check"})).outcome, Outcome::Unchanged);
    assert!(evening.is_on());
    assert_eq!(evening.at("21:00", &json!({"type": "check"})).outcome, Outcome::Changed);
    assert!(!evening.is_on());
    assert_eq!(evening.tag("until"), None);
}

#[test]
fn a_check_that_cannot_end_an_expired_window_still_tells_that_it_is_on() {
    let evening = Evening::new();
    evening.at("20:00", &json!({"type": "start", "minutes": 60}));
    let listener = MemoryListener::new(&evening.elb, "web");
    // Two pages of rules, the tags, the target health, and then the batch.
    listener.faults.script([None, None, None, None, Some(Fault::ServerError)]);
    let ending =
        runtime().block_on(invoke(&listener, &evening.settings, &json!({"type": "check"}), at("21:05")));
    let Ending::Failed(SwitchError::Listeners { standings, .. }) = ending else { panic!("{ending:?}") };
    let standing = Standing {
        listener_arn: maintenance_rule("web").listener(),
        state: State::Active,
        until: Some(at("21:00")),
        shadowed_rules: 0,
        responder_can_answer: Some(true),
    };
    assert_eq!(standings, [standing]);
    assert!(evening.is_on());
}

#[test]
fn a_window_without_until_is_never_ended_by_a_check() {
    let evening = Evening::new();
    evening.at("00:00", &json!({"type": "start"}));
    assert_eq!(evening.at("23:59", &json!({"type": "check"})).outcome, Outcome::Unchanged);
    assert!(evening.is_on());
}

#[test]
fn the_configured_maximum_is_the_default_end() {
    let mut evening = Evening::new();
    evening.settings.max_duration = Some(120);
    let answer = evening.at("20:00", &json!({"type": "start"}));
    assert_eq!(answer.listeners[0].until, Some(at("22:00")));
    evening.at("20:30", &json!({"type": "start"}));
    assert_eq!(
        evening.tag("until").as_deref(),
        Some("2026-03-01T22:00:00Z"),
        "a repeated start does not extend"
    );
}

#[test]
fn a_second_start_with_another_end_extends_the_window_and_moves_no_rule() {
    let evening = Evening::new();
    evening.at("20:00", &json!({"type": "start", "minutes": 60, "reason": "DB upgrade"}));
    let answer = evening.at("20:50", &json!({"type": "start", "minutes": 60}));
    assert_eq!((answer.outcome, answer.listeners[0].moves.len()), (Outcome::Changed, 0));
    assert_eq!(answer.listeners[0].since, Some(at("20:00")));
    assert_eq!(answer.listeners[0].until, Some(at("21:50")));
    assert_eq!(evening.tag("reason").as_deref(), Some("DB upgrade"));
    evening.at("21:00", &json!({"type": "check"}));
    assert!(evening.is_on(), "the first end no longer counts");
}

#[test]
fn the_dry_run_of_a_start_shows_the_end_that_would_be_in_force() {
    let evening = Evening::new();
    let dry = |clock, minutes: u32| {
        let answer = evening.at(clock, &json!({"type": "start", "minutes": minutes, "dryRun": true}));
        (answer.listeners[0].until, codes(&answer).contains(&"window-kept"))
    };
    assert_eq!(dry("20:00", 60), (Some(at("21:00")), false), "at rest");
    evening.at("20:00", &json!({"type": "start", "minutes": 60}));
    assert_eq!(dry("20:10", 20), (Some(at("21:00")), true));
    assert_eq!(dry("20:10", 60), (Some(at("21:10")), false));
    assert_eq!(evening.tag("until").as_deref(), Some("2026-03-01T21:00:00Z"));
}

#[test]
fn a_start_in_a_window_that_has_expired_begins_a_new_end() {
    let evening = Evening::new();
    evening.at("20:00", &json!({"type": "start", "minutes": 10}));
    evening.at("20:30", &json!({"type": "start"}));
    assert_eq!(evening.tag("until"), None);

    let mut evening = Evening::new();
    evening.settings.max_duration = Some(30);
    evening.at("20:31", &json!({"type": "start", "minutes": 1}));
    evening.at("20:40", &json!({"type": "start"}));
    assert_eq!(evening.tag("until").as_deref(), Some("2026-03-01T21:10:00Z"));
}

#[test]
fn a_reason_is_kept_in_the_tag_as_far_as_a_tag_can_hold_it() {
    let evening = Evening::new();
    let answer = evening.at("20:00", &json!({"type": "start", "reason": "DB upgrade (#42)"}));
    assert_eq!(evening.tag("reason").as_deref(), Some("DB upgrade __42_"));
    assert_eq!(codes(&answer), ["reason-adapted"]);
    evening.at("20:10", &json!({"type": "start", "reason": "x".repeat(1000)}));
    assert_eq!(evening.tag("reason").map(|reason| reason.len()), Some(255));
}

#[test]
fn a_late_retry_of_a_start_does_not_undo_an_end() {
    let evening = Evening::new();
    let start = json!({"type": "start", "scheduledAt": "2026-03-01T20:00:00Z"});
    evening.at("20:00", &start);
    evening.at("20:10", &json!({"type": "end"}));
    let answer = evening.at("20:11", &start);
    assert_eq!(answer.outcome, Outcome::Ignored);
    assert_eq!(codes(&answer)[0], "stale-start");
    assert!(!evening.is_on());
    evening.at("20:12", &json!({"type": "start"}));
    assert!(evening.is_on(), "an operator's own start is always obeyed");
}

/// EventBridge delivers at least once, retries for 24 hours, and replays archives
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>).
#[test]
fn an_eventbridge_event_that_comes_twice_or_late_is_ignored() {
    let evening = Evening::new();
    let mut event = event_file("start-from-eventbridge");
    event["time"] = json!("2026-03-01T20:00:00Z");
    assert_eq!(evening.at("20:00", &event).outcome, Outcome::Changed);
    evening.at("20:10", &json!({"type": "end"}));
    let mut unreplaced = event.clone();
    unreplaced["detail"]["scheduledAt"] = json!("<aws.scheduler.scheduled-time>");
    for (clock, event) in [("20:11", &event), ("23:30", &event), ("20:11", &unreplaced)] {
        let answer = evening.at(clock, event);
        assert_eq!((answer.outcome, codes(&answer)[0]), (Outcome::Ignored, "stale-start"), "{clock}");
        assert!(!evening.is_on());
    }
}

#[test]
fn a_start_that_comes_much_too_late_is_ignored() {
    let evening = Evening::new();
    let start = json!({"type": "start", "scheduledAt": "2026-03-01T20:00:00Z"});
    assert_eq!(evening.at("21:01", &start).outcome, Outcome::Ignored);
    assert!(!evening.is_on());
    assert_eq!(evening.at("21:00", &start).outcome, Outcome::Changed, "60 minutes are accepted");
}

#[test]
fn a_start_that_comes_after_the_end_of_its_own_window_is_ignored() {
    let evening = Evening::new();
    let end = evening.at("20:30", &json!({"type": "end", "scheduledAt": "2026-03-01T20:30:00Z"}));
    assert_eq!(end.outcome, Outcome::Unchanged, "there was nothing to end");
    let late = evening.at("20:40", &json!({"type": "start", "scheduledAt": "2026-03-01T20:00:00Z"}));
    assert_eq!(late.outcome, Outcome::Ignored);
    assert!(!evening.is_on());
}

#[test]
fn a_late_retry_of_an_end_does_not_open_the_system_in_a_new_window() {
    let evening = Evening::new();
    evening.at("20:00", &json!({"type": "start"}));
    evening.at("20:55", &json!({"type": "end"}));
    evening.at("21:10", &json!({"type": "start"}));
    let answer = evening.at("21:15", &json!({"type": "end", "scheduledAt": "2026-03-01T21:00:00Z"}));
    assert_eq!(answer.outcome, Outcome::Ignored);
    assert_eq!(codes(&answer)[0], "stale-end");
    assert!(evening.is_on());
}

#[test]
fn a_check_reports_a_rule_that_was_moved_by_hand_and_leaves_it_there() {
    let evening = Evening::new();
    evening.at("20:00", &json!({"type": "start"}));
    evening.elb.borrow_mut().move_by_hand(maintenance_rule("web").as_str(), 50).unwrap();
    let writes = evening.elb.borrow().writes.len();
    let answer = evening.at("20:05", &json!({"type": "check"}));
    assert!(codes(&answer).contains(&"drift"), "{:?}", codes(&answer));
    assert_eq!(answer.listeners[0].state, State::Resting);
    assert_eq!(evening.elb.borrow().writes.len(), writes, "a check re-asserted something");
    evening.at("20:10", &json!({"type": "end"}));
    let order = order(&evening.elb.borrow(), "web");
    assert_eq!(order.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2, 3, 99]);
}

#[test]
fn a_check_reports_a_rule_on_top_that_no_record_explains() {
    let evening = Evening::new();
    evening.at("20:00", &json!({"type": "start"}));
    evening.elb.borrow_mut().wipe_tags(maintenance_rule("web").as_str());
    let answer = evening.at("20:05", &json!({"type": "check"}));
    assert!(codes(&answer).contains(&"record-missing"), "{:?}", codes(&answer));
    assert!(evening.is_on());
}
