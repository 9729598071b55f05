//! What the unit tests of planning start from: a listener and its record, each in one line.

use crate::record::Tags;
use crate::rule::{Action, DefaultRule, OwnRules, Priority, Rule, RuleArn, RuleOrder, Scope};
use crate::state::{Settings, Situation};
use crate::timestamp::Timestamp;

pub(crate) const ARNS: &str =
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/";

pub(crate) fn arn(name: &str) -> RuleArn {
    format!("{ARNS}{name}").parse().unwrap()
}

/// A time of the tests' day, `20:00` or `20:00:00`. An invocation begins at 22:00.
pub(crate) fn at(clock: &str) -> Timestamp {
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    format!("2026-03-01T{clock}{seconds}Z").parse().unwrap()
}

/// The maintenance rule `M`, the placeholder `P`, the status rule `S`.
pub(crate) fn own_rules() -> OwnRules {
    OwnRules { maintenance: arn("M"), placeholder: Some(arn("P")), status: Some(arn("S")) }
}

pub(crate) fn settings() -> Settings {
    Settings { active: Priority::FIRST, resting: Priority::LAST, max_duration: None, stale_after: 60 }
}

/// Rules by name and priority, and perhaps a host: `P1 a2@a.example.com M50000`. `M` and `W` are for all paths.
pub(crate) fn rules(rules: &str) -> Vec<Rule> {
    let rule = |text: &str| {
        let (name, rest) = text.split_at(1);
        let (priority, host) =
            rest.split_once('@').map_or((rest, None), |(priority, host)| (priority, Some(host)));
        let is_whole = ["M", "W"].contains(&name);
        let path = format!("path-pattern: /{}", if is_whole { "*" } else { name });
        Rule {
            arn: arn(name),
            priority: priority.parse().unwrap(),
            conditions: [path].into_iter().chain(host.map(|host| format!("host-header: {host}"))).collect(),
            action: Action { kind: "redirect".into(), description: "redirect: 301".into() },
            scope: Scope::of_hosts(host.map(str::to_owned).into_iter().collect(), is_whole),
            fixed_json: None,
            target_groups: Vec::new(),
        }
    };
    rules.split(' ').map(rule).collect()
}

/// Tags such as `since=20:00 until=`; what is no clock stays as it is.
pub(crate) fn tags(tags: &str) -> Tags {
    let tag = |tag: &str| {
        let (key, value) = tag.split_once('=').unwrap();
        let is_clock = value.contains(':') && !value.contains('T');
        let value = if is_clock { at(value).to_string() } else { value.to_owned() };
        (format!("maintenance-mode:{key}"), value)
    };
    tags.split_whitespace().map(tag).collect()
}

/// A listener at 22:00.
pub(crate) fn situation<'a>(
    own: &'a OwnRules,
    settings: &'a Settings,
    rules: Vec<Rule>,
    record: &str,
) -> Situation<'a> {
    let default = DefaultRule { arn: arn("default"), action: rules[0].action.clone() };
    let order = RuleOrder::new(rules, default).unwrap();
    Situation::new(order, own, settings, at("22:00")).unwrap().tagged(tags(record))
}
