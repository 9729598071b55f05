//! What DescribeRules answers, in our own types.

use aws_sdk_elasticloadbalancingv2::types::{
    Action as SdkAction, ActionTypeEnum, QueryStringKeyValuePair, Rule as SdkRule, RuleCondition,
    RuleTransform, TransformTypeEnum,
};

use crate::rule::{Action, DefaultRule, OrderError, Rule, RuleOrder, Scope, TargetGroupArn};

/// Why an answer is not the order of a listener's rules.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// Each rule can be read, but not all together.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A rule cannot be read.
    #[error("{0}")]
    Answer(String),
}

/// All rules of a listener, or what is wrong with them.
pub(super) fn order(rules: Vec<SdkRule>) -> Result<RuleOrder, Problem> {
    let mut numbered = Vec::new();
    let mut default = None;
    for rule in rules {
        let text = rule.rule_arn().unwrap_or_default();
        let arn = text.parse().map_err(|error| Problem::Answer(format!("\"{text}\" is {error}")))?;
        let actions = rule.actions();
        let joined = |describe: fn(&SdkAction) -> String| {
            actions.iter().map(describe).collect::<Vec<_>>().join(", then ")
        };
        let transforms: String = rule.transforms().iter().map(describe_transform).collect();
        let action = Action {
            kind: joined(|action| kind(action).to_owned()),
            description: joined(describe_action) + &transforms,
        };
        match rule.priority().unwrap_or_default() {
            "default" => default = Some(DefaultRule { arn, action }),
            number => {
                let priority = number
                    .parse()
                    .map_err(|error| format!("rule {arn} has priority \"{number}\", which is {error}"))
                    .map_err(Problem::Answer)?;
                let conditions = rule.conditions();
                numbered.push(Rule {
                    arn,
                    priority,
                    conditions: conditions.iter().map(describe_condition).collect(),
                    action,
                    scope: scope(conditions),
                    fixed_json: fixed_json(actions),
                    target_groups: actions.iter().flat_map(target_groups).map(TargetGroupArn::new).collect(),
                });
            }
        }
    }
    let default = default.ok_or_else(|| {
        Problem::Answer("the answer holds no default rule, which every listener has".to_owned())
    })?;
    Ok(RuleOrder::new(numbered, default)?)
}

/// The values of a condition and its regular expressions: in the field's own structure, or in the older flat lists.
fn values(condition: &RuleCondition) -> (&[String], &[String]) {
    const NONE: &[String] = &[];
    let path = condition.path_pattern_config().map(|own| (own.values(), own.regex_values()));
    let host = condition.host_header_config().map(|own| (own.values(), own.regex_values()));
    let method = condition.http_request_method_config().map(|own| (own.values(), NONE));
    let address = condition.source_ip_config().map(|own| (own.values(), NONE));
    let own = path.or(host).or(method).or(address);
    let own = own.filter(|(values, regexes)| !values.is_empty() || !regexes.is_empty());
    own.unwrap_or((condition.values(), condition.regex_values()))
}

/// Of headers and queries the names alone: a value is what lets testers in, and answers are read by many.
fn describe_condition(condition: &RuleCondition) -> String {
    const MASKED: &str = "***";
    let field = condition.field().unwrap_or("unknown field");
    match field {
        "http-header" => {
            let name = condition.http_header_config().and_then(|config| config.http_header_name());
            format!("{field} {}: {MASKED}", name.unwrap_or_default())
        }
        "query-string" => {
            let pairs = condition.query_string_config().map(|config| config.values()).unwrap_or_default();
            let masked = |pair: &QueryStringKeyValuePair| {
                pair.key().map_or_else(|| MASKED.to_owned(), |key| format!("{key}={MASKED}"))
            };
            format!("{field}: {}", pairs.iter().map(masked).collect::<Vec<_>>().join(", "))
        }
        _ => {
            let (values, regexes) = values(condition);
            format!("{field}: {}", [values, regexes].concat().join(", "))
        }
    }
}

/// Whether every request fulfils the condition, as far as that can be told from the values that people write for it.
fn matches_anything(condition: &RuleCondition) -> bool {
    const REGEXES: [&str; 8] = [".*", "^.*", ".*$", "^.*$", "/.*", "^/.*", "/.*$", "^/.*$"];
    let wildcards: &[&str] = match condition.field() {
        Some("path-pattern") => &["*", "/*"],
        Some("host-header") => &["*"],
        _ => return false,
    };
    let (values, regexes) = values(condition);
    let is_any = |values: &[String], any: &[&str]| values.iter().any(|value| any.contains(&value.as_str()));
    is_any(values, wildcards) || is_any(regexes, &REGEXES)
}

/// The host patterns that the condition asks for, if it asks for nothing else.
fn hosts(condition: &RuleCondition) -> Option<&[String]> {
    let (values, regexes) = values(condition);
    (condition.field() == Some("host-header") && regexes.is_empty()).then_some(values)
}

fn scope(conditions: &[RuleCondition]) -> Scope {
    let narrow: Vec<_> = conditions.iter().filter(|condition| !matches_anything(condition)).collect();
    let hosts: Vec<_> = narrow.iter().filter_map(|condition| hosts(condition)).collect();
    let is_whole = !conditions.is_empty() && hosts.len() == narrow.len() && hosts.len() <= 1;
    Scope::of_hosts(hosts.first().map(|hosts| hosts.to_vec()).unwrap_or_default(), is_whole)
}

fn fixed_json(actions: &[SdkAction]) -> Option<String> {
    let [action] = actions else { return None };
    let response = action.fixed_response_config()?;
    let is_json =
        response.status_code() == Some("200") && response.content_type() == Some("application/json");
    is_json.then(|| response.message_body().unwrap_or_default().to_owned())
}

fn describe_transform(transform: &RuleTransform) -> String {
    let kind = transform.r#type().map_or("unknown transform", TransformTypeEnum::as_str);
    let url = transform.url_rewrite_config().map(|config| config.rewrites()).unwrap_or_default();
    let host = transform.host_header_rewrite_config().map(|config| config.rewrites()).unwrap_or_default();
    let rewrites = url.iter().chain(host).map(|rewrite| {
        format!(" {} → {}", rewrite.regex().unwrap_or_default(), rewrite.replace().unwrap_or_default())
    });
    format!(", {kind}{}", rewrites.collect::<Vec<_>>().join(","))
}

fn kind(action: &SdkAction) -> &str {
    action.r#type().map_or("unknown action", ActionTypeEnum::as_str)
}

fn describe_action(action: &SdkAction) -> String {
    let details = match action.r#type() {
        Some(ActionTypeEnum::Forward) => forward_targets(action),
        Some(ActionTypeEnum::Redirect) => action.redirect_config().map(|to| {
            format!(
                "{} {}://{}:{}{}?{}",
                to.status_code().map_or("", |code| code.as_str().trim_start_matches("HTTP_")),
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
        Some(details) => format!("{}: {details}", kind(action)),
        None => kind(action).to_owned(),
    }
}

fn forward_targets(action: &SdkAction) -> Option<String> {
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
    let only = weighted.first().and_then(|target| target.target_group_arn()).or(action.target_group_arn());
    only.map(short)
}

/// Those that get requests.
fn target_groups(action: &SdkAction) -> Vec<&str> {
    let weighted = action.forward_config().map(|config| config.target_groups()).unwrap_or_default();
    let asked = weighted.iter().filter(|target| target.weight() != Some(0));
    let named = asked.filter_map(|target| target.target_group_arn());
    let only = action.target_group_arn().filter(|_| weighted.is_empty());
    named.chain(only).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticloadbalancingv2::types::{
        FixedResponseActionConfig, ForwardActionConfig, HostHeaderConditionConfig, HostHeaderRewriteConfig,
        HttpHeaderConditionConfig, PathPatternConditionConfig, QueryStringConditionConfig,
        RedirectActionConfig, RedirectActionStatusCodeEnum, RewriteConfig, TargetGroupTuple,
        UrlRewriteConfig,
    };

    use super::*;

    const ARN: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/";

    fn rule(id: &str, priority: &str) -> SdkRule {
        SdkRule::builder().rule_arn(format!("{ARN}{id}")).priority(priority).build()
    }

    fn path(value: &str) -> RuleCondition {
        let config = PathPatternConditionConfig::builder().values(value).build();
        RuleCondition::builder().field("path-pattern").path_pattern_config(config).build()
    }

    fn catches_all(conditions: Vec<RuleCondition>) -> bool {
        let mut one = rule("r", "1");
        one.conditions = Some(conditions);
        order(vec![one, rule("d", "default")]).unwrap().rules()[0].scope == Scope::ALL
    }

    fn of(field: &str, values: &[&str], regex_values: &[&str]) -> RuleCondition {
        let owned = |values: &[&str]| Some(values.iter().map(|value| (*value).to_owned()).collect());
        let config = PathPatternConditionConfig::builder()
            .set_values(owned(values))
            .set_regex_values(owned(regex_values))
            .build();
        let host = HostHeaderConditionConfig::builder()
            .set_values(owned(values))
            .set_regex_values(owned(regex_values))
            .build();
        let condition = RuleCondition::builder().field(field);
        if field == "host-header" {
            condition.host_header_config(host).build()
        } else {
            condition.path_pattern_config(config).build()
        }
    }

    #[test]
    fn a_rule_catches_all_if_every_request_fulfils_each_of_its_conditions() {
        assert!(catches_all(vec![path("/*")]));
        assert!(catches_all(vec![path("*")]));
        assert!(catches_all(vec![of("path-pattern", &["/a*", "/*"], &[])]));
        assert!(catches_all(vec![of("path-pattern", &[], &["^/.*$"])]));
        assert!(catches_all(vec![RuleCondition::builder().field("path-pattern").values("/*").build()]));
        assert!(catches_all(vec![path("/*"), of("host-header", &["*"], &[])]));
        assert!(catches_all(vec![path("/*"), of("host-header", &[], &[".*"])]));
        assert!(!catches_all(vec![path("/a*")]));
        assert!(!catches_all(vec![of("path-pattern", &["/.*"], &[])]), "a wildcard: hidden files only");
        assert!(!catches_all(vec![of("path-pattern", &[], &["^/a.*$"])]));
        assert!(!catches_all(vec![path("/*"), of("host-header", &["*.example.com"], &[])]));
        assert!(!catches_all(Vec::new()));
        let method = RuleCondition::builder().field("http-request-method").values("*").build();
        assert!(!catches_all(vec![path("/*"), method]));
    }

    #[test]
    fn transforms_are_shown_behind_the_action() {
        let rewrite = RewriteConfig::builder().regex("^/api/(.*)$").replace("/$1").build();
        let url = RuleTransform::builder()
            .r#type(TransformTypeEnum::UrlRewrite)
            .url_rewrite_config(UrlRewriteConfig::builder().rewrites(rewrite).build());
        let rewrite = RewriteConfig::builder().regex("old").replace("new").build();
        let host = RuleTransform::builder()
            .r#type(TransformTypeEnum::HostHeaderRewrite)
            .host_header_rewrite_config(HostHeaderRewriteConfig::builder().rewrites(rewrite).build());
        let mut one = rule("r", "1");
        one.actions = Some(vec![SdkAction::builder().r#type(ActionTypeEnum::Forward).build()]);
        one.transforms = Some(vec![url.build(), host.build()]);
        let order = order(vec![one, rule("d", "default")]).unwrap();
        insta::assert_snapshot!(order.rules()[0].action.description, @"forward, url-rewrite ^/api/(.*)$ → /$1, host-header-rewrite old → new");
        assert_eq!(order.rules()[0].action.kind, "forward");
    }

    #[test]
    fn conditions_read_as_in_the_console_but_for_what_lets_testers_in() {
        let header =
            HttpHeaderConditionConfig::builder().http_header_name("X-Bypass").values("secret").build();
        let pair = QueryStringKeyValuePair::builder().key("token").value("secret").build();
        let any_key = QueryStringKeyValuePair::builder().value("secret").build();
        let query = QueryStringConditionConfig::builder().values(pair).values(any_key).build();
        let lines = [
            path("/a*"),
            RuleCondition::builder().field("http-header").http_header_config(header).build(),
            RuleCondition::builder().field("query-string").query_string_config(query).build(),
            RuleCondition::builder()
                .field("source-ip")
                .values("192.0.2.0/24")
                .values("198.51.100.1/32")
                .build(),
        ]
        .map(|condition| describe_condition(&condition));
        insta::assert_snapshot!(lines.join("\n"), @"
        path-pattern: /a*
        http-header X-Bypass: ***
        query-string: token=***, ***
        source-ip: 192.0.2.0/24, 198.51.100.1/32
        ");
    }

    #[test]
    fn actions_read_as_in_the_console() {
        let group = |name: &str| {
            format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/{name}/1")
        };
        let weighted = |name: &str, weight| {
            TargetGroupTuple::builder().target_group_arn(group(name)).weight(weight).build()
        };
        let blue_green = ForwardActionConfig::builder()
            .target_groups(weighted("blue", 9))
            .target_groups(weighted("green", 1));
        let redirect = RedirectActionConfig::builder()
            .protocol("HTTPS")
            .port("443")
            .status_code(RedirectActionStatusCodeEnum::Http301);
        let fixed = FixedResponseActionConfig::builder().status_code("404");
        let lines = [
            SdkAction::builder().r#type(ActionTypeEnum::Forward).target_group_arn(group("shop")).build(),
            SdkAction::builder().r#type(ActionTypeEnum::Forward).forward_config(blue_green.build()).build(),
            SdkAction::builder().r#type(ActionTypeEnum::Redirect).redirect_config(redirect.build()).build(),
            SdkAction::builder()
                .r#type(ActionTypeEnum::FixedResponse)
                .fixed_response_config(fixed.build())
                .build(),
            SdkAction::builder().r#type(ActionTypeEnum::AuthenticateOidc).build(),
        ]
        .map(|action| describe_action(&action));
        insta::assert_snapshot!(lines.join("\n"), @"
        forward: targetgroup/shop/1
        forward: targetgroup/blue/1 (9), targetgroup/green/1 (1)
        redirect: 301 HTTPS://#{host}:443/#{path}?#{query}
        fixed-response: 404
        authenticate-oidc
        ");
    }

    #[test]
    fn an_answer_that_cannot_be_a_listener_is_refused_with_the_reason() {
        let problem = |rules: Vec<SdkRule>| order(rules).unwrap_err();
        insta::assert_snapshot!(problem(vec![rule("a", "1")]), @"the answer holds no default rule, which every listener has");
        insta::assert_snapshot!(problem(vec![rule("a", "0"), rule("d", "default")]), @r#"rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/a has priority "0", which is not a whole number from 1 to 50000"#);
        insta::assert_snapshot!(problem(vec![SdkRule::builder().priority("1").build()]), @r#""" is not a rule ARN of an Application Load Balancer (arn:aws:elasticloadbalancing:<region>:<account>:listener-rule/app/<name>/<id>/<listener>/<rule>)"#);
        insta::assert_snapshot!(problem(vec![rule("a", "1"), rule("b", "1"), rule("d", "default")]), @"rules arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/a and arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/b both stand at priority 1");
        insta::assert_snapshot!(problem(vec![rule("a", "1"), rule("a", "2"), rule("d", "default")]), @"rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/a was listed twice");
    }
}
