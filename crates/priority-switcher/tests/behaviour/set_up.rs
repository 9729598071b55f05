//! What is said of the way a listener is set up, through the real client: of rules as DescribeRules gives them.

use priority_switcher::elb::ElbListener;
use priority_switcher::handler::handle;
use priority_switcher::plan::{Settings, State};
use priority_switcher::report::{Answer, ListenerReport};
use priority_switcher::rule::RuleArn;
use serde_json::{Value, json};
use strict_elb::{Rule, Server, StrictElb};

use crate::support::client::client;
use crate::support::listeners::settings;
use crate::support::run::{START_OF_TIME, moment, on_the_real_clock, time};

fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/rules/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()
}

/// A maintenance rule at 49000, a catch-all rule of the owner's at 50000.
fn catch_all_at_50000() -> Value {
    fixture("catch-all-at-50000")["Rules"].take()
}

/// The listener's maintenance rule is the one whose id is `maintenance`.
struct SetUp {
    server: Server,
    rule: RuleArn,
    settings: Settings,
}

impl SetUp {
    fn of(rules: &Value) -> Self {
        Self::with_health(rules, &json!({}))
    }

    /// `health` has the states of target groups' targets, by the groups' names.
    fn with_health(rules: &Value, health: &Value) -> Self {
        let rules: Vec<_> = rules.as_array().unwrap().iter().map(Rule::from_json).collect();
        let mut elb = StrictElb::with_pages_of(400);
        for (name, states) in health.as_object().unwrap() {
            let states: Vec<_> =
                states.as_array().unwrap().iter().map(|state| state.as_str().unwrap()).collect();
            let groups = rules.iter().flat_map(Rule::target_groups);
            let group = groups.into_iter().find(|group| group.contains(&format!("/{name}/"))).unwrap();
            elb.set_health(group, &states);
        }
        let own = rules.iter().find(|rule| rule.arn.ends_with("/maintenance")).unwrap();
        let (rule, resting) = (own.arn.parse().unwrap(), own.priority.map(|place| place.try_into().unwrap()));
        for rule in rules {
            elb.add_rule(rule);
        }
        Self { server: Server::start(elb), rule, settings: Settings { resting, ..settings() } }
    }

    fn send(&self, event: &Value) -> ListenerReport {
        let client = client(format!("http://{}", self.server.address));
        let listener = ElbListener::of_rule(client, self.rule.clone());
        let answer: Answer = on_the_real_clock()
            .block_on(handle(&[listener], &self.settings, event, moment(time(START_OF_TIME))))
            .unwrap();
        answer.listeners.into_iter().next().unwrap()
    }

    fn codes(&self, event: &Value) -> Vec<&'static str> {
        self.send(event).warnings.iter().map(|warning| warning.code).collect()
    }
}

fn message(report: &ListenerReport, code: &str) -> String {
    report.warnings.iter().find(|warning| warning.code == code).unwrap().message.clone()
}

#[test]
fn rules_below_the_resting_rule_are_told_of_at_rest_and_not_in_a_window() {
    let set_up = SetUp::of(&catch_all_at_50000());
    let status = set_up.send(&json!({"type": "status"}));
    insta::assert_snapshot!(message(&status, "shadows-rules"), @"1 rule gets no request at rest, because the maintenance rule, which catches everything, stands above at 49000: 50000 (path-pattern: /*); move the maintenance rule below it");
    insta::assert_snapshot!(message(&status, "reachable-at-rest"), @"visitors are being turned away now: what no rule above the maintenance rule (49000) matches, the responder answers, in place of the listener's default action (fixed-response: 404); put a /* rule that does the same as that just above");
    let says = |event: &Value| set_up.codes(event).contains(&"shadows-rules");
    let check = set_up.send(&json!({"type": "check"}));
    assert_eq!(check.standing.shadowed_rules, 1);
    assert_eq!(check.warnings.len(), 1, "{:?}", check.warnings);
    assert!(says(&json!({"type": "start", "dryRun": true})));
    assert!(!says(&json!({"type": "start"})));
    assert!(!says(&json!({"type": "status"})), "in a window");
    assert_eq!(set_up.send(&json!({"type": "check"})).standing.shadowed_rules, 0, "in a window");
    assert!(says(&json!({"type": "end", "dryRun": true})));
    assert!(says(&json!({"type": "end"})));
}

#[test]
fn rules_below_a_rule_that_is_not_meant_to_rest_there_are_told_of_until_an_end_puts_it_last() {
    let mut set_up = SetUp::of(&catch_all_at_50000());
    set_up.settings.resting = None;
    for event in ["check", "status"] {
        let report = set_up.send(&json!({"type": event}));
        assert_eq!((report.state, report.standing.shadowed_rules), (State::Partial, 1), "{event}");
        assert!(message(&report, "shadows-rules").contains("stands above at 49000"), "{event}");
    }
    assert_eq!(set_up.send(&json!({"type": "end"})).state, State::Resting);
    assert_eq!(set_up.codes(&json!({"type": "check"})), [""; 0]);
}

#[test]
fn a_maintenance_rule_that_lets_requests_through_shadows_nothing() {
    let mut rules = catch_all_at_50000();
    rules[1]["Conditions"][0]["PathPatternConfig"]["Values"] = json!(["/shop/*"]);
    assert_eq!(SetUp::of(&rules).codes(&json!({"type": "status"})), ["not-catch-all"]);
}

/// The listener with a catch-all rule just above the resting one, and none below.
fn with_a_stand_in(action: &Value) -> SetUp {
    let mut rules = catch_all_at_50000();
    rules[2]["Priority"] = json!("48999");
    rules[2]["Actions"] = json!([action]);
    SetUp::of(&rules)
}

#[test]
fn a_stand_in_that_does_what_the_default_action_does_leaves_nothing_to_say() {
    let stand_in = with_a_stand_in(&json!({
        "Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}
    }));
    for event in ["status", "check", "start", "end"] {
        assert_eq!(stand_in.codes(&json!({"type": event})), [""; 0], "{event}");
    }
}

#[test]
fn a_stand_in_of_another_kind_than_the_default_action_is_told_of_with_both() {
    let stand_in = with_a_stand_in(&json!({
        "Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    }));
    let status = stand_in.send(&json!({"type": "status"}));
    assert_eq!(status.warnings.len(), 1, "{:?}", status.warnings);
    insta::assert_snapshot!(message(&status, "stand-in-differs"), @"at rest, the catch-all rule at 48999 stands in for the listener's default action, but is of another kind: redirect: 301 HTTPS://#{host}:443/#{path}?#{query}, where the default action is fixed-response: 404; make them the same");
}

/// Two sites on one listener: `a.example.com`, whose catch-all rule stands above the resting maintenance rule for it,
/// and others.
fn one_site_of_many() -> Value {
    let rule = |id: &str, priority: &str, host: Option<&str>, path: &str| {
        let host = host.map(|host| json!({"Field": "host-header", "HostHeaderConfig": {"Values": [host]}}));
        let path = json!({"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}});
        let conditions: Vec<_> = host.into_iter().chain([path]).collect();
        let group = format!(
            "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/{id}/6d0ecf831eec9f09"
        );
        json!({
            "RuleArn": format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/{id}"),
            "Priority": priority, "Conditions": conditions, "Actions": [{"Type": "forward", "TargetGroupArn": group}]
        })
    };
    let default = json!({
        "RuleArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/d",
        "Priority": "default", "Actions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    });
    json!([
        rule("a-orders", "10", Some("a.example.com"), "/orders*"),
        rule("a", "48999", Some("*.example.com"), "/*"),
        rule("maintenance", "49000", Some("A.example.com"), "/*"),
        rule("b", "49001", Some("b.example.org"), "/*"),
        default
    ])
}

#[test]
fn a_maintenance_rule_for_some_hosts_says_which_it_closes_and_leaves_the_others_alone() {
    let set_up = SetUp::of(&one_site_of_many());
    let status = set_up.send(&json!({"type": "status"}));
    insta::assert_snapshot!(message(&status, "not-catch-all"), @"closes only these hosts: a.example.com; all others stay open");
    assert_eq!(status.warnings.len(), 1, "{:?}", status.warnings);
    let check = set_up.send(&json!({"type": "check"}));
    assert_eq!((check.warnings, check.standing.shadowed_rules), (Vec::new(), 0));
    assert_eq!(check.state, State::Resting);
    assert_eq!(set_up.send(&json!({"type": "start"})).state, State::Active);
    assert_eq!(set_up.codes(&json!({"type": "check"})), [""; 0]);
}

#[test]
fn rules_of_closed_hosts_below_the_resting_rule_are_told_of_and_so_is_a_rule_for_any_host() {
    let mut rules = one_site_of_many();
    rules[0]["Priority"] = json!("49100");
    rules[3]["Conditions"][0] =
        json!({"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}});
    let mut set_up = SetUp::of(&rules);
    set_up.settings.resting = None;
    let check = set_up.send(&json!({"type": "check"}));
    insta::assert_snapshot!(message(&check, "shadows-rules"), @"2 rules get no request for a.example.com at rest, because the maintenance rule, which catches everything there, stands above at 49000: the first is at 49001 (http-request-method: GET and path-pattern: /*); move the maintenance rule below them");
    assert_eq!((check.state, check.standing.shadowed_rules), (State::Partial, 2));
}

#[test]
fn a_stand_in_for_the_same_hosts_does_what_the_default_action_does() {
    let mut rules = one_site_of_many();
    rules[1]["Conditions"] = rules[2]["Conditions"].clone();
    assert!(SetUp::of(&rules).codes(&json!({"type": "status"})).contains(&"stand-in-differs"));
}

#[test]
fn hosts_that_no_rule_takes_over_at_rest_are_told_of() {
    let mut rules = one_site_of_many();
    rules[1]["Conditions"][0]["HostHeaderConfig"]["Values"] = json!(["b.example.com"]);
    let status = SetUp::of(&rules).send(&json!({"type": "status"}));
    insta::assert_snapshot!(message(&status, "reachable-at-rest"), @"visitors of a.example.com are being turned away now: what no rule above the maintenance rule (49000) matches, the responder answers, in place of the listener's default action (fixed-response: 404); put a rule for these hosts and /* that does the same as that just above");
    rules[1]["Conditions"].as_array_mut().unwrap().remove(0);
    let codes = SetUp::of(&rules).codes(&json!({"type": "status"}));
    assert!(
        !codes.contains(&"reachable-at-rest"),
        "a catch-all rule for all hosts takes over, too: {codes:?}"
    );
}

/// The controller removes rules that it did not make
/// (<https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3763>).
#[test]
fn a_listener_that_a_controller_owns_is_told_of_before_and_at_a_start() {
    let set_up = SetUp::of(&catch_all_at_50000());
    let says = |event: &Value| set_up.codes(event).contains(&"foreign-owner");
    assert!(!says(&json!({"type": "status"})));
    let listener = set_up.rule.listener();
    let tags = [("ingress.k8s.aws/stack".to_owned(), "shop/web".to_owned())].into();
    set_up.server.change(|elb| elb.add_tags(listener.as_str(), &tags).unwrap());
    let status = set_up.send(&json!({"type": "status"}));
    insta::assert_snapshot!(message(&status, "foreign-owner"), @"AWS Load Balancer Controller owns this listener (tag ingress.k8s.aws/stack: shop/web); sooner or later it deletes the rules that it did not make, the maintenance rule too, and moves the others back: keep maintenance in the cluster, or on a listener that is not the controller's");
    assert!(!says(&json!({"type": "check"})), "every five minutes");
    assert!(says(&json!({"type": "start", "dryRun": true})));
    assert!(says(&json!({"type": "start"})));
    assert!(says(&json!({"type": "end", "dryRun": true})));
    assert!(!says(&json!({"type": "end"})));
    let left = set_up.server.elb().tags_of(set_up.rule.as_str());
    assert!(left.into_keys().eq(["maintenance-mode:ended-at"]), "the listener's tags are not the rule's");
}

#[test]
fn rules_that_their_owner_put_back_in_the_window_stay_where_the_owner_wants_them() {
    let case = fixture("rules-that-their-owner-puts-back");
    let set_up = SetUp::of(&case["Rules"]);
    let arn = |id: &str| format!("{}/{id}", set_up.rule.as_str().rsplit_once('/').unwrap().0);
    set_up.send(&json!({"type": "start"}));
    set_up.server.change(|elb| {
        for id in case["in the window"]["deleted"].as_array().unwrap() {
            elb.remove_rule(&arn(id.as_str().unwrap()));
        }
        for (id, place) in case["in the window"]["put back"].as_object().unwrap() {
            elb.move_by_hand(&arn(id), u32::try_from(place.as_u64().unwrap()).unwrap()).unwrap();
        }
    });
    let end = set_up.send(&json!({"type": "end"}));
    assert!(end.warnings.iter().all(|warning| warning.code != "drift"), "{:?}", end.warnings);
    for (id, place) in case["after the end"].as_object().unwrap() {
        assert_eq!(u64::from(set_up.server.elb().priority_of(&arn(id))), place.as_u64().unwrap(), "{id}");
    }
}

#[test]
fn a_target_group_that_gets_requests_and_cannot_answer_is_told_of_before_and_in_a_window() {
    for case in fixture("weighted-maintenance-rules").as_array().unwrap() {
        let warned = case["warned"].as_bool().unwrap();
        let set_up = SetUp::with_health(&case["Rules"], &case["health"]);
        for event in ["check", "status", "start", "check"] {
            let report = set_up.send(&json!({"type": event}));
            let says = report.warnings.iter().any(|warning| warning.code == "no-healthy-target");
            assert_eq!(says, warned, "{event}: {}", case["why"]);
            assert_eq!(report.standing.responder_can_answer, Some(!warned), "{event}: {}", case["why"]);
        }
    }
}

#[test]
fn a_target_can_answer_unless_its_state_says_that_it_is_not_asked() {
    let rules = catch_all_at_50000();
    let can_answer = |states: &[&str]| {
        let set_up = SetUp::with_health(&rules, &json!({"maintenance": states}));
        set_up.send(&json!({"type": "check"})).standing.responder_can_answer.unwrap()
    };
    for state in ["healthy", "unavailable", "initial"] {
        assert!(can_answer(&[state, "unhealthy"]), "{state}");
    }
    assert!(!can_answer(&["unhealthy", "unhealthy.draining", "draining", "unused"]));
    assert!(!can_answer(&[]), "no target");
}
