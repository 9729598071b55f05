//! What DescribeRules answers, in our own types.

use aws_sdk_elasticloadbalancingv2::types::{Action, ActionTypeEnum, Rule as SdkRule, RuleCondition};

use crate::rule::{DefaultRule, Rule, RuleOrder, TargetGroupArn};

/// All rules of a listener, or what is wrong with them.
pub(super) fn order(rules: Vec<SdkRule>) -> Result<RuleOrder, String> {
    let mut numbered = Vec::new();
    let mut default = None;
    for rule in rules {
        let text = rule.rule_arn().unwrap_or_default();
        let arn = text.parse().map_err(|error| format!("\"{text}\" is {error}"))?;
        let actions = rule.actions();
        let action = actions.iter().map(describe_action).collect::<Vec<_>>().join(", then ");
        match rule.priority().unwrap_or_default() {
            "default" => default = Some(DefaultRule { arn, action }),
            number => {
                let priority = number
                    .parse()
                    .map_err(|error| format!("rule {arn} has priority \"{number}\", which is {error}"))?;
                let conditions = rule.conditions();
                numbered.push(Rule {
                    arn,
                    priority,
                    conditions: conditions.iter().map(describe_condition).collect(),
                    action,
                    catches_all: matches!(conditions, [only] if matches_any_path(only)),
                    target_groups: actions.iter().flat_map(target_groups).map(TargetGroupArn::new).collect(),
                });
            }
        }
    }
    let default = default.ok_or("the answer holds no default rule, which every listener has")?;
    RuleOrder::new(numbered, default).map_err(|error| error.to_string())
}

/// The values of a condition: in the field's own structure, or in the older flat list.
fn values(condition: &RuleCondition) -> Vec<String> {
    let own: &[&[String]] = &[
        condition.path_pattern_config().map(|c| c.values()).unwrap_or_default(),
        condition.path_pattern_config().map(|c| c.regex_values()).unwrap_or_default(),
        condition.host_header_config().map(|c| c.values()).unwrap_or_default(),
        condition.host_header_config().map(|c| c.regex_values()).unwrap_or_default(),
        condition.http_header_config().map(|c| c.values()).unwrap_or_default(),
        condition.http_header_config().map(|c| c.regex_values()).unwrap_or_default(),
        condition.http_request_method_config().map(|c| c.values()).unwrap_or_default(),
        condition.source_ip_config().map(|c| c.values()).unwrap_or_default(),
    ];
    let pairs = condition.query_string_config().map(|c| c.values()).unwrap_or_default();
    let mut values = own.concat();
    values.extend(pairs.iter().map(|pair| match pair.key() {
        Some(key) => format!("{key}={}", pair.value().unwrap_or_default()),
        None => pair.value().unwrap_or_default().to_owned(),
    }));
    if values.is_empty() {
        values.extend(condition.values().iter().chain(condition.regex_values()).cloned());
    }
    values
}

fn describe_condition(condition: &RuleCondition) -> String {
    let field = condition.field().unwrap_or("unknown field");
    let header = condition.http_header_config().and_then(|config| config.http_header_name());
    let name = header.map_or_else(|| field.to_owned(), |header| format!("{field} {header}"));
    format!("{name}: {}", values(condition).join(", "))
}

fn matches_any_path(condition: &RuleCondition) -> bool {
    condition.field() == Some("path-pattern")
        && values(condition).iter().any(|value| value == "/*" || value == "*")
}

fn describe_action(action: &Action) -> String {
    let kind = action.r#type().map_or("unknown action", ActionTypeEnum::as_str);
    let details = match action.r#type() {
        Some(ActionTypeEnum::Forward) => forward_targets(action),
        Some(ActionTypeEnum::Redirect) => action.redirect_config().map(|to| {
            format!(
                "{} {}://{}:{}{}?{}",
                to.status_code().map_or("", |code| code.as_str()),
                to.protocol().unwrap_or("#{protocol}"),
                to.host().unwrap_or("#{host}"),
                to.port().unwrap_or("#{port}"),
                to.path().unwrap_or("/#{path}"),
                to.query().unwrap_or("#{query}")
            )
        }),
        Some(ActionTypeEnum::FixedResponse) => {
            action.fixed_response_config().and_then(|response| response.status_code()).map(str::to_owned)
        }
        _ => None,
    };
    match details {
        Some(details) => format!("{kind}: {details}"),
        None => kind.to_owned(),
    }
}

fn forward_targets(action: &Action) -> Option<String> {
    let weighted = action.forward_config().map(|config| config.target_groups()).unwrap_or_default();
    let short = |arn: &str| TargetGroupArn::new(arn).short().to_owned();
    if weighted.len() > 1 {
        let parts = weighted.iter().map(|target| {
            format!(
                "{} ({})",
                short(target.target_group_arn().unwrap_or_default()),
                target.weight().unwrap_or(1)
            )
        });
        return Some(parts.collect::<Vec<_>>().join(", "));
    }
    target_groups(action).first().map(|arn| short(arn))
}

fn target_groups(action: &Action) -> Vec<&str> {
    let weighted = action.forward_config().map(|config| config.target_groups()).unwrap_or_default();
    let named = weighted.iter().filter_map(|target| target.target_group_arn());
    let mut groups: Vec<&str> = named.chain(action.target_group_arn()).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}
