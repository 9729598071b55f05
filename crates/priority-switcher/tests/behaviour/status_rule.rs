//! What the status rule publishes when, and that it never stops a switch.

use std::time::Duration;

use priority_switcher::elb::ElbListener;
use priority_switcher::handler::handle;
use priority_switcher::moment::Moment;
use priority_switcher::report::{ListenerReport, Outcome};
use priority_switcher::settings::Settings;
use proptest::prelude::*;
use serde_json::{Value, json};
use strict_elb::{Server, Treatment};
use tokio::time::Instant;

use crate::support::client::client;
use crate::support::disturbance::Fault;
use crate::support::run::{
    Ending, START_OF_TIME, event_file, invoke, moment, on_the_real_clock, runtime, time,
};
use crate::support::site::{AT_REST, Site, at, codes, message, report, rule};

fn trouble(report: &ListenerReport) -> String {
    message(report, "status-not-published")
}

fn publish_by_hand(site: &Site, body: &str) {
    let response = json!({"StatusCode": "200", "ContentType": "application/json", "MessageBody": body});
    site.elb.borrow_mut().modify_rule(rule("status").as_str(), &response).unwrap();
}

#[test]
fn a_window_is_published_last_and_until_its_end() {
    let site = Site::with_status();
    let on = site.at("20:00", &event_file("start-with-message"));
    insta::assert_snapshot!(site.body(), @r#"{"state":"active","since":"2026-03-01T20:00:00Z","until":"2026-03-01T22:00:00Z","message":"We are moving to a bigger database. Your orders are safe."}"#);
    assert_eq!(on.message.unwrap(), "We are moving to a bigger database. Your orders are safe.");
    assert_eq!((on.reason.as_deref(), on.warnings), (Some("DB upgrade"), Vec::new()));
    let off = site.at("21:00", &event_file("end"));
    assert_eq!((site.body().as_str(), off.message), (AT_REST, None));
    let calls = site.elb.borrow().writes.clone();
    let calls: Vec<_> = calls.iter().map(|write| write.split(' ').next().unwrap()).collect();
    assert_eq!(calls.join(" "), "AddTags SetRulePriorities ModifyRule SetRulePriorities AddTags ModifyRule");
}

#[test]
fn a_message_changes_nothing_else() {
    let site = Site::with_status();
    insta::assert_snapshot!(site.error_at("20:00", &event_file("message")), @"message: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the system is open: a message can be published in a window only; nothing was changed");
    site.at("20:00", &json!({"type": "start", "minutes": 60}));
    let writes = site.writes();
    assert_eq!(site.outcome_at("20:10", &json!({"type": "message", "message": "곧"})), Outcome::Changed);
    assert!(site.body().ends_with(r#""message":"곧"}"#), "{}", site.body());
    assert_eq!(site.outcome_at("20:10", &json!({"type": "message", "message": "곧"})), Outcome::Unchanged);
    assert_eq!(site.outcome_at("20:20", &json!({"type": "message", "message": null})), Outcome::Changed);
    assert!(site.body().ends_with(r#""message":null}"#), "{}", site.body());
    assert_eq!(site.writes(), writes + 2);
}

#[test]
fn a_message_without_status_rule_fails() {
    let site = Site::new(&[]);
    let start = site.at("20:00", &event_file("start-with-message"));
    insta::assert_snapshot!(trouble(&start), @"there is no status rule (the template's StatusPath)");
    assert_eq!(trouble(&site.at("20:10", &event_file("start"))), "");
    insta::assert_snapshot!(site.error_at("20:10", &event_file("message")), @"message: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the message was not published: there is no status rule (the template's StatusPath)");
}

#[test]
fn a_message_that_fails_is_sent_again() {
    let site = Site::with_status();
    site.at("20:00", &event_file("start-with-message"));
    let clear = json!({"type": "message", "message": null});
    for (fault, expected) in
        [(Fault::Refused, "HTTP status 503; send the message again"), (Fault::Denied, "AccessDenied")]
    {
        let listener = site.listener();
        listener.fate.set(Some(("ModifyRule", fault)));
        let ending = runtime().block_on(invoke(&listener, &site.settings, &clear, at("20:10")));
        let Ending::Failed(error) = ending else { panic!("{ending:?}") };
        assert!(error.to_string().ends_with(expected), "{error}");
    }
}

#[test]
fn a_start_keeps_replaces_or_clears_the_message() {
    let site = Site::with_status();
    let message_after = |clock: &str, event: Value| site.at(clock, &event).message.unwrap_or_default();
    assert_eq!(message_after("20:00", json!({"type": "start", "minutes": 60, "message": "Hello"})), "Hello");
    assert_eq!(message_after("20:10", json!({"type": "start", "minutes": 60})), "Hello", "extended");
    assert_eq!(message_after("20:20", json!({"type": "start", "message": "Soon"})), "Soon");
    let refused = json!({"type": "start", "minutes": 1, "message": "Now"});
    assert_eq!(message_after("20:30", refused), "Now", "where the earlier end is refused, too");
    let stale = json!({"type": "start", "scheduledAt": "2026-03-01T19:00:00Z", "message": "Late"});
    assert_eq!(message_after("20:40", stale), "Now");
    assert_eq!(message_after("21:30", json!({"type": "start"})), "", "a new window after the limit");
}

#[test]
fn a_message_stays_where_the_window_counts_anew() {
    let mut site = Site::with_status();
    site.settings.max_duration = Some(60);
    site.at("20:00", &json!({"type": "start", "message": "Back soon"}));
    let listener = site.listener();
    listener.fate.set(Some(("ModifyRule", Fault::Refused)));
    let longer = json!({"type": "start", "minutes": 60});
    let ending = runtime().block_on(invoke(&listener, &site.settings, &longer, at("20:50")));
    let Ending::Answered(answer) = ending else { panic!("{ending:?}") };
    assert_eq!(codes(report(&answer)), ["status-not-published"]);
    site.at("20:55", &event_file("check"));
    assert!(site.body().contains(r#""since":"2026-03-01T20:50:00Z""#), "{}", site.body());
    assert!(site.body().ends_with(r#""message":"Back soon"}"#), "{}", site.body());
}

#[test]
fn rehearsals_and_a_status_only_report() {
    let site = Site::with_status();
    let mut dry = event_file("start-with-message");
    dry["dryRun"] = json!(true);
    let would = site.at("20:00", &dry);
    assert!(would.message.unwrap().starts_with("We are moving"));
    publish_by_hand(&site, "closed");
    let writes = site.writes();
    let status = site.at("20:05", &event_file("status"));
    insta::assert_snapshot!(trouble(&status), @r#"the status rule publishes something else than {"state":"resting","since":null,"until":null,"message":null}; the next check mends that"#);
    assert_eq!((site.body().as_str(), site.writes()), ("closed", writes));
}

#[test]
fn a_check_mends_the_body() {
    let site = Site::with_status();
    site.at("20:00", &event_file("start-with-message"));
    let body = site.body();
    publish_by_hand(&site, &body.replace("active", "resting"));
    let check = site.outcome_at("20:05", &event_file("check"));
    assert_eq!((site.body(), check), (body, Outcome::Changed));
    let writes = site.writes();
    assert_eq!(site.outcome_at("20:10", &event_file("check")), Outcome::Unchanged);
    assert_eq!(site.writes(), writes);
}

#[test]
fn a_status_rule_that_fails_stops_no_switch() {
    let site = Site::with_status();
    let listener = site.listener();
    listener.fate.set(Some(("ModifyRule", Fault::Refused)));
    let event = event_file("start-with-message");
    let ending = runtime().block_on(invoke(&listener, &site.settings, &event, at("20:00")));
    let Ending::Answered(answer) = ending else { panic!("{ending:?}") };
    insta::assert_snapshot!(trouble(report(&answer)), @"ModifyRule: HTTP status 503; send the message again");
    assert_eq!((answer.outcome, site.body().as_str()), (Outcome::Changed, AT_REST));
    assert_eq!(report(&answer).message, None);
    site.elb.borrow_mut().remove_rule(rule("status").as_str());
    for event in ["status", "start", "check", "end"] {
        assert!(trouble(&site.at("20:10", &event_file(event))).contains("was deleted"), "{event}");
    }
}

fn real() -> (Server, ElbListener, Settings) {
    let site = Site::with_status();
    let server = Server::start(site.elb.borrow().clone());
    let client = client(format!("http://{}", server.address));
    (server, ElbListener::new(client, site.own), site.settings)
}

#[test]
fn the_real_client_reads_what_it_wrote() {
    let (server, listener, settings) = real();
    let conditions = |server: &Server| {
        let listener = rule("status").listener_arn();
        server.elb().describe_rules(&listener, 1, None).unwrap().rules[0].conditions.clone()
    };
    let before = conditions(&server);
    let message = "<b>\"곧\"</b> & 'soon' \\ 🚧\u{2028}\u{a0}\u{fffd}";
    let event = json!({"type": "start", "message": message}).to_string();
    on_the_real_clock().block_on(async {
        let (listeners, now) = ([listener], moment(time(START_OF_TIME)));
        handle(&listeners, &settings, &event, now).await.answer.unwrap();
        let again = handle(&listeners, &settings, &event, now).await.answer.unwrap();
        assert_eq!(again.outcome, Outcome::Unchanged);
        assert_eq!(report(&again).message.as_deref(), Some(message));
    });
    assert_eq!(conditions(&server), before);
}

#[test]
fn what_only_adds_to_a_start_never_fails_it() {
    for (call, expected) in [
        ("ModifyRule", "ModifyRule: no answer in time; the next check tries again"),
        ("DescribeTargetHealth", ""),
    ] {
        let (server, listener, settings) = real();
        server.treat_only(call, [Treatment::Hang; 20]);
        let answer = on_the_real_clock().block_on(async {
            let moment =
                Moment { now: time(START_OF_TIME), deadline: Instant::now() + Duration::from_secs(1) };
            handle(&[listener], &settings, r#"{"type":"start"}"#, moment).await.answer.unwrap()
        });
        assert_eq!((answer.outcome, trouble(report(&answer)).as_str()), (Outcome::Changed, expected));
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
        let site = Site::with_status();
        let kinds = [
            json!({"type": "start"}),
            json!({"type": "start", "minutes": 60, "message": "Back soon"}),
            json!({"type": "end"}),
            json!({"type": "check"}),
            json!({"type": "message", "message": null}),
        ];
        publish_by_hand(&site, by_hand);
        for (kind, fates) in events {
            let listener = site.listener();
            let fault = |fate: &u8| [Fault::Refused, Fault::Lost, Fault::Hung, Fault::KilledBefore, Fault::KilledAfter].get(usize::from(*fate) / 10).copied();
            listener.script.set_faults(&fates.iter().map(fault).collect::<Vec<_>>());
            runtime().block_on(invoke(&listener, &site.settings, &kinds[kind], at("20:00")));
        }
        let report = site.at("20:10", &json!({"type": last}));
        let body: Value = serde_json::from_str(&site.body()).unwrap();
        let published = json!([body["state"], body["since"], body["until"], body["message"]]);
        prop_assert_eq!(published, json!([report.state, report.since, report.until, report.message]));
        prop_assert_eq!(trouble(&report), "");
        prop_assert_eq!(site.place_of("status"), 1);
    }
}
