//! What DescribeRules answers, in our own types.

use aws_sdk_elasticloadbalancingv2::types::{
    Action as SdkAction, QueryStringKeyValuePair, RedirectActionConfig, Rule as SdkRule, RuleCondition,
    RuleTransform,
};

use crate::rule::{Action, DefaultRule, Rule, Scope};

/// All rules of a listener and its default rule, or why the answer cannot be read.
pub(super) fn rules(rules: Vec<SdkRule>) -> Result<(Vec<Rule>, DefaultRule), String> {
    let mut numbered = Vec::new();
    let mut default = None;
    for rule in rules {
        let text = rule.rule_arn().unwrap_or_default();
        let arn = text.parse().map_err(|error| format!("\"{text}\" is {error}"))?;
        let number = rule.priority().unwrap_or_default();
        if number == "default" {
            default = Some(DefaultRule { arn, action: action(&rule) });
            continue;
        }
        let priority = number
            .parse()
            .map_err(|error| format!("rule {arn} has priority \"{number}\", which is {error}"))?;
        let targets = rule.actions().iter().flat_map(targets).filter(|(_, weight)| *weight > 0);
        numbered.push(Rule {
            arn,
            priority,
            conditions: rule.conditions().iter().map(describe_condition).collect(),
            action: action(&rule),
            scope: scope(rule.conditions()),
            target_groups: targets.map(|(group, _)| group).collect(),
            fixed_json: fixed_json(rule.actions()),
        });
    }
    let default = default.ok_or("the answer has no default rule, which every listener has")?;
    Ok((numbered, default))
}

/// The values of a condition and its regular expressions: in the field's own structure, or in the older flat lists.
fn values(condition: &RuleCondition) -> (&[String], &[String]) {
    let path = condition.path_pattern_config().map(|own| (own.values(), own.regex_values()));
    let host = condition.host_header_config().map(|own| (own.values(), own.regex_values()));
    let method = condition.http_request_method_config().map(|own| (own.values(), [].as_slice()));
    let address = condition.source_ip_config().map(|own| (own.values(), [].as_slice()));
    let own = path.or(host).or(method).or(address).filter(|own| *own != Default::default());
    own.unwrap_or((condition.values(), condition.regex_values()))
}

/// Without the values of headers and queries: many read the answers, and such a value can let testers in.
fn describe_condition(condition: &RuleCondition) -> String {
    const MASK: &str = "***";
    let field = condition.field().unwrap_or("unknown field");
    let header = condition.http_header_config().and_then(|header| header.http_header_name());
    let pairs = condition.query_string_config().map(|query| query.values()).unwrap_or_default();
    let masked = |pair: &QueryStringKeyValuePair| {
        pair.key().map_or_else(|| MASK.to_owned(), |key| format!("{key}={MASK}"))
    };
    let (values, regexes) = values(condition);
    match field {
        "http-header" => format!("{field} {}: {MASK}", header.unwrap_or_default()),
        "query-string" => format!("{field}: {}", pairs.iter().map(masked).collect::<Vec<_>>().join(", ")),
        _ => format!("{field}: {}", [values, regexes].concat().join(", ")),
    }
}

/// Whether every request meets the condition, as far as the usual ways to write that tell.
fn matches_anything(condition: &RuleCondition) -> bool {
    let wildcards: &[&str] = match condition.field() {
        Some("path-pattern") => &["*", "/*"],
        Some("host-header") => &["*"],
        _ => return false,
    };
    let is_any = |regex: &String| {
        let inner = regex.strip_prefix('^').unwrap_or(regex);
        matches!(inner.strip_suffix('$').unwrap_or(inner), ".*" | "/.*")
    };
    let (values, regexes) = values(condition);
    values.iter().any(|value| wildcards.contains(&value.as_str())) || regexes.iter().any(is_any)
}

/// The host patterns of the condition, if it is about nothing else.
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
    let kind = (response.status_code(), response.content_type());
    let is_json = kind == (Some("200"), Some("application/json"));
    is_json.then(|| response.message_body().unwrap_or_default().to_owned())
}

fn action(rule: &SdkRule) -> Action {
    let joined = |describe: fn(&SdkAction) -> String| {
        rule.actions().iter().map(describe).collect::<Vec<_>>().join(", then ")
    };
    let transforms: String = rule.transforms().iter().map(describe_transform).collect();
    Action { kind: joined(kind), description: joined(describe_action) + &transforms }
}

fn kind(action: &SdkAction) -> String {
    action.r#type().map_or("unknown action", |kind| kind.as_str()).to_owned()
}

fn describe_action(action: &SdkAction) -> String {
    let targets = targets(action);
    let short = |arn: &str| arn.rsplit(':').next().unwrap_or_default().to_owned();
    let share = |(group, weight): &(String, i32)| format!("{} ({weight})", short(group));
    let forward = match &targets[..] {
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

fn describe_transform(transform: &RuleTransform) -> String {
    let url = transform.url_rewrite_config().map(|config| config.rewrites()).unwrap_or_default();
    let host = transform.host_header_rewrite_config().map(|config| config.rewrites()).unwrap_or_default();
    let rewrites = url.iter().chain(host).map(|rewrite| {
        format!(" {} → {}", rewrite.regex().unwrap_or_default(), rewrite.replace().unwrap_or_default())
    });
    let kind = transform.r#type().map_or("unknown transform", |kind| kind.as_str());
    format!(", {kind}{}", rewrites.collect::<Vec<_>>().join(","))
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
mod tests {
    use aws_sdk_elasticloadbalancingv2::types::builders::ActionBuilder;
    use aws_sdk_elasticloadbalancingv2::types::{
        ActionTypeEnum, FixedResponseActionConfig, ForwardActionConfig, HostHeaderConditionConfig,
        HostHeaderRewriteConfig, HttpHeaderConditionConfig, QueryStringConditionConfig,
        RedirectActionStatusCodeEnum, RewriteConfig, TargetGroupTuple, TransformTypeEnum, UrlRewriteConfig,
    };

    use super::*;

    const ARN: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/";

    fn rule(id: &str, priority: &str) -> SdkRule {
        SdkRule::builder().rule_arn(format!("{ARN}{id}")).priority(priority).build()
    }

    fn owned(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    fn flat(field: &str, values: &[&str], regexes: &[&str]) -> RuleCondition {
        let condition = RuleCondition::builder().field(field);
        condition.set_values(Some(owned(values))).set_regex_values(Some(owned(regexes))).build()
    }

    fn path(values: &[&str], regexes: &[&str]) -> RuleCondition {
        flat("path-pattern", values, regexes)
    }

    fn host(values: &[&str], regexes: &[&str]) -> RuleCondition {
        let config = HostHeaderConditionConfig::builder();
        let config = config.set_values(Some(owned(values))).set_regex_values(Some(owned(regexes))).build();
        RuleCondition::builder().field("host-header").host_header_config(config).build()
    }

    #[test]
    fn the_scope_is_what_all_conditions_leave() {
        let hosts = |hosts: &[&str], is_whole| Scope::of_hosts(owned(hosts), is_whole);
        let all = path(&["/*"], &[]);
        let cases = [
            (vec![all.clone()], Scope::ALL),
            (vec![path(&["*"], &[])], Scope::ALL),
            (vec![path(&["/a*", "/*"], &[])], Scope::ALL),
            (vec![path(&[], &["^/.*$"])], Scope::ALL),
            (vec![path(&[], &[".*"])], Scope::ALL),
            (vec![all.clone(), host(&["*"], &[])], Scope::ALL),
            (vec![host(&[], &[".*"]), all.clone()], Scope::ALL),
            (vec![all.clone(), host(&["*.example.com"], &[])], hosts(&["*.example.com"], true)),
            (vec![path(&["/a*"], &[]), host(&["a.example.com"], &[])], hosts(&["a.example.com"], false)),
            (vec![path(&["/a*"], &[])], hosts(&[], false)),
            (vec![path(&["/.*"], &[])], hosts(&[], false)),
            (vec![path(&[], &["^/a.*$"])], hosts(&[], false)),
            (vec![all.clone(), host(&[], &["^a[.].*$"])], hosts(&[], false)),
            (vec![all, flat("http-request-method", &["*"], &[])], hosts(&[], false)),
            (Vec::new(), hosts(&[], false)),
        ];
        for (conditions, expected) in cases {
            assert_eq!(scope(&conditions), expected, "{conditions:?}");
        }
    }

    #[test]
    fn conditions_read_as_in_the_console_without_secrets() {
        let header = HttpHeaderConditionConfig::builder().http_header_name("X-Bypass").values("secret");
        let pair = QueryStringKeyValuePair::builder().key("token").value("secret").build();
        let any_key = QueryStringKeyValuePair::builder().value("secret").build();
        let query = QueryStringConditionConfig::builder().values(pair).values(any_key);
        let lines = [
            path(&["/a*"], &["^/b"]),
            RuleCondition::builder().field("http-header").http_header_config(header.build()).build(),
            RuleCondition::builder().field("query-string").query_string_config(query.build()).build(),
            flat("query-string", &["secret"], &[]),
            flat("source-ip", &["192.0.2.0/24", "198.51.100.1/32"], &[]),
        ]
        .map(|condition| describe_condition(&condition));
        insta::assert_snapshot!(lines.join("\n"), @"
        path-pattern: /a*, ^/b
        http-header X-Bypass: ***
        query-string: token=***, ***
        query-string: 
        source-ip: 192.0.2.0/24, 198.51.100.1/32
        ");
    }

    #[test]
    fn actions_read_as_in_the_console() {
        let arn =
            |name| format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/{name}/1");
        let group =
            |name, weight| TargetGroupTuple::builder().target_group_arn(arn(name)).weight(weight).build();
        let of = |kind| SdkAction::builder().r#type(kind);
        let blue_green = ForwardActionConfig::builder().target_groups(group("blue", 9));
        let blue_green = blue_green.target_groups(group("green", 0)).build();
        let redirect = RedirectActionConfig::builder().protocol("HTTPS").port("443");
        let redirect = redirect.status_code(RedirectActionStatusCodeEnum::Http301).build();
        let fixed = FixedResponseActionConfig::builder().status_code("404").build();
        let rewrite = |regex, to| RewriteConfig::builder().regex(regex).replace(to).build();
        let url = UrlRewriteConfig::builder().rewrites(rewrite("^/api/(.*)$", "/$1")).build();
        let host = HostHeaderRewriteConfig::builder().rewrites(rewrite("old", "new")).build();
        let url = RuleTransform::builder().r#type(TransformTypeEnum::UrlRewrite).url_rewrite_config(url);
        let host = RuleTransform::builder()
            .r#type(TransformTypeEnum::HostHeaderRewrite)
            .host_header_rewrite_config(host);
        let rule = |action: ActionBuilder| SdkRule::builder().actions(action.build());
        let lines = [
            rule(of(ActionTypeEnum::Forward).target_group_arn(arn("shop"))),
            rule(of(ActionTypeEnum::Forward).forward_config(blue_green)),
            rule(of(ActionTypeEnum::Redirect).redirect_config(redirect)),
            rule(of(ActionTypeEnum::FixedResponse).fixed_response_config(fixed)),
            rule(of(ActionTypeEnum::AuthenticateOidc)).actions(of(ActionTypeEnum::Forward).build()),
            rule(of(ActionTypeEnum::Forward)).transforms(url.build()).transforms(host.build()),
        ]
        .map(|rule| action(&rule.build()))
        .map(|action| format!("{} | {}", action.kind, action.description));
        insta::assert_snapshot!(lines.join("\n"), @"
        forward | forward: targetgroup/shop/1
        forward | forward: targetgroup/blue/1 (9), targetgroup/green/1 (0)
        redirect | redirect: 301 HTTPS://#{host}:443/#{path}?#{query}
        fixed-response | fixed-response: 404
        authenticate-oidc, then forward | authenticate-oidc, then forward
        forward | forward, url-rewrite ^/api/(.*)$ → /$1, host-header-rewrite old → new
        ");
    }

    #[test]
    fn an_impossible_answer_is_refused() {
        let problems = [
            vec![rule("a", "1")],
            vec![rule("a", "0"), rule("d", "default")],
            vec![SdkRule::builder().priority("1").build()],
        ]
        .map(|rules| super::rules(rules).unwrap_err());
        insta::assert_snapshot!(problems.join("\n"), @r#"
        the answer has no default rule, which every listener has
        rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/a has priority "0", which is not a whole number from 1 to 50000
        "" is not a rule ARN of an Application Load Balancer (arn:aws:elasticloadbalancing:<region>:<account>:listener-rule/app/<name>/<id>/<listener>/<rule>)
        "#);
    }
}
