//! The real SDK client against the strict load balancer over HTTP: pages, errors, time limits, retries.

use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::Client;
use priority_switcher::elb::ElbListener;
use priority_switcher::error::SwitchError;
use priority_switcher::handler::handle;
use priority_switcher::moment::Moment;
use priority_switcher::report::{Answer, Outcome};
use serde_json::json;
use strict_elb::{Server, StrictElb, Treatment};
use tokio::time::Instant;

use crate::support;
use crate::support::client::{Hurry, hurried};
use crate::support::run::{START_OF_TIME, moment, on_the_real_clock, time};
use crate::support::site::{Site, add_listener, order, own_rules, report, rule, settings};

fn client(server: &Server) -> Client {
    support::client::client(format!("http://{}", server.address))
}

fn send(server: &Server, kind: &str) -> Result<Answer, SwitchError> {
    send_with(client(server), kind)
}

fn send_with(client: Client, kind: &str) -> Result<Answer, SwitchError> {
    let listeners = [ElbListener::new(client, own_rules("web"))];
    let event = json!({"type": kind}).to_string();
    let handled =
        on_the_real_clock().block_on(handle(&listeners, &settings(), &event, moment(time(START_OF_TIME))));
    handled.answer
}

fn error_of(server: &Server, kind: &str) -> String {
    send(server, kind).unwrap_err().to_string()
}

fn strict(foreign: &[u32]) -> StrictElb {
    Site::new(foreign).elb.borrow().clone()
}

#[test]
fn a_switch_takes_six_calls_and_reads_all_pages() {
    let foreign: Vec<u32> = (2..=40).collect();
    let server = Server::start(strict(&foreign));
    assert_eq!(report(&send(&server, "start").unwrap()).rules.len(), 42);
    send(&server, "end").unwrap();
    let mut whole = StrictElb::default();
    add_listener(&mut whole, "web", &foreign);
    let server = Server::start(whole);
    let calls_of = |kind| {
        let before = server.requests().len();
        send(&server, kind).unwrap();
        let mut calls = server.requests().split_off(before);
        // Some go out at the same time and arrive in any order.
        calls.sort();
        calls.join(" ")
    };
    insta::assert_snapshot!(calls_of("start"), @"AddTags DescribeRules DescribeRules DescribeTags DescribeTargetHealth SetRulePriorities");
    insta::assert_snapshot!(calls_of("end"), @"AddTags DescribeRules DescribeRules DescribeTags DescribeTargetHealth SetRulePriorities");
    insta::assert_snapshot!(calls_of("check"), @"DescribeRules DescribeTags DescribeTargetHealth");
    assert_eq!(order(&server.elb(), "web"), order(&strict(&foreign), "web"));
}

#[test]
fn what_passes_is_retried_by_the_client() {
    use Treatment::{Break, DropAfter, DropBefore, Serve, Throttle};
    for faults in [
        vec![Throttle; 17],
        vec![Break],
        vec![DropBefore, DropAfter],
        vec![Serve, Throttle, Serve, DropAfter],
    ] {
        let server = Server::start(strict(&[2]));
        server.treat(faults.clone());
        assert_eq!(send(&server, "start").unwrap().outcome, Outcome::Changed, "{faults:?}");
    }
}

#[test]
fn a_swap_whose_answer_was_lost_is_sent_again() {
    let server = Server::start(strict(&[2]));
    server.treat_only("SetRulePriorities", [Treatment::DropAfter]);
    send(&server, "start").unwrap();
    let calls = server.requests();
    assert_eq!(calls.iter().filter(|call| *call == "SetRulePriorities").count(), 2, "{calls:?}");
    assert_eq!(server.elb().priority_of(rule("maintenance").as_str()), 1);
}

#[test]
fn a_lasting_fault_ends_in_the_apis_own_words() {
    let server = Server::start(strict(&[2]));
    server.treat([Treatment::Throttle; 100]);
    let hurry = Hurry::default();
    let error = send_with(hurried(format!("http://{}", server.address), hurry.clone()), "start").unwrap_err();
    insta::assert_snapshot!(error, @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: DescribeRules: Throttling: Rate exceeded. Send the same event again: it completes what is missing and repeats nothing.");
    assert_eq!(server.requests().len(), 18);
    let pauses = hurry.pauses.lock().unwrap().clone();
    let (seconds, longest) = (pauses.iter().sum::<Duration>().as_secs(), pauses.iter().max().unwrap());
    assert!((5..=29).contains(&seconds) && longest.as_secs() < 3, "{pauses:?}");
    for (treatment, words) in
        [(Treatment::Break, "503"), (Treatment::DropBefore, "the API could not be reached")]
    {
        server.treat([treatment; 100]);
        let error = error_of(&server, "start");
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_deleted_rule_or_listener_is_named() {
    let server = Server::start(strict(&[2]));
    server.change(|elb| elb.remove_rule(rule("maintenance").as_str()));
    insta::assert_snapshot!(error_of(&server, "end"), @r#"end: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the maintenance rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance was deleted; bring it back as the runbook's "A deleted rule" says"#);
    for kind in ["start", "status"] {
        assert!(error_of(&server, kind).contains("was deleted"), "{kind}");
    }
    let mut elb = StrictElb::default();
    add_listener(&mut elb, "other", &[2]);
    insta::assert_snapshot!(error_of(&Server::start(elb), "end"), @"end: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the listener was deleted, and its rules with it; no event can bring it back: deploy with the listener that takes its place");
}

#[test]
fn a_rule_without_room_for_tags_is_not_moved() {
    let mut elb = strict(&[2]);
    let many = (0..48).map(|number| (format!("tag-{number}"), String::new())).collect();
    elb.add_tags(rule("maintenance").as_str(), &many).unwrap();
    let server = Server::start(elb);
    insta::assert_snapshot!(error_of(&server, "start"), @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: AddTags: TooManyTags: 51 tags");
    assert_eq!(server.elb().priority_of(rule("maintenance").as_str()), 50_000);
}

#[test]
fn pages_without_end_are_refused() {
    let mut elb = StrictElb::with_pages_without_end();
    add_listener(&mut elb, "web", &[2]);
    let server = Server::start(elb);
    insta::assert_snapshot!(error_of(&server, "start"), @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: DescribeRules: 20 pages were read, and the API still names another one. Send the same event again: it completes what is missing and repeats nothing.");
    assert!(server.requests().len() <= 21, "{} calls", server.requests().len());
}

#[test]
fn a_silent_api_ends_in_an_error() {
    let server = Server::start(strict(&[2]));
    server.treat([Treatment::Hang; 10]);
    // The function's own limit of 29 seconds is not hurried.
    let hurry = Hurry { limits: Some(50), ..Hurry::default() };
    let error = send_with(hurried(format!("http://{}", server.address), hurry), "start").unwrap_err();
    assert!(error.to_string().contains("DescribeRules: no answer in time"), "{error}");
    assert!((2..=10).contains(&server.requests().len()), "{:?}", server.requests());
}

#[test]
fn out_of_time_is_an_error_of_its_own() {
    let server = Server::start(strict(&[2]));
    server.treat([Treatment::Hang; 10]);
    let listener = ElbListener::new(client(&server), own_rules("web"));
    let handled = on_the_real_clock().block_on(async {
        let moment =
            Moment { now: time(START_OF_TIME), deadline: Instant::now() + Duration::from_millis(200) };
        handle(&[listener], &settings(), r#"{"type":"start"}"#, moment).await
    });
    let error = handled.answer.unwrap_err().to_string();
    assert!(error.contains("out of time"), "{error}");
}
