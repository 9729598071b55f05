use super::*;
use crate::record::Tags;
use crate::rule::{Action, DefaultRule, Rule, Scope};
use crate::text::{MAX_BODY_BYTES, MAX_MESSAGE_BYTES};

const AT_REST: &str = r#"{"state":"resting","since":null,"until":null,"message":null}"#;
const HELLO: &str = r#"{"state":"active","since":"2026-11-25T22:00:00Z","until":null,"message":"Hello"}"#;

fn arn(name: &str) -> RuleArn {
    format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/{name}")
        .parse()
        .unwrap()
}

fn order(priority: u32, fixed_json: Option<&str>, is_whole: bool) -> RuleOrder {
    let action = || Action { kind: "redirect".into(), description: "redirect: 301".into() };
    let status = Rule {
        arn: arn("status"),
        priority: priority.try_into().unwrap(),
        conditions: Vec::new(),
        action: action(),
        scope: Scope::of_hosts(Vec::new(), is_whole),
        target_groups: Vec::new(),
        fixed_json: fixed_json.map(str::to_owned),
    };
    RuleOrder::new(vec![status], DefaultRule { arn: arn("default"), action: action() }).unwrap()
}

fn record(since: &str, until: &str, ended_at: &str) -> Record {
    let tags = [("since", since), ("until", until), ("ended-at", ended_at)];
    let tags: Tags =
        tags.into_iter().map(|(key, value)| (format!("maintenance-mode:{key}"), value.to_owned())).collect();
    Record::read(&tags, "2026-11-25T23:00:00Z".parse().unwrap(), None)
}

fn update(today: &str, state: State, record: &Record, news: News<'_>) -> StatusUpdate {
    plan(&order(1, Some(today), false), &arn("status"), "2".parse().unwrap(), state, record, news)
}

fn body(today: &str, state: State, record: &Record, news: News<'_>) -> String {
    update(today, state, record, news).status.map(|status| status.to_string()).unwrap_or_default()
}

#[test]
fn the_body_follows_the_state() {
    let window = record("2026-11-25T22:00:00Z", "2026-11-26T04:00:00Z", "");
    insta::assert_snapshot!(body(AT_REST, State::Active, &window, News::Keep), @r#"{"state":"active","since":"2026-11-25T22:00:00Z","until":"2026-11-26T04:00:00Z","message":null}"#);
    insta::assert_snapshot!(body(AT_REST, State::Resting, &window, News::Keep), @"");
    insta::assert_snapshot!(body("closed", State::Resting, &window, News::Keep), @r#"{"state":"resting","since":null,"until":null,"message":null}"#);
    insta::assert_snapshot!(body(HELLO, State::Resting, &record("", "", ""), News::Keep), @r#"{"state":"resting","since":null,"until":null,"message":null}"#);
}

#[test]
fn a_message_stays_with_its_window() {
    let new = "Nearly \"done\"";
    let kept = |since: &str, ended_at: &str, news| {
        let update = update(HELLO, State::Active, &record(since, "", ended_at), news);
        update.message.unwrap_or_default()
    };
    assert_eq!(kept("2026-11-25T22:00:00Z", "", News::Keep), "Hello");
    assert_eq!(kept("2026-11-25T22:30:00Z", "2026-11-25T21:00:00Z", News::Keep), "Hello", "counted anew");
    assert_eq!(kept("2026-11-25T22:30:00Z", "2026-11-25T22:10:00Z", News::Keep), "", "of an earlier window");
    let by_hand = r#"{"state":"active","since":null,"until":null,"message":"Hello"}"#;
    let restored = update(
        by_hand,
        State::Active,
        &record("2026-11-25T22:30:00Z", "2026-11-25T22:10:00Z", ""),
        News::Keep,
    );
    assert_eq!(restored.message, Some("Hello".to_owned()), "closed by hand, recorded by a check");
    assert_eq!(kept("2026-11-25T22:00:00Z", "", News::Replace(Some(new))), new);
    assert_eq!(kept("2026-11-25T22:00:00Z", "", News::Replace(None)), "");
}

#[test]
fn the_longest_message_fits_in_every_state() {
    let window = record("2026-11-25T22:00:00Z", "2026-11-26T04:00:00Z", "");
    let fill = |text: &str, most: usize| text.repeat(most / text.len());
    for text in ["é".repeat(255), "\\".repeat(255), fill("🚧", MAX_MESSAGE_BYTES)] {
        assert!(text::is_message(&text), "{text}");
        for state in [State::Active, State::Resting] {
            let body = body("", state, &window, News::Replace(Some(&text)));
            assert!(body.len() <= MAX_BODY_BYTES, "{} bytes: {body}", body.len());
        }
    }
}

#[test]
fn a_status_rule_that_visitors_cannot_read_is_reported() {
    let record = record("2026-11-25T22:00:00Z", "", "");
    let trouble = |order: &RuleOrder, name: &str| {
        plan(order, &arn(name), "2".parse().unwrap(), State::Active, &record, News::Keep)
            .trouble
            .unwrap_or_default()
    };
    insta::assert_snapshot!(trouble(&order(1, None, false), "other"), @"the status rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/other was deleted; deploy without StatusPath, then with it, to bring it back");
    insta::assert_snapshot!(trouble(&order(1, None, false), "status"), @"the status rule at 1 is left alone, because it is no fixed response of JSON with status 200, but redirect: 301");
    insta::assert_snapshot!(trouble(&order(2, Some(""), false), "status"), @"the status rule is at 2, below the maintenance rule's active priority 2, where no request reaches it; move it above that");
    insta::assert_snapshot!(trouble(&order(1, Some(""), true), "status"), @"the status rule at 1 answers every request; give it the condition of a path of its own");
    insta::assert_snapshot!(trouble(&order(1, Some(""), false), "status"), @"");
}
