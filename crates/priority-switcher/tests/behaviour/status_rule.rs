//! What the status rule publishes when, and that it never stops a switch.

use priority_switcher::report::{ListenerReport, Outcome};
use priority_switcher::state::State;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::disturbance::{Circumstance, Fault};
use crate::support::run::{at, runtime};
use crate::support::site::{AT_REST, Site, codes, report};

fn trouble(report: &ListenerReport) -> &str {
    let found = report.warnings.iter().find(|warning| warning.code == "status-not-published");
    found.map_or("", |warning| &warning.message)
}

#[test]
fn a_window_is_published_last_and_until_its_end() {
    let site = Site::with_status();
    let on = site.at("20:00", "start-with-message");
    insta::assert_snapshot!(site.body(), @r#"{"state":"active","since":"2026-03-01T20:00:00Z","until":"2026-03-01T22:00:00Z","message":"We are moving to a bigger database. Your orders are safe."}"#);
    assert_eq!(on.message.unwrap(), "We are moving to a bigger database. Your orders are safe.");
    assert_eq!((on.reason.as_deref(), on.warnings), (Some("DB upgrade"), Vec::new()));
    let off = site.at("21:00", "end");
    assert_eq!((site.body().as_str(), off.message), (AT_REST, None));
    let calls = site.elb.borrow().writes.join(" ");
    assert_eq!(calls, "AddTags SetRulePriorities ModifyRule SetRulePriorities AddTags ModifyRule");
}

#[test]
fn a_message_changes_nothing_else() {
    let site = Site::with_status();
    site.at("20:00", r#"{"type": "start", "minutes": 60}"#);
    let writes = site.writes();
    let (soon, none) = (r#"{"type": "message", "message": "곧"}"#, r#"{"type": "message", "message": null}"#);
    for (event, end, outcome) in [
        (soon, r#""message":"곧"}"#, Outcome::Changed),
        (soon, r#""message":"곧"}"#, Outcome::Unchanged),
        (none, r#""message":null}"#, Outcome::Changed),
    ] {
        assert_eq!(site.at("20:10", event).outcome, outcome, "{event}");
        assert!(site.body().ends_with(end), "{}", site.body());
    }
    assert_eq!(site.writes(), writes + 2);
}

#[test]
fn a_message_that_is_not_published_fails() {
    let site = Site::plain();
    insta::assert_snapshot!(trouble(&site.at("20:00", "start-with-message")), @"there is no status rule (the template's StatusPath)");
    assert_eq!(trouble(&site.at("20:10", "start")), "");
    insta::assert_snapshot!(site.error_at("20:10", "message"), @"message: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the message was not published: there is no status rule (the template's StatusPath)");
    let site = Site::with_status();
    site.at("20:00", "start");
    let error = site.failing("ModifyRule", Fault::Refused).error_at("20:10", "message");
    insta::assert_snapshot!(error, @"message: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the message was not published: ModifyRule: HTTP status 503; send the message again");
}

#[test]
fn a_start_keeps_replaces_or_clears_the_message() {
    let site = Site::with_status();
    for (clock, rest, expected) in [
        ("20:00", r#""minutes": 60, "message": "Hello""#, "Hello"),
        // Extended.
        ("20:10", r#""minutes": 60"#, "Hello"),
        ("20:20", r#""message": "Soon""#, "Soon"),
        // Also where the earlier end is refused.
        ("20:30", r#""minutes": 1, "message": "Now""#, "Now"),
        // Stale.
        ("20:40", r#""scheduledAt": "2026-03-01T19:00:00Z", "message": "Late""#, "Now"),
        // A new window after the limit.
        ("21:30", r#""reason": "upgrade""#, ""),
    ] {
        let started = site.at(clock, &format!(r#"{{"type": "start", {rest}}}"#));
        assert_eq!(started.message.unwrap_or_default(), expected, "{rest}");
    }
}

#[test]
fn rehearsals_and_a_status_only_report() {
    let site = Site::with_status();
    let start = r#"{"type": "start", "minutes": 60, "message": "Hello", "dryRun": true}"#;
    let answer = site.answer_at("20:00", start);
    let dry = report(&answer);
    assert_eq!((answer.dry_run, answer.outcome, dry.until), (true, Outcome::Unchanged, Some(at("21:00"))));
    assert_eq!((dry.message.as_deref(), dry.moves.len()), (Some("Hello"), 2));
    assert_eq!((site.body().as_str(), site.writes()), (AT_REST, 0));
    site.publish_by_hand("closed");
    let writes = site.writes();
    let status = site.at("20:05", "status");
    assert_eq!(codes(&status), ["reachable-at-rest", "status-not-published"]);
    insta::assert_snapshot!(trouble(&status), @r#"the status rule publishes something else than {"state":"resting","since":null,"until":null,"message":null}; the next check mends that"#);
    assert_eq!((site.body().as_str(), site.writes()), ("closed", writes));
    site.at("20:10", "start");
    let writes = site.writes();
    assert_eq!(site.at("20:20", "end-dry-run").moves.len(), 2);
    assert_eq!(site.writes(), writes);
}

#[test]
fn what_only_adds_to_a_start_never_fails_it() {
    let news = "start-with-message";
    for (event, call, fault, expected) in [
        (news, "ModifyRule", Fault::Refused, "ModifyRule: HTTP status 503; send the message again"),
        (news, "ModifyRule", Fault::Denied, "ModifyRule: AccessDenied"),
        ("start", "ModifyRule", Fault::Hung, "ModifyRule: no answer in time; the next check tries again"),
        ("start", "DescribeTargetHealth", Fault::Hung, ""),
        ("start", "DescribeTargetHealth", Fault::Refused, ""),
    ] {
        let site = Site::with_status();
        let started = site.failing(call, fault).at("20:00", event);
        assert_eq!((trouble(&started), &started.message), (expected, &None), "{call}");
        assert_eq!((started.outcome, started.state), (Outcome::Changed, State::Active), "{call}");
        let can_answer =
            site.failing(call, fault).handled_at("20:00", "check").measures.listeners[0].can_answer;
        assert_eq!(can_answer.is_none(), call == "DescribeTargetHealth", "{call}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn the_last_event_publishes_the_state(
        events in proptest::collection::vec((0_usize..5, proptest::collection::vec(any::<u8>(), 0..14)), 0..8),
        by_hand in proptest::sample::select(vec!["", "closed", AT_REST, r#"{"since":null,"message":"Hello"}"#]),
        last in proptest::sample::select(vec!["check", "start", "end"]),
    ) {
        use Fault::{Hung, KilledAfter, KilledBefore, Lost, Refused};
        let site = Site::with_status();
        site.publish_by_hand(by_hand);
        let clear = r#"{"type": "message", "message": null}"#;
        for (kind, fates) in events {
            let event = ["start", "start-with-message", "end", "check", clear][kind];
            let fault = |fate| [Refused, Lost, Hung, KilledBefore, KilledAfter].get(usize::from(fate) / 10).copied();
            let script = fates.into_iter().map(|fate| Circumstance { fault: fault(fate), ..Circumstance::default() });
            runtime().block_on(site.disturbed(script.collect()).send("20:00", event));
        }
        let report = site.at("20:10", last);
        let body: Value = serde_json::from_str(&site.body()).unwrap();
        let published = json!([body["state"], body["since"], body["until"], body["message"]]);
        prop_assert_eq!(published, json!([report.state, report.since, report.until, report.message]));
        prop_assert_eq!(trouble(&report), "");
        prop_assert_eq!(site.place_of("status"), 1);
    }
}
