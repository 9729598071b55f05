//! The rule that tells visitors and monitors of the state: what it tells when, and that it never stands in the way.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use priority_switcher::elb::ElbListener;
use priority_switcher::handler::{Moment, handle};
use priority_switcher::plan::Settings;
use priority_switcher::report::{Answer, ListenerReport, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};
use strict_elb::{Rule, Server, StrictElb, Treatment};
use tokio::time::Instant;

use crate::support::client::client;
use crate::support::faults::Fault;
use crate::support::listeners::{maintenance_rule, one_listener, rule, settings, setups};
use crate::support::memory_listener::MemoryListener;
use crate::support::run::{
    START_OF_TIME, answer, event_file, invoke, moment, on_the_real_clock, runtime, time,
};

const AT_REST: &str = r#"{"state":"resting","since":null,"until":null,"message":null}"#;

/// A listener with a status rule at 1 and others from 2 on, where the active priority is.
struct Site {
    elb: Rc<RefCell<StrictElb>>,
    settings: Settings,
}

impl Site {
    fn new() -> Self {
        let elb = one_listener(99, &[2, 3]);
        elb.borrow_mut().add_rule(Rule::fixed_json(
            rule("web", "status").as_str(),
            1,
            "/status.json",
            AT_REST,
        ));
        Self { elb, settings: Settings { active: 2.try_into().unwrap(), ..settings() } }
    }

    fn listener(&self) -> MemoryListener {
        let mut listener = MemoryListener::new(&self.elb, "web").with_status_rule(rule("web", "status"));
        listener.active = 2;
        listener
    }

    fn at(&self, clock: &str, event: &Value) -> ListenerReport {
        self.answer_at(clock, event).listeners.remove(0)
    }

    fn answer_at(&self, clock: &str, event: &Value) -> Answer {
        runtime().block_on(answer(&self.listener(), &self.settings, event, at(clock)))
    }

    fn body(&self) -> String {
        self.elb.borrow().body_of(rule("web", "status").as_str()).unwrap().to_owned()
    }

    fn writes(&self) -> usize {
        self.elb.borrow().writes.len()
    }

    fn say_by_hand(&self, body: &str) {
        let response = json!({"StatusCode": "200", "ContentType": "application/json", "MessageBody": body});
        self.elb.borrow_mut().modify_rule(rule("web", "status").as_str(), &response).unwrap();
    }
}

fn at(clock: &str) -> priority_switcher::timestamp::Timestamp {
    time(&format!("2026-03-01T{clock}:00Z"))
}

fn why_not_told(report: &ListenerReport) -> String {
    let told = report.warnings.iter().filter(|warning| warning.code == "status-not-told");
    told.map(|warning| warning.message.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_start_has_its_window_told_and_an_end_that_it_is_over() {
    let site = Site::new();
    let on = site.at("20:00", &event_file("start-with-message"));
    insta::assert_snapshot!(site.body(), @r#"{"state":"active","since":"2026-03-01T20:00:00Z","until":"2026-03-01T22:00:00Z","message":"We are moving to a bigger database. Your orders are safe."}"#);
    assert_eq!(on.message.unwrap().to_string(), "We are moving to a bigger database. Your orders are safe.");
    assert_eq!(on.reason.as_deref(), Some("DB upgrade"));
    assert_eq!(on.warnings, []);
    let off = site.at("21:00", &json!({"type": "end"}));
    assert_eq!((site.body().as_str(), &off.message), (AT_REST, &None));
    assert_eq!(why_not_told(&off), "");
}

#[test]
fn the_status_rule_is_told_last() {
    let site = Site::new();
    let calls = |from: usize| {
        let writes = site.elb.borrow().writes[from..].to_vec();
        writes.iter().map(|write| write.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    site.at("20:00", &event_file("start-with-message"));
    assert_eq!(calls(0), "AddTags SetRulePriorities ModifyRule");
    site.at("21:00", &json!({"type": "end"}));
    assert_eq!(calls(3), "SetRulePriorities AddTags RemoveTags ModifyRule");
}

#[test]
fn a_second_start_can_change_the_message_alone_and_keeps_it_without_one() {
    let site = Site::new();
    site.at("20:00", &event_file("start-with-message"));
    let writes = site.writes();
    let changed = site.answer_at("20:30", &json!({"type": "start", "message": "곧 돌아옵니다"}));
    assert_eq!((changed.outcome, site.writes()), (Outcome::Changed, writes + 1));
    assert!(site.body().ends_with(r#""message":"곧 돌아옵니다"}"#), "{}", site.body());
    site.at("20:40", &json!({"type": "start", "minutes": 600, "reason": "longer"}));
    let writes = site.writes();
    let same = site.answer_at("20:50", &json!({"type": "start", "message": "곧 돌아옵니다"}));
    assert_eq!((same.outcome, site.writes()), (Outcome::Unchanged, writes));
    assert!(site.body().contains(r#""until":"2026-03-02T06:40:00Z","message":"곧"#), "{}", site.body());
}

#[test]
fn a_message_outlives_the_longest_window_if_somebody_lets_that_last_longer() {
    let mut site = Site::new();
    site.settings.max_duration = Some(60);
    site.at("20:00", &json!({"type": "start", "message": "Back soon"}));
    let longer = site.at("20:50", &json!({"type": "start", "minutes": 60}));
    assert_eq!(longer.message.unwrap().to_string(), "Back soon");
    site.at("22:00", &json!({"type": "check"}));
    assert_eq!(site.body(), AT_REST);
}

#[test]
fn a_start_that_is_not_obeyed_has_no_message_told() {
    let site = Site::new();
    site.at("20:00", &event_file("start-with-message"));
    let body = site.body();
    site.at("20:10", &json!({"type": "start", "minutes": 10, "message": "Back at half past"}));
    site.at("22:00", &json!({"type": "start", "scheduledAt": "2026-03-01T20:00:00Z", "message": "Late"}));
    assert_eq!(site.body(), body);
}

#[test]
fn a_dry_run_and_a_status_say_what_would_be_told_and_what_is_and_change_nothing() {
    let site = Site::new();
    let mut dry = event_file("start-with-message");
    dry["dryRun"] = json!(true);
    let would = site.at("20:00", &dry);
    assert!(would.message.unwrap().to_string().starts_with("We are moving"));
    assert_eq!(would.reason.as_deref(), Some("DB upgrade"));
    site.say_by_hand("closed");
    let writes = site.writes();
    let status = site.at("20:05", &json!({"type": "status"}));
    insta::assert_snapshot!(why_not_told(&status), @r#"the status rule does not tell the truth, which is {"state":"resting","since":null,"until":null,"message":null}; a check mends that"#);
    assert_eq!((site.body().as_str(), site.writes()), ("closed", writes));
}

#[test]
fn a_check_mends_what_the_status_rule_says() {
    let site = Site::new();
    site.at("20:00", &event_file("start-with-message"));
    let body = site.body();
    site.say_by_hand(&body.replace("active", "resting"));
    let check = site.answer_at("20:05", &json!({"type": "check"}));
    assert_eq!((site.body(), check.outcome), (body, Outcome::Changed));
    let writes = site.writes();
    let again = site.answer_at("20:10", &json!({"type": "check"}));
    assert_eq!((again.outcome, site.writes()), (Outcome::Unchanged, writes));
    site.say_by_hand("closed");
    site.at("20:15", &json!({"type": "check"}));
    assert!(site.body().ends_with(r#""message":null}"#), "{}", site.body());
}

#[test]
fn a_status_rule_that_cannot_be_told_is_a_warning_and_the_switch_is_done() {
    let site = Site::new();
    let listener = site.listener();
    // Before it, the start reads and writes, and the target health is looked at.
    listener.faults.script([vec![None; 9], vec![Some(Fault::ServerError)]].concat());
    let on =
        runtime().block_on(answer(&listener, &site.settings, &event_file("start-with-message"), at("20:00")));
    insta::assert_snapshot!(why_not_told(&on.listeners[0]), @"the switch is done, and the status rule could not be told of it: ModifyRule: HTTP status 503; send the start again");
    assert_eq!((on.outcome, site.body().as_str()), (Outcome::Changed, AT_REST));
    assert_eq!(on.listeners[0].message, None, "nobody is told it");
    site.at("20:05", &json!({"type": "check"}));
    assert!(site.body().starts_with(r#"{"state":"active""#), "{}", site.body());
}

#[test]
fn a_status_rule_that_is_gone_is_a_warning_on_every_event() {
    let site = Site::new();
    site.elb.borrow_mut().remove_rule(rule("web", "status").as_str());
    for event in ["status", "start", "check", "end"] {
        let report = site.at("20:00", &json!({"type": event}));
        assert!(why_not_told(&report).contains("is not among the listener's rules"), "{event}");
    }
}

#[test]
fn a_message_without_any_status_rule_is_a_warning() {
    let elb = one_listener(99, &[2]);
    let start = |event: &str| {
        let listener = MemoryListener::new(&elb, "web");
        runtime().block_on(answer(&listener, &settings(), &event_file(event), time(START_OF_TIME)))
    };
    insta::assert_snapshot!(why_not_told(&start("start-with-message").listeners[0]), @"the message is told to nobody: there is no status rule (the template's StatusPath)");
    assert_eq!(why_not_told(&start("start").listeners[0]), "");
}

fn real() -> (Server, ElbListener, Settings) {
    let site = Site::new();
    let server = Server::start(site.elb.borrow().clone());
    let client = client(format!("http://{}", server.address));
    let listener = ElbListener::of_rule(client, maintenance_rule("web"));
    (server, listener.with_status_rule(Some(rule("web", "status"))), site.settings)
}

#[test]
fn the_real_client_replaces_the_body_and_leaves_the_conditions_and_reads_what_it_wrote() {
    let (server, listener, settings) = real();
    let conditions = |server: &Server| {
        let page = server.elb().describe_rules(maintenance_rule("web").listener().as_str(), 1, None).unwrap();
        (page.rules[0].arn.clone(), page.rules[0].conditions.clone())
    };
    let before = conditions(&server);
    let message = "<b>\"곧\"</b> & 'soon' \\ 🚧\u{2028}\u{a0}\u{fffd}";
    let event = json!({"type": "start", "message": message});
    on_the_real_clock().block_on(async {
        let now = moment(time(START_OF_TIME));
        let listeners = [listener];
        let on = handle(&listeners, &settings, &event, now).await.unwrap();
        assert_eq!(why_not_told(&on.listeners[0]), "");
        let again = handle(&listeners, &settings, &event, now).await.unwrap();
        assert_eq!(again.outcome, Outcome::Unchanged, "what is read is not what was written");
        assert_eq!(again.listeners[0].message.as_ref().unwrap().to_string(), message);
    });
    assert_eq!(conditions(&server), before);
}

#[test]
fn a_status_rule_that_never_answers_makes_no_switch_run_out_of_time() {
    let (server, listener, settings) = real();
    server.treat_only("ModifyRule", [Treatment::Hang; 20]);
    let on = on_the_real_clock().block_on(async {
        let deadline = Instant::now() + Duration::from_secs(1);
        let now = time(START_OF_TIME);
        handle(&[listener], &settings, &json!({"type": "start"}), Moment { now, deadline }).await.unwrap()
    });
    assert_eq!(on.outcome, Outcome::Changed);
    insta::assert_snapshot!(why_not_told(&on.listeners[0]), @"the switch is done, and the status rule could not be told of it: ModifyRule: no answer in time; the next check tries again");
}

#[derive(Clone, Debug)]
enum Act {
    Send(Value, Vec<Option<Fault>>),
    SayByHand(&'static str),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let events = prop_oneof![
        Just(json!({"type": "start"})),
        Just(json!({"type": "start", "minutes": 60, "message": "Back soon"})),
        Just(json!({"type": "end"})),
        Just(json!({"type": "check"})),
        Just(json!({"type": "status"})),
    ];
    let fates = prop_oneof![3 => Just(None), 1 => proptest::sample::select(&Fault::ALL).prop_map(Some)];
    let sends =
        (events, proptest::collection::vec(fates, 0..14)).prop_map(|(event, fates)| Act::Send(event, fates));
    let says = proptest::sample::select(vec!["", "closed", AT_REST, r#"{"since":null,"message":"Hello"}"#]);
    proptest::collection::vec(prop_oneof![5 => sends, 1 => says.prop_map(Act::SayByHand)], 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_went_wrong_after_a_check_a_start_or_an_end_the_status_rule_tells_the_truth_where_it_always_stood(
        (setup, place) in setups().prop_filter_map("room for a status rule", |setup| {
            let place = (1..setup.active.min(setup.home)).find(|place| !setup.others.contains(place))?;
            Some((setup, place))
        }),
        acts in acts(),
        last in proptest::sample::select(vec!["check", "start", "end"]),
    ) {
        let (elb, settings, status_rule) = (setup.elb(), setup.settings(), rule("web", "status"));
        elb.borrow_mut().add_rule(Rule::fixed_json(status_rule.as_str(), place, "/status.json", AT_REST));
        let site = Site { elb, settings };
        let listener = setup.listener(&site.elb).with_status_rule(status_rule.clone());
        runtime().block_on(async {
            for (minute, act) in (0..).zip(acts) {
                match act {
                    Act::Send(event, fates) => {
                        listener.faults.script(fates);
                        let now = time(START_OF_TIME).plus_minutes(minute);
                        invoke(&listener, &site.settings, &event, now).await;
                        listener.faults.script([]);
                    }
                    Act::SayByHand(body) => site.say_by_hand(body),
                }
            }
            let now = time(START_OF_TIME).plus_minutes(10);
            let report = answer(&listener, &site.settings, &json!({"type": last}), now).await.listeners.remove(0);
            let truth = json!([report.state, report.since, report.until, report.message]);
            let body: Value = serde_json::from_str(&site.body()).unwrap();
            prop_assert_eq!(truth, json!([body["state"], body["since"], body["until"], body["message"]]));
            prop_assert_eq!(why_not_told(&report), "");
            prop_assert_eq!(site.elb.borrow().priority_of(status_rule.as_str()), place);
            Ok(())
        })?;
    }
}
