//! What DescribeRules answers, in our own types.

use aws_sdk_elasticloadbalancingv2::types::{
    Action as SdkAction, RedirectActionConfig, Rule as SdkRule, RuleCondition,
};

use super::RULES;
use crate::listener::ListenerError;
use crate::rule::{Action, DefaultRule, Rule, RuleOrder, Scope};

pub(super) fn order(answered: Vec<SdkRule>) -> Result<RuleOrder, ListenerError> {
    let (mut rules, mut default) = (Vec::new(), None);
    for rule in answered {
        let text = rule.rule_arn().unwrap_or_default();
        let arn = text.parse().map_err(|error| unreadable(&format!("\"{text}\" is {error}")))?;
        let number = rule.priority().unwrap_or_default();
        if number == "default" {
            default = Some(DefaultRule { arn, action: action(&rule) });
            continue;
        }
        let priority = number.parse().map_err(|error| {
            unreadable(&format!("rule {arn} has priority \"{number}\", which is {error}"))
        })?;
        let targets = rule.actions().iter().flat_map(targets).filter(|(_, weight)| *weight > 0);
        rules.push(Rule {
            arn,
            priority,
            conditions: rule.conditions().iter().map(describe_condition).collect(),
            action: action(&rule),
            scope: scope(rule.conditions()),
            target_groups: targets.map(|(group, _)| group).collect(),
            fixed_json: fixed_json(rule.actions()),
        });
    }
    let default = default.ok_or_else(|| unreadable("there is no default rule, which every listener has"))?;
    let problem = "two rules have one priority, or one rule is there twice";
    RuleOrder::new(rules, default).ok_or_else(|| unreadable(problem))
}

fn unreadable(problem: &str) -> ListenerError {
    ListenerError::Failed(format!("{RULES}: {problem}"))
}

/// The values of a condition and its regular expressions: in the field's own structure, or in the older flat lists.
fn values(condition: &RuleCondition) -> (&[String], &[String]) {
    let path = condition.path_pattern_config().map(|own| (own.values(), own.regex_values()));
    let host = condition.host_header_config().map(|own| (own.values(), own.regex_values()));
    let method = condition.http_request_method_config().map(|own| (own.values(), Default::default()));
    let address = condition.source_ip_config().map(|own| (own.values(), Default::default()));
    let own = path.or(host).or(method).or(address).filter(|own| *own != Default::default());
    own.unwrap_or((condition.values(), condition.regex_values()))
}

/// Without the values of headers and queries: many read the answers, and such a value can let testers in.
fn describe_condition(condition: &RuleCondition) -> String {
    let field = condition.field().unwrap_or("unknown field");
    let shown = match field {
        "http-header" => {
            let header = condition.http_header_config().and_then(|header| header.http_header_name());
            return format!("{field} {}: ***", header.unwrap_or_default());
        }
        "query-string" => {
            let pairs = condition.query_string_config().map(|query| query.values()).unwrap_or_default();
            let keys = pairs.iter().map(|pair| pair.key().map(|key| format!("{key}=")).unwrap_or_default());
            keys.map(|key| format!("{key}***")).collect()
        }
        _ => {
            let (values, regexes) = values(condition);
            [values, regexes].concat()
        }
    };
    format!("{field}: {}", shown.join(", "))
}

/// Whether every request meets the condition, as far as the usual ways to write that tell.
fn matches_anything(condition: &RuleCondition) -> bool {
    let wildcards: &[&str] = match condition.field() {
        Some("path-pattern") => &["*", "/*"],
        Some("host-header") => &["*"],
        _ => return false,
    };
    let is_any = |regex: &String| matches!(regex.trim_start_matches('^').trim_end_matches('$'), ".*" | "/.*");
    let (values, regexes) = values(condition);
    values.iter().any(|value| wildcards.contains(&value.as_str())) || regexes.iter().any(is_any)
}

fn scope(conditions: &[RuleCondition]) -> Scope {
    let (mut hosts, mut is_whole) = (Vec::new(), !conditions.is_empty());
    for condition in conditions.iter().filter(|condition| !matches_anything(condition)) {
        match (condition.field(), values(condition)) {
            (Some("host-header"), (values, [])) if hosts.is_empty() => hosts = values.to_vec(),
            _ => is_whole = false,
        }
    }
    Scope::of_hosts(hosts, is_whole)
}

fn fixed_json(actions: &[SdkAction]) -> Option<String> {
    let [action] = actions else { return None };
    let response = action.fixed_response_config()?;
    let is_json =
        response.content_type() == Some("application/json") && response.status_code() == Some("200");
    is_json.then(|| response.message_body().unwrap_or_default().to_owned())
}

fn action(rule: &SdkRule) -> Action {
    let joined = |describe: fn(&SdkAction) -> String| {
        rule.actions().iter().map(describe).collect::<Vec<_>>().join(", then ")
    };
    let transforms = rule.transforms().iter().filter_map(|transform| transform.r#type());
    let transforms = transforms.map(|kind| kind.as_str().to_owned());
    let description: Vec<_> = [joined(describe_action)].into_iter().chain(transforms).collect();
    Action { kind: joined(kind), description: description.join(", ") }
}

fn kind(action: &SdkAction) -> String {
    action.r#type().map_or("unknown action", |kind| kind.as_str()).to_owned()
}

fn describe_action(action: &SdkAction) -> String {
    let short = |arn: &str| arn.rsplit(':').next().unwrap_or_default().to_owned();
    let share = |(group, weight): &(String, i32)| format!("{} ({weight})", short(group));
    let forward = match &targets(action)[..] {
        [(only, _)] => short(only),
        several => several.iter().map(share).collect::<Vec<_>>().join(", "),
    };
    let status = action.fixed_response_config().and_then(|response| response.status_code());
    let redirect = action.redirect_config().map(describe_redirect);
    let details = redirect.or(status.map(str::to_owned)).unwrap_or(forward);
    let kind = kind(action);
    if details.is_empty() { kind } else { format!("{kind}: {details}") }
}

fn describe_redirect(to: &RedirectActionConfig) -> String {
    format!(
        "{} {}://{}:{}{}?{}",
        to.status_code().map_or("", |code| code.as_str().trim_start_matches("HTTP_")),
        to.protocol().unwrap_or("#{protocol}"),
        to.host().unwrap_or("#{host}"),
        to.port().unwrap_or("#{port}"),
        to.path().unwrap_or("/#{path}"),
        to.query().unwrap_or("#{query}")
    )
}

/// The target groups of an action with their weights: in its own structure, or in the older single field.
fn targets(action: &SdkAction) -> Vec<(String, i32)> {
    let weighted = action.forward_config().map(|config| config.target_groups()).unwrap_or_default();
    let only = action.target_group_arn().filter(|_| weighted.is_empty()).map(|arn| (arn, 1));
    let weighted =
        weighted.iter().filter_map(|one| Some((one.target_group_arn()?, one.weight().unwrap_or(1))));
    weighted.chain(only).map(|(arn, weight)| (arn.to_owned(), weight)).collect()
}

#[cfg(test)]
mod tests;
