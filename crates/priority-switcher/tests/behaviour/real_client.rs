//! The real SDK client against the strict load balancer over HTTP: pages, errors, time limits, retries.

use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::Client;
use priority_switcher::elb::ElbListener;
use priority_switcher::error::SwitchError;
use priority_switcher::handler::{Moment, handle};
use priority_switcher::report::{Answer, Outcome};
use proptest::prelude::*;
use serde_json::json;
use strict_elb::{Server, StrictElb, Treatment};
use tokio::time::Instant;

use crate::support;
use crate::support::client::{Hurry, hurried};
use crate::support::judge::judge;
use crate::support::listeners::{
    add_listener, forward, maintenance_rule, one_listener, order, rule, settings, setups,
};
use crate::support::run::{START_OF_TIME, moment, on_the_real_clock, time};

fn client(server: &Server) -> Client {
    support::client::client(format!("http://{}", server.address))
}

async fn send(server: &Server, kind: &str) -> Result<Answer, SwitchError> {
    send_with(client(server), kind).await
}

async fn send_with(client: Client, kind: &str) -> Result<Answer, SwitchError> {
    let listener = ElbListener::of_rule(client, maintenance_rule("web"));
    handle(&[listener], &settings(), &json!({"type": kind}), moment(time(START_OF_TIME))).await
}

fn strict(home: u32, others: &[u32]) -> StrictElb {
    one_listener(home, others).borrow().clone()
}

#[test]
fn a_switch_and_back_through_the_real_client_with_many_pages() {
    let others: Vec<u32> = (1..=40).collect();
    let server = Server::start(strict(99, &others));
    on_the_real_clock().block_on(async {
        let on = send(&server, "start").await.unwrap();
        assert_eq!(on.outcome, Outcome::Changed);
        assert_eq!(on.listeners[0].moves.len(), 41);
        assert_eq!(on.listeners[0].rules.len(), 42, "the rules of all pages and the default rule");
        assert_eq!(server.elb().priority_of(rule("web", "r40").as_str()), 41);
        let off = send(&server, "end").await.unwrap();
        assert_eq!(off.listeners[0].moves.len(), 41);
    });
    assert_eq!(order(&server.elb(), "web"), order(&strict(99, &others), "web"));
}

#[test]
fn a_switch_of_a_full_listener_takes_seven_calls_and_the_end_restores_250_rules() {
    // The largest page of the API.
    let mut elb = StrictElb::with_pages_of(400);
    add_listener(&mut elb, "web", 50_000, &[]);
    for place in 1..=250 {
        // An id as long as real ones are.
        elb.add_rule(forward("web", &format!("9683b2d02a{place:06x}"), Some(place), "/part*"));
    }
    let before = order(&elb, "web");
    let server = Server::start(elb);
    let calls_of = |kind| {
        let before = server.requests().len();
        on_the_real_clock().block_on(send(&server, kind)).unwrap();
        let mut calls = server.requests().split_off(before);
        // Some go out at the same time and arrive in any order.
        calls.sort();
        calls.join(" ")
    };
    insta::assert_snapshot!(calls_of("start"), @"AddTags DescribeRules DescribeRules DescribeTags DescribeTags DescribeTargetHealth SetRulePriorities");
    assert!(order(&server.elb(), "web").iter().map(|(place, _)| *place).eq(1..=251));
    insta::assert_snapshot!(calls_of("end"), @"AddTags DescribeRules DescribeRules DescribeRules DescribeTags RemoveTags SetRulePriorities");
    assert_eq!(order(&server.elb(), "web"), before);
}

#[test]
fn the_answer_shows_conditions_and_actions_as_the_console_does() {
    let server = Server::start(strict(99, &[1]));
    let status = on_the_real_clock().block_on(send(&server, "status")).unwrap();
    let lines: Vec<_> = status.listeners[0]
        .rules
        .iter()
        .map(|rule| {
            let place = rule.priority.map_or_else(|| "default".into(), |priority| priority.to_string());
            format!("{place} | {} | {}", rule.conditions.join(", "), rule.action)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    1 | path-pattern: /1* | forward: targetgroup/r1/6d0ecf831eec9f09
    99 | path-pattern: /* | forward: targetgroup/maintenance/6d0ecf831eec9f09
    default |  | forward: targetgroup/default/6d0ecf831eec9f09
    ");
    let codes: Vec<_> = status.listeners[0].warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["reachable-at-rest"], "a Lambda target without health checks can answer");
}

#[test]
fn what_passes_is_retried_by_the_client_and_nobody_notices() {
    use Treatment::{Break, DropAfter, DropBefore, Serve, Throttle};
    for faults in [
        vec![Throttle; 17],
        vec![Break],
        vec![DropBefore, DropAfter],
        vec![Serve, Throttle, Serve, DropAfter],
    ] {
        let server = Server::start(strict(99, &[1, 2, 3]));
        server.treat(faults.clone());
        let answer = on_the_real_clock().block_on(send(&server, "start"));
        assert_eq!(answer.unwrap().outcome, Outcome::Changed, "{faults:?}");
    }
}

#[test]
fn a_batch_whose_answer_was_lost_is_not_taken_for_somebody_elses() {
    let server = Server::start(strict(99, &[1, 2, 3]));
    server.treat_only("SetRulePriorities", [Treatment::DropAfter]);
    on_the_real_clock().block_on(send(&server, "start")).unwrap();
    let calls = server.requests();
    assert_eq!(calls.iter().filter(|call| *call == "SetRulePriorities").count(), 2, "{calls:?}");
    assert_eq!(server.elb().priority_of(rule("web", "r3").as_str()), 4);
}

#[test]
fn a_fault_that_lasts_ends_in_an_error_with_the_apis_own_words() {
    let server = Server::start(strict(99, &[1]));
    server.treat([Treatment::Throttle; 100]);
    let hurry = Hurry::default();
    let client = hurried(format!("http://{}", server.address), hurry.clone());
    let error = on_the_real_clock().block_on(send_with(client, "start")).unwrap_err();
    assert_eq!(server.requests().len(), 18);
    let pauses = hurry.pauses.lock().unwrap().clone();
    let (seconds, longest) = (pauses.iter().sum::<Duration>().as_secs(), pauses.iter().max().unwrap());
    assert!((5..=29).contains(&seconds) && longest.as_secs() < 3, "{pauses:?}");
    insta::assert_snapshot!(error, @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: DescribeRules: Throttling: Rate exceeded. Send the same event again: it completes what is missing and repeats nothing.");
    server.treat([Treatment::Break; 100]);
    let error = on_the_real_clock().block_on(send(&server, "start")).unwrap_err().to_string();
    assert!(error.contains("503"), "{error}");
    server.treat([Treatment::DropBefore; 100]);
    let error = on_the_real_clock().block_on(send(&server, "start")).unwrap_err().to_string();
    assert!(error.contains("the API could not be reached"), "{error}");
}

#[test]
fn a_maintenance_rule_that_somebody_deleted_is_named_and_no_event_is_advised() {
    let server = Server::start(strict(99, &[1]));
    server.change(|elb| elb.remove_rule(maintenance_rule("web").as_str()));
    for kind in ["start", "end", "status", "check"] {
        let error = on_the_real_clock().block_on(send(&server, kind)).unwrap_err().to_string();
        if kind == "end" {
            insta::assert_snapshot!(error, @r#"end: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the maintenance rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/maintenance is gone: somebody deleted it; bring it back as the runbook's "A deleted maintenance rule" says"#);
        }
        assert!(error.contains("is gone") && !error.contains("Send"), "{error}");
    }
}

#[test]
fn a_listener_that_somebody_deleted_is_named_and_no_event_is_advised() {
    let mut elb = StrictElb::default();
    add_listener(&mut elb, "other", 99, &[1]);
    let error = on_the_real_clock().block_on(send(&Server::start(elb), "end")).unwrap_err();
    insta::assert_snapshot!(error, @"end: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: the listener arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc6c495c0c9188/web is gone: somebody deleted it, and its rules with it; no event can bring it back: deploy with the listener that takes its place");
}

#[test]
fn an_api_that_never_stops_naming_a_next_page_is_told_of_soon() {
    let mut elb = StrictElb::with_pages_without_end();
    add_listener(&mut elb, "web", 99, &[1]);
    let server = Server::start(elb);
    let error = on_the_real_clock().block_on(send(&server, "start")).unwrap_err();
    insta::assert_snapshot!(error, @"start: 1 of 1 listeners failed: app/shop/50dc6c495c0c9188/web: DescribeRules: 20 pages were read, and the API still names another one. Send the same event again: it completes what is missing and repeats nothing.");
    assert!(server.requests().len() <= 21, "{} calls", server.requests().len());
}

#[test]
fn an_api_that_never_answers_ends_in_a_clear_error_before_the_functions_limit() {
    let server = Server::start(strict(99, &[1]));
    server.treat([Treatment::Hang; 10]);
    // The function's own limit of 29 seconds is not hurried.
    let hurry = Hurry { limits: Some(50), ..Hurry::default() };
    let client = hurried(format!("http://{}", server.address), hurry);
    let error = on_the_real_clock().block_on(send_with(client, "start")).unwrap_err().to_string();
    assert!(error.contains("DescribeRules: no answer in time"), "{error}");
    assert!((2..=10).contains(&server.requests().len()), "{:?}", server.requests());
}

#[test]
fn a_function_that_runs_out_of_time_says_so_itself() {
    let server = Server::start(strict(99, &[1]));
    server.treat([Treatment::Hang; 10]);
    let listener = ElbListener::of_rule(client(&server), maintenance_rule("web"));
    let error = on_the_real_clock().block_on(async {
        let moment =
            Moment { now: time(START_OF_TIME), deadline: Instant::now() + Duration::from_millis(200) };
        handle(&[listener], &settings(), &json!({"type": "start"}), moment).await.unwrap_err().to_string()
    });
    assert!(error.contains("ran out of time"), "{error}");
}

fn treatments() -> impl Strategy<Value = Vec<Treatment>> {
    use Treatment::{Break, DropAfter, DropBefore, Serve, Throttle};
    let treatment = prop_oneof![
        6 => Just(Serve),
        1 => proptest::sample::select(vec![Throttle, Break, DropBefore, DropAfter]),
        // Enough of them to outlast the client's own attempts.
        1 => Just(Throttle),
    ];
    let runs = (treatment, prop_oneof![3 => 1_usize..6, 1 => Just(20)])
        .prop_map(|(treatment, times)| vec![treatment; times]);
    proptest::collection::vec(runs, 0..8).prop_map(|runs| runs.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_on_the_wire_retries_switch_and_restore_every_listener(
        setup in setups(),
        faults in [treatments(), treatments()],
    ) {
        let elb = setup.elb().borrow().clone();
        let before = order(&elb, "web");
        let server = Server::start(elb);
        let listener = [ElbListener::of_rule(client(&server), maintenance_rule("web"))];
        on_the_real_clock().block_on(async {
            for (kind, faults) in ["start", "end"].into_iter().zip(faults) {
                let most = faults.len() + 1;
                server.treat(faults);
                let mut tries = 0;
                loop {
                    tries += 1;
                    let event = json!({"type": kind});
                    match handle(&listener, &setup.settings(), &event, moment(time(START_OF_TIME))).await {
                        Ok(_) => break,
                        Err(error) => prop_assert!(tries <= most, "{} keeps failing: {}", kind, error),
                    }
                }
            }
            Ok(())
        })?;
        let elb = server.elb();
        prop_assert_eq!(order(&elb, "web"), before);
        for batch in &elb.batches {
            judge(batch, &maintenance_rule("web"), setup.active);
        }
        let tags: Vec<_> = elb.tags_of(maintenance_rule("web").as_str()).into_keys().collect();
        prop_assert_eq!(tags, ["maintenance-mode:ended-at"]);
    }
}
