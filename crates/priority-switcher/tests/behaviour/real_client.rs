//! The real SDK client against the strict load balancer over HTTP: pages, errors, time limits, retries.

use std::time::Duration;

use priority_switcher::elb::ElbListener;
use priority_switcher::handler::{Handled, handle};
use priority_switcher::report::{Answer, Outcome};
use priority_switcher::rule::OwnRules;
use priority_switcher::state::Settings;
use serde_json::json;
use strict_elb::{Server, StrictElb, Treatment, target_group_arn};

use crate::support::client::{Hurry, client};
use crate::support::run::{at, moment, on_the_real_clock, payload};
use crate::support::site::{codes, report, rule, stack};

const RULES: &str = "1 placeholder, 2 shop, 49999 stand-in /* 404, 50000 maintenance /*";

struct Served {
    server: Server,
    own: OwnRules,
    settings: Settings,
}

impl Served {
    /// Where the load balancer lacks a rule of the stack's, it has been deleted from `RULES`.
    fn new(elb: StrictElb) -> Self {
        let complete = || stack(&StrictElb::new("web", RULES), "web", "");
        let (own, settings) = stack(&elb, "web", "").or_else(complete).unwrap();
        Self { server: Server::start(elb, Duration::ZERO), own, settings }
    }

    fn plain() -> Self {
        Self::new(StrictElb::new("web", RULES))
    }

    fn treating(self, action: &'static str, treatments: impl IntoIterator<Item = Treatment>) -> Self {
        self.server.treat(action, treatments);
        self
    }

    fn handled_with(&self, hurry: Hurry, event: &str) -> Handled {
        let client = client(self.server.endpoint.clone(), hurry);
        let (listeners, payload) = ([ElbListener { client, own: self.own.clone() }], payload(event));
        on_the_real_clock().block_on(handle(&listeners, &self.settings, &payload, moment(at("22:00"))))
    }

    #[track_caller]
    fn answer(&self, event: &str) -> Answer {
        self.handled_with(Hurry::default(), event).answer.unwrap()
    }

    #[track_caller]
    fn error(&self, event: &str) -> String {
        self.handled_with(Hurry::default(), event).answer.unwrap_err().to_string()
    }
}

#[test]
fn a_switch_takes_six_calls() {
    let served = Served::plain();
    let calls_of = |event| {
        let before = served.server.requests().len();
        assert_eq!(codes(report(&served.answer(event))), [""; 0], "{event}");
        let mut calls = served.server.requests().split_off(before);
        // Some go out at the same time and arrive in any order.
        calls.sort();
        calls.join(" ")
    };
    let before = served.server.elb().order("web");
    insta::assert_snapshot!(calls_of("start"), @"AddTags DescribeRules DescribeRules DescribeTags DescribeTargetHealth SetRulePriorities");
    insta::assert_snapshot!(calls_of("end"), @"AddTags DescribeRules DescribeRules DescribeTags DescribeTargetHealth SetRulePriorities");
    insta::assert_snapshot!(calls_of("check"), @"DescribeRules DescribeTags DescribeTargetHealth");
    assert_eq!(served.server.elb().order("web"), before);
}

#[test]
fn all_pages_are_read_up_to_twenty() {
    let many: Vec<_> = (3..=37).map(|number| format!("{number} r{number}")).collect();
    let rules = format!("{RULES}, {}", many.join(", "));
    let mut elb = StrictElb::new("web", &rules);
    elb.page_limit = Some(2);
    assert_eq!(report(&Served::new(elb.clone()).answer("start")).rules.len(), 40);
    elb.page_limit = Some(1);
    let served = Served::new(elb);
    insta::assert_snapshot!(served.error("start"), @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: DescribeRules: 20 pages were read, and the API still names another one. Send the same event again: it completes what is missing and repeats nothing.");
    assert!(served.server.requests().len() <= 21, "{} calls", served.server.requests().len());
}

#[test]
fn what_passes_is_retried_by_the_client() {
    use Treatment::{Break, DropAfter, DropBefore, Throttle};
    for (action, faults) in [
        ("", vec![Throttle; 17]),
        ("", vec![Break]),
        ("", vec![DropBefore, DropAfter]),
        ("AddTags", vec![Throttle]),
        ("SetRulePriorities", vec![DropAfter]),
    ] {
        let served = Served::plain().treating(action, faults.clone());
        assert_eq!(served.answer("start").outcome, Outcome::Changed, "{action} {faults:?}");
        assert_eq!(served.server.elb().order("web")[0].1, "maintenance", "{action} {faults:?}");
    }
}

#[test]
fn a_lasting_fault_is_in_the_apis_words() {
    use Treatment::{Break, DropBefore, Throttle};
    let served = Served::plain().treating("", [Throttle; 100]);
    let hurry = Hurry::default();
    let error = served.handled_with(hurry.clone(), "start").answer.unwrap_err();
    insta::assert_snapshot!(error, @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: DescribeRules: Throttling: Rate exceeded. Send the same event again: it completes what is missing and repeats nothing.");
    assert_eq!(served.server.requests().len(), 18);
    let pauses = hurry.pauses.lock().unwrap().clone();
    let (seconds, longest) = (pauses.iter().sum::<Duration>().as_secs(), pauses.iter().max().unwrap());
    assert!((5..=29).contains(&seconds) && longest.as_secs() < 3, "{pauses:?}");
    for (treatment, words) in [(Break, "503"), (DropBefore, "the API could not be reached")] {
        let error = Served::plain().treating("", [treatment; 100]).error("start");
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_silent_api_ends_in_an_error() {
    let served = Served::plain().treating("", [Treatment::Hang; 10]);
    // The function's own limit of 29 seconds is not hurried.
    let hurry = Hurry { limits: Some(50), ..Hurry::default() };
    let error = served.handled_with(hurry, "start").answer.unwrap_err().to_string();
    assert!(error.contains("DescribeRules: no answer in time"), "{error}");
    assert!((2..=10).contains(&served.server.requests().len()), "{:?}", served.server.requests());
}

#[test]
fn what_is_refused_is_not_to_be_sent_again() {
    let error = |elb: &StrictElb| Served::new(elb.clone()).error("start");
    let mut elb = StrictElb::new("other", RULES);
    insta::assert_snapshot!(error(&elb), @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the listener was deleted, and its rules with it; no event can bring it back: deploy with the listener that takes its place");
    elb.add_rules("web", "1 placeholder");
    insta::assert_snapshot!(error(&elb), @r#"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the maintenance rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance was deleted; bring it back as the runbook's "A deleted rule" says"#);
    elb.add_rules("web", "50000 maintenance /*");
    let many = (0..48).map(|number| (format!("tag-{number}"), String::new())).collect();
    elb.add_tags(rule("maintenance").as_str(), &many).unwrap();
    insta::assert_snapshot!(error(&elb), @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: AddTags: TooManyTags: 51 tags");
}

#[test]
fn the_status_comes_back_as_it_was_written() {
    let served =
        Served::new(StrictElb::new("web", "1 status /status.json 200, 2 placeholder, 50000 maintenance /*"));
    let status = || served.server.elb().rule(rule("status").as_str()).unwrap().clone();
    let conditions = status().conditions;
    let message = "<b>\"곧\"</b> & 'soon' \\ 🚧\u{2028}\u{a0}\u{fffd}";
    let event = json!({"type": "start", "message": message}).to_string();
    served.answer(&event);
    let again = served.answer(&event);
    assert_eq!((again.outcome, report(&again).message.as_deref()), (Outcome::Unchanged, Some(message)));
    assert_eq!(status().conditions, conditions);
}

#[test]
fn each_weighted_target_group_needs_a_target() {
    for (weight, blue, green, can_answer) in [
        (0, &[][..], &["healthy"][..], true),
        (0, &["healthy"], &["unhealthy"], false),
        (1, &["healthy"], &["unhealthy"], false),
        (1, &["unhealthy", "initial"], &["unavailable"], true),
        (1, &["unhealthy", "unhealthy.draining", "draining", "unused"], &["healthy"], false),
    ] {
        let group = |name, weight| json!({"TargetGroupArn": target_group_arn(name), "Weight": weight});
        let groups = json!({"TargetGroups": [group("blue", weight), group("green", 1)]});
        let action = json!({"Type": "forward", "ForwardConfig": groups});
        let mut elb = StrictElb::new("web", RULES);
        elb.modify_rule(rule("maintenance").as_str(), &json!({"Actions": [action]})).unwrap();
        for (name, states) in [("blue", blue), ("green", green)] {
            let states = states.iter().map(|state| (*state).to_owned()).collect();
            elb.health.insert(target_group_arn(name), states);
        }
        let served = Served::new(elb);
        let handled = served.handled_with(Hurry::default(), "start");
        let has_warning = codes(report(&handled.answer.unwrap())).contains(&"no-healthy-target");
        let measured = handled.measures.listeners[0].can_answer;
        assert_eq!((measured, has_warning), (Some(can_answer), !can_answer), "{weight} {blue:?} {green:?}");
    }
}
