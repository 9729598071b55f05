use super::*;
use crate::message::{LONGEST_BODY, MAX_BYTES};
use crate::rule::{Action, DefaultRule, Rule, Scope};

const SINCE: &str = "2026-11-25T22:00:00Z";

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

fn record(since: Option<&str>) -> Record {
    let time = |text: &str| text.parse().unwrap();
    Record { since: since.map(time), until: Some(time("2026-11-25T23:00:00Z")), ..Record::default() }
}

fn planned(today: &str, state: State, since: Option<&str>, news: Option<&str>) -> Telling {
    let news = news.map(|text| Message::new(text).unwrap());
    let truth = Truth { state, record: &record(since), earlier: None, news: news.as_ref() };
    plan(&order(1, Some(today), false), &arn("status"), "2".parse().unwrap(), &truth)
}

/// The step as the log has it.
fn step(today: &str, state: State, since: Option<&str>, news: Option<&str>) -> String {
    planned(today, state, since, news).step.map(|step| step.to_string()).unwrap_or_default()
}

const AT_REST: &str = r#"{"state":"resting","since":null,"until":null,"message":null}"#;
const ON: &str = r#"{"state":"active","since":"2026-11-25T22:00:00Z","until":"2026-11-25T23:00:00Z","message":"Back soon"}"#;

#[test]
fn a_rule_that_tells_the_truth_is_left_alone() {
    assert_eq!(step(AT_REST, State::Resting, None, None), "");
    assert_eq!(step(ON, State::Active, Some(SINCE), None), "");
    assert_eq!(step(ON, State::Active, Some(SINCE), Some("Back soon")), "");
}

#[test]
fn what_is_told_are_the_state_and_of_a_window_its_times_and_its_message() {
    insta::assert_snapshot!(step(AT_REST, State::Active, Some(SINCE), Some("\"곧\"")), @r#"tell status {"state":"active","since":"2026-11-25T22:00:00Z","until":"2026-11-25T23:00:00Z","message":"\"곧\""}"#);
    insta::assert_snapshot!(step(ON, State::Resting, Some(SINCE), Some("late")), @r#"tell status {"state":"resting","since":null,"until":null,"message":null}"#);
    insta::assert_snapshot!(step(ON, State::Partial, None, None), @r#"tell status {"state":"partial","since":null,"until":"2026-11-25T23:00:00Z","message":null}"#);
}

#[test]
fn a_message_stays_with_its_window_until_another_one_comes() {
    let message = |today: &str, since, news| {
        planned(today, State::Active, since, news).message.map(|message| message.to_string())
    };
    assert_eq!(message(ON, Some(SINCE), Some("At nine")).as_deref(), Some("At nine"));
    assert_eq!(message(ON, Some("2026-11-25T22:00:01Z"), None), None, "another window");
    assert_eq!(message(&ON.replace("Back", r"Back\n"), Some(SINCE), None), None, "made by hand");
    let earlier = Some(SINCE.parse().unwrap());
    let truth =
        Truth { state: State::Active, record: &record(Some("2026-11-25T22:30:00Z")), earlier, news: None };
    let telling = plan(&order(1, Some(ON), false), &arn("status"), "2".parse().unwrap(), &truth);
    assert_eq!(telling.message, telling.told, "this invocation has it last longer");
}

#[test]
fn a_body_that_cannot_be_read_is_mended() {
    for today in ["", "closed", "[]", r#"{"since":1}"#, r#"{"message":"x"}"#, &format!(" {AT_REST}")] {
        assert_eq!(step(today, State::Resting, None, None), format!("tell status {AT_REST}"), "{today}");
    }
}

#[test]
fn the_longest_message_makes_the_longest_body() {
    let message = "🚧".repeat(MAX_BYTES / 4) + &"x".repeat(MAX_BYTES % 4);
    let telling = planned(ON, State::Active, Some(SINCE), Some(&message));
    assert_eq!(telling.step.unwrap().status.to_string().len(), LONGEST_BODY);
    let escaped = planned(ON, State::Active, Some(SINCE), Some(r#"A "quoted" \ word"#)).step.unwrap().status;
    let body: serde_json::Value = serde_json::from_str(&escaped.to_string()).unwrap();
    assert_eq!(body["message"], r#"A "quoted" \ word"#);
}

#[test]
fn a_rule_that_nobody_hears_or_that_is_another_one_is_told_of() {
    let trouble = |order: &RuleOrder, rule: &str| {
        let truth = Truth { state: State::Active, record: &record(None), earlier: None, news: None };
        let telling = plan(order, &arn(rule), "2".parse().unwrap(), &truth);
        let will = if telling.step.is_some() { "told all the same" } else { "left alone" };
        format!("{}; {will}", telling.trouble.unwrap().message)
    };
    insta::assert_snapshot!(trouble(&order(1, Some(ON), false), "other"), @"the status rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/other is not among the listener's rules; deploy again to bring it back; left alone");
    insta::assert_snapshot!(trouble(&order(1, None, false), "status"), @"the status rule at 1 is left alone, because it is no fixed response of JSON with status 200, but redirect: 301; left alone");
    insta::assert_snapshot!(trouble(&order(2, Some(ON), false), "status"), @"the status rule stands at 2, where nobody reaches it while the maintenance rule stands at 2; move it above that; told all the same");
    insta::assert_snapshot!(trouble(&order(1, Some(ON), true), "status"), @"the status rule at 1 answers every request; give it the condition of a path of its own; told all the same");
}
