//! The warnings about a listener's set-up, through the real client: of rules as DescribeRules returns them.

use priority_switcher::elb::ElbListener;
use priority_switcher::handler::{Handled, handle};
use priority_switcher::report::ListenerReport;
use priority_switcher::settings::Settings;
use priority_switcher::state::State;
use serde_json::{Value, json};
use strict_elb::{Rule, Server, StrictElb};

use crate::support::client::client;
use crate::support::run::{START_OF_TIME, moment, on_the_real_clock, time};
use crate::support::site::{codes, message, own_rules, report, rule, settings, target_group};

fn forward_to(group: &str) -> Value {
    json!({"Type": "forward", "TargetGroupArn": target_group(group)})
}

fn fixed(status: &str) -> Value {
    json!({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status, "ContentType": "text/plain"}})
}

/// A rule for a path and, unless it is empty, a host.
fn numbered(id: &str, priority: u32, host: &str, path: &str, action: &Value) -> Value {
    let condition =
        |field: &str, config: &str, value: &str| json!({"Field": field, config: {"Values": [value]}});
    let host = (!host.is_empty()).then(|| condition("host-header", "HostHeaderConfig", host));
    let conditions: Vec<_> =
        host.into_iter().chain([condition("path-pattern", "PathPatternConfig", path)]).collect();
    json!({
        "RuleArn": rule(id).as_str(), "Priority": priority.to_string(), "Conditions": conditions, "Actions": [action]
    })
}

fn maintenance(priority: u32, host: &str) -> Value {
    numbered("maintenance", priority, host, "/*", &forward_to("maintenance"))
}

fn placeholder(priority: u32) -> Value {
    numbered("placeholder", priority, "placeholder.invalid", "/*", &fixed("404"))
}

fn stand_in(priority: u32, host: &str) -> Value {
    numbered("stand-in", priority, host, "/*", &fixed("404"))
}

/// A listener whose default action is a 404.
struct SetUp {
    server: Server,
    settings: Settings,
}

impl SetUp {
    fn of(rules: &[Value]) -> Self {
        let default =
            json!({"RuleArn": rule("default").as_str(), "Priority": "default", "Actions": [fixed("404")]});
        let mut elb = StrictElb::default();
        for rule in rules.iter().chain([&default]) {
            elb.add_rule(Rule::from_json(rule));
        }
        Self { server: Server::start(elb), settings: settings() }
    }

    fn resting_at(self, resting: u32) -> Self {
        Self { settings: Settings { resting: resting.try_into().unwrap(), ..self.settings }, ..self }
    }

    fn active_at(self, active: u32) -> Self {
        Self { settings: Settings { active: active.try_into().unwrap(), ..self.settings }, ..self }
    }

    fn handled(&self, kind: &str) -> Handled {
        let client = client(format!("http://{}", self.server.address));
        let listeners = [ElbListener::new(client, own_rules("web"))];
        let event = json!({"type": kind}).to_string();
        on_the_real_clock().block_on(handle(&listeners, &self.settings, &event, moment(time(START_OF_TIME))))
    }

    fn send(&self, kind: &str) -> ListenerReport {
        report(&self.handled(kind).answer.unwrap()).clone()
    }

    fn codes(&self, kind: &str) -> Vec<&'static str> {
        codes(&self.send(kind))
    }
}

#[test]
fn a_ready_listener_has_no_warning() {
    let set_up = SetUp::of(&[placeholder(1), stand_in(49_999, ""), maintenance(50_000, "")]);
    for kind in ["status", "check", "start", "status", "check", "end"] {
        assert_eq!(set_up.codes(kind), [""; 0], "{kind}");
    }
}

#[test]
fn a_catch_all_below_the_resting_rule_is_reported() {
    let catch_all = numbered("shop", 50_000, "", "/*", &forward_to("shop"));
    let rules = [placeholder(1), maintenance(49_000, ""), catch_all];
    let set_up = SetUp::of(&rules).resting_at(49_000);
    let status = set_up.send("status");
    insta::assert_snapshot!(message(&status, "shadows-rules"), @"the maintenance rule rests at 49000, so these rules below it get no request: 50000; move it below them");
    insta::assert_snapshot!(message(&status, "reachable-at-rest"), @"visitors are turned away now: no rule above the maintenance rule (49000) takes all requests, and the responder answers the rest in place of the listener's default action (fixed-response: 404); put a /* rule that does the same as that just above");
    let measured = |kind| set_up.handled(kind).measures.listeners.remove(0);
    assert_eq!((measured("check").shadowed_rules, measured("check").is_blocked), (1, true));
    assert_eq!(set_up.codes("check"), ["reachable-at-rest", "shadows-rules"]);
    assert_eq!(set_up.codes("start"), [""; 0], "in a window");
    assert_eq!((measured("check").shadowed_rules, measured("check").is_blocked), (0, false));
    assert_eq!(set_up.codes("end"), ["reachable-at-rest", "shadows-rules"]);
    assert_eq!(SetUp::of(&rules).send("status").state, State::Active, "not its resting priority");
}

#[test]
fn another_stand_in_than_the_default_action_is_reported() {
    let redirect = json!({"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}});
    let stand_in = numbered("stand-in", 49_999, "", "/*", &redirect);
    let set_up = SetUp::of(&[placeholder(1), stand_in, maintenance(50_000, "")]);
    insta::assert_snapshot!(message(&set_up.send("status"), "stand-in-differs"), @"at rest, the catch-all rule at 49999 takes the place of the listener's default action, but does something else: redirect: 301 HTTPS://#{host}:443/#{path}?#{query}, where the default action is fixed-response: 404; make them the same");
    assert_eq!(set_up.codes("check"), [""; 0], "it can be on purpose");
}

#[test]
fn what_stays_open_is_named() {
    let shop = |priority| numbered("shop", priority, "", "/shop*", &forward_to("shop"));
    let pinned =
        SetUp::of(&[shop(1), placeholder(2), stand_in(49_999, ""), maintenance(50_000, "")]).active_at(2);
    insta::assert_snapshot!(message(&pinned.send("status"), "stays-open"), @"these stay open during maintenance: rules above the active priority 2: 1");
    let narrow = numbered("maintenance", 50_000, "", "/shop/*", &forward_to("maintenance"));
    insta::assert_snapshot!(message(&SetUp::of(&[placeholder(1), narrow]).send("status"), "stays-open"), @"these stay open during maintenance: all requests but those for path-pattern: /shop/*");
}

/// Two stacks at one listener: `a.example.com` and this one's, `b.example.com`.
#[test]
fn another_stacks_rules_are_no_matter() {
    let set_up = SetUp::of(&[
        numbered("a-maintenance", 1, "a.example.com", "/*", &forward_to("maintenance")),
        placeholder(2),
        stand_in(49_997, "b.example.com"),
        maintenance(49_998, "B.example.com"),
        numbered("a-stand-in", 49_999, "a.example.com", "/*", &fixed("404")),
        numbered("a-placeholder", 50_000, "placeholder.invalid", "/*", &fixed("404")),
    ]);
    let set_up = set_up.active_at(2).resting_at(49_998);
    let status = set_up.send("status");
    insta::assert_snapshot!(message(&status, "stays-open"), @"these stay open during maintenance: all hosts but b.example.com");
    assert_eq!(codes(&status), ["stays-open"]);
    assert_eq!(set_up.send("check").state, State::Resting);
    assert_eq!(set_up.send("start").state, State::Active);
    assert_eq!(set_up.codes("check"), [""; 0]);
}

#[test]
fn hosts_without_a_stand_in_are_reported() {
    let own = maintenance(50_000, "a.example.com");
    let rest_of = |rules: &[Value]| {
        let rules = [rules, &[placeholder(1), own.clone()]].concat();
        message(&SetUp::of(&rules).send("status"), "reachable-at-rest")
    };
    insta::assert_snapshot!(rest_of(&[stand_in(49_999, "b.example.com")]), @"visitors of a.example.com are turned away now: no rule above the maintenance rule (50000) takes all requests, and the responder answers the rest in place of the listener's default action (fixed-response: 404); put a rule for these hosts and /* that does the same as that just above");
    for host in ["", "*.example.com", "A.example.com"] {
        assert_eq!(rest_of(&[stand_in(49_999, host)]), "", "{host:?} takes over");
    }
}

#[test]
fn each_target_group_with_a_weight_needs_a_target() {
    let cases = [
        (0, &[][..], &["healthy"][..], true),
        (0, &["healthy"], &["unhealthy"], false),
        (1, &["healthy"], &["unhealthy"], false),
        (1, &["unhealthy", "initial"], &["unavailable"], true),
        (1, &["unhealthy", "unhealthy.draining", "draining", "unused"], &["healthy"], false),
    ];
    for (weight, blue, green, can_answer) in cases {
        let group = |name, weight| json!({"TargetGroupArn": target_group(name), "Weight": weight});
        let action = json!({"Type": "forward", "ForwardConfig": {"TargetGroups": [group("blue", weight), group("green", 1)]}});
        let own = numbered("maintenance", 50_000, "", "/*", &action);
        let set_up = SetUp::of(&[placeholder(1), stand_in(49_999, ""), own]);
        set_up.server.change(|elb| elb.set_health(&target_group("blue"), blue));
        set_up.server.change(|elb| elb.set_health(&target_group("green"), green));
        for kind in ["check", "start", "check", "end"] {
            let measured = set_up.handled(kind).measures.listeners.remove(0);
            assert_eq!(measured.can_answer, Some(can_answer), "{kind} {weight} {blue:?} {green:?}");
        }
        assert_eq!(set_up.codes("status").contains(&"no-healthy-target"), !can_answer);
    }
}
