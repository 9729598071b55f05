use super::*;
use crate::fixtures::{ARNS, arn, own_rules, rules, settings, situation};
use crate::state::Settings;
use crate::text::{MAX_BODY_BYTES, MAX_MESSAGE_BYTES};

const AT_REST: &str = r#"{"state":"resting","since":null,"until":null,"message":null}"#;
const HELLO: &str = r#"{"state":"active","since":"2026-03-01T20:00:00Z","until":null,"message":"Hello"}"#;

const RESTING: &str = "S1 P2 M50000";
const ACTIVE: &str = "S1 M2 P50000";

/// The status rule is the first of `order`.
fn planned(order: &str, today: Option<&str>, record: &str, news: &News) -> Result<StatusUpdate, String> {
    let settings = Settings { active: "2".parse().unwrap(), ..settings() };
    let mut rules = rules(order);
    rules[0].fixed_json = today.map(str::to_owned);
    plan(&situation(&own_rules(), &settings, rules, record), &arn(&order[..1]), news)
}

/// The new body, if there is one.
fn body(today: &str, order: &str, record: &str, news: &News) -> String {
    let update = planned(order, Some(today), record, news).unwrap();
    if update.is_new { update.body } else { String::new() }
}

#[test]
fn the_body_follows_the_state() {
    let window = "since=20:00 until=23:30";
    insta::assert_snapshot!(body(AT_REST, ACTIVE, window, &News::Keep), @r#"{"state":"active","since":"2026-03-01T20:00:00Z","until":"2026-03-01T23:30:00Z","message":null}"#);
    insta::assert_snapshot!(body(AT_REST, RESTING, window, &News::Keep), @"");
    insta::assert_snapshot!(body("closed", RESTING, window, &News::Keep), @r#"{"state":"resting","since":null,"until":null,"message":null}"#);
    insta::assert_snapshot!(body(HELLO, RESTING, "", &News::Keep), @r#"{"state":"resting","since":null,"until":null,"message":null}"#);
}

#[test]
fn a_message_stays_with_its_window() {
    let cases = [
        (HELLO, "since=20:00", News::Keep, "Hello"),
        // Counted anew, in the same window.
        (HELLO, "since=20:30 ended-at=19:00", News::Keep, "Hello"),
        (HELLO, "since=20:30 ended-at=20:10", News::Keep, ""),
        // Closed by hand, recorded by a check.
        (r#"{"since":null,"message":"Hello"}"#, "since=20:30 ended-at=20:10", News::Keep, "Hello"),
        (HELLO, "since=20:00", News::Replace(Some("Nearly \"done\"".to_owned())), "Nearly \"done\""),
        (HELLO, "since=20:00", News::Replace(None), ""),
    ];
    for (today, record, news, expected) in cases {
        let message = planned(ACTIVE, Some(today), record, &news).unwrap().message;
        assert_eq!(message.unwrap_or_default(), expected, "{today} {record} {news:?}");
    }
}

#[test]
fn the_longest_message_fits() {
    let fill = |text: &str, most: usize| text.repeat(most / text.len());
    for text in ["é".repeat(255), "\\".repeat(255), fill("🚧", MAX_MESSAGE_BYTES)] {
        assert!(text::is_message(&text), "{text}");
        let body = body("", ACTIVE, "since=20:00 until=23:30", &News::Replace(Some(text)));
        assert!(body.contains("message") && body.len() <= MAX_BODY_BYTES, "{} bytes: {body}", body.len());
    }
}

#[test]
fn a_status_rule_that_visitors_cannot_read_is_reported() {
    let trouble = |order: &str, today: Option<&str>| {
        let update = planned(order, today, "since=20:00", &News::Keep);
        update.map_or_else(|why| why, |update| update.trouble.unwrap_or_default())
    };
    insta::assert_snapshot!(trouble("S1 M2", None), @"the status rule at 1 is left alone, because it is no fixed response of JSON with status 200, but redirect: 301");
    insta::assert_snapshot!(trouble("S2 M50000", Some("")), @"the status rule is at 2, below the maintenance rule's active priority 2, where no request reaches it; move it above that");
    insta::assert_snapshot!(trouble("M1 P2", Some("")), @"the status rule at 1 answers every request; give it the condition of a path of its own");
    insta::assert_snapshot!(trouble("S1 M2", Some("")), @"");
    let deleted = plan(&situation(&own_rules(), &settings(), rules(ACTIVE), ""), &arn("x"), &News::Keep);
    insta::assert_snapshot!(deleted.unwrap_err().replace(ARNS, "…"), @"the status rule …x was deleted; deploy without StatusPath, then with it, to bring it back");
}
