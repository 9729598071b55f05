use aws_sdk_elasticloadbalancingv2::types::builders::ActionBuilder;
use aws_sdk_elasticloadbalancingv2::types::{
    ActionTypeEnum, FixedResponseActionConfig, ForwardActionConfig, HttpHeaderConditionConfig,
    QueryStringConditionConfig, QueryStringKeyValuePair, RedirectActionStatusCodeEnum, RuleTransform,
    TargetGroupTuple, TransformTypeEnum,
};

use super::*;
use crate::fixtures::ARNS;

fn condition(field: &str, values: &[&str], regexes: &[&str]) -> RuleCondition {
    let owned = |values: &[&str]| Some(values.iter().map(|value| (*value).to_owned()).collect());
    let condition = RuleCondition::builder().field(field);
    condition.set_values(owned(values)).set_regex_values(owned(regexes)).build()
}

#[test]
fn the_scope_is_what_all_conditions_leave() {
    let path = |values: &[&str], regexes: &[&str]| condition("path-pattern", values, regexes);
    let host = |values: &[&str], regexes: &[&str]| condition("host-header", values, regexes);
    let (all, method) = (path(&["/*"], &[]), condition("http-request-method", &["*"], &[]));
    let cases = [
        (vec![all.clone()], "", true),
        (vec![path(&["*"], &[])], "", true),
        (vec![path(&["/a*", "/*"], &[])], "", true),
        (vec![path(&[], &["^/.*$"])], "", true),
        (vec![path(&[], &[".*"])], "", true),
        (vec![all.clone(), host(&["*"], &[])], "", true),
        (vec![host(&[], &[".*"]), all.clone()], "", true),
        (vec![all.clone(), host(&["*.example.com"], &[])], "*.example.com", true),
        (vec![path(&["/a*"], &[]), host(&["a.example.com"], &[])], "a.example.com", false),
        (vec![path(&["/a*"], &[])], "", false),
        (vec![path(&["/.*"], &[])], "", false),
        (vec![path(&[], &["^/a.*$"])], "", false),
        (vec![all.clone(), host(&[], &["^a[.].*$"])], "", false),
        (vec![all, method], "", false),
        (Vec::new(), "", false),
    ];
    for (conditions, hosts, is_whole) in cases {
        let scope = scope(&conditions);
        assert_eq!((scope.hosts.join(" ").as_str(), scope.is_whole), (hosts, is_whole), "{conditions:?}");
    }
}

#[test]
fn conditions_read_as_in_the_console_without_secrets() {
    let header = HttpHeaderConditionConfig::builder().http_header_name("X-Bypass").values("secret").build();
    let pair = QueryStringKeyValuePair::builder().value("secret");
    let query = QueryStringConditionConfig::builder().values(pair.clone().key("token").build());
    let query = query.values(pair.build()).build();
    let lines = [
        condition("path-pattern", &["/a*"], &["^/b"]),
        condition("source-ip", &["192.0.2.0/24", "198.51.100.1/32"], &[]),
        condition("query-string", &["secret"], &[]),
        RuleCondition::builder().field("query-string").query_string_config(query).build(),
        RuleCondition::builder().field("http-header").http_header_config(header).build(),
    ]
    .map(|condition| describe_condition(&condition));
    insta::assert_snapshot!(lines.join("\n"), @"
    path-pattern: /a*, ^/b
    source-ip: 192.0.2.0/24, 198.51.100.1/32
    query-string: 
    query-string: token=***, ***
    http-header X-Bypass: ***
    ");
}

#[test]
fn actions_read_as_in_the_console() {
    let arn = |name| format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/{name}/1");
    let group = |name, weight| TargetGroupTuple::builder().target_group_arn(arn(name)).weight(weight).build();
    let of = |kind| SdkAction::builder().r#type(kind);
    let blue_green = ForwardActionConfig::builder().target_groups(group("blue", 9));
    let blue_green = blue_green.target_groups(group("green", 0)).build();
    let redirect = RedirectActionConfig::builder().protocol("HTTPS").port("443");
    let redirect = redirect.status_code(RedirectActionStatusCodeEnum::Http301).build();
    let fixed = FixedResponseActionConfig::builder().status_code("404").build();
    let rewrite = RuleTransform::builder().r#type(TransformTypeEnum::UrlRewrite).build();
    let rule = |action: ActionBuilder| SdkRule::builder().actions(action.build());
    let lines = [
        rule(of(ActionTypeEnum::Forward).target_group_arn(arn("shop"))).transforms(rewrite),
        rule(of(ActionTypeEnum::Forward).forward_config(blue_green)),
        rule(of(ActionTypeEnum::Redirect).redirect_config(redirect)),
        rule(of(ActionTypeEnum::FixedResponse).fixed_response_config(fixed)),
        rule(of(ActionTypeEnum::AuthenticateOidc)).actions(of(ActionTypeEnum::Forward).build()),
    ]
    .map(|rule| action(&rule.build()))
    .map(|action| format!("{} | {}", action.kind, action.description));
    insta::assert_snapshot!(lines.join("\n"), @"
    forward | forward: targetgroup/shop/1, url-rewrite
    forward | forward: targetgroup/blue/1 (9), targetgroup/green/1 (0)
    redirect | redirect: 301 HTTPS://#{host}:443/#{path}?#{query}
    fixed-response | fixed-response: 404
    authenticate-oidc, then forward | authenticate-oidc, then forward
    ");
}

#[test]
fn an_impossible_answer_is_refused() {
    let rule = |id: &str, priority: &str| {
        SdkRule::builder().rule_arn(format!("{ARNS}{id}")).priority(priority).build()
    };
    let refusal = |rules| order(rules).unwrap_err().to_string().replace(ARNS, "…");
    insta::assert_snapshot!(refusal(vec![rule("a", "1")]), @"DescribeRules: there is no default rule, which every listener has");
    insta::assert_snapshot!(refusal(vec![rule("a", "0")]), @r#"DescribeRules: rule …a has priority "0", which is not a whole number from 1 to 50000"#);
    insta::assert_snapshot!(refusal(vec![SdkRule::builder().priority("1").build()]), @r#"DescribeRules: "" is not a rule ARN of an Application Load Balancer (arn:aws:elasticloadbalancing:<region>:<account>:listener-rule/app/<name>/<id>/<listener>/<rule>)"#);
    insta::assert_snapshot!(refusal(vec![rule("d", "default"), rule("a", "1"), rule("b", "1")]), @"DescribeRules: two rules have one priority, or one rule is there twice");
    insta::assert_snapshot!(refusal(vec![rule("d", "default"), rule("a", "1"), rule("a", "2")]), @"DescribeRules: two rules have one priority, or one rule is there twice");
}
