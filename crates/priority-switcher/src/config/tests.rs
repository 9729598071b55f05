use super::*;
use crate::fixtures::{ARNS, arn, settings};

fn other(rule: &str) -> String {
    arn(rule).as_str().replace("/1/2/", "/1/3/")
}

fn config(variables: &[(&str, &str)]) -> Result<Config, SwitchError> {
    let maintenance = arn("M");
    let defaults = [("AWS_REGION", "eu-central-1"), (MAINTENANCE, maintenance.as_str())];
    let all = variables.iter().chain(&defaults);
    Config::from_env(|name| {
        all.clone().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn one_rule_is_enough() {
    let rules = vec![OwnRules { maintenance: arn("M"), placeholder: None, status: None }];
    let expected = Ok(Config { rules, settings: settings() });
    assert_eq!(config(&[]), expected);
    for variable in [PLACEHOLDER, STATUS, ACTIVE, RESTING, MAX_DURATION, STALE_AFTER] {
        assert_eq!(config(&[(variable, " ")]), expected, "a template passes on an empty {variable}");
    }
    assert_eq!(config(&[(MAX_DURATION, "0")]), expected, "0 minutes means no limit");
}

#[test]
fn every_variable_is_read() {
    let config = config(&[
        (MAINTENANCE, &format!(" {} , {},", arn("M"), other("M"))),
        (PLACEHOLDER, &format!("{}, {}", other("P"), arn("P"))),
        (STATUS, &format!("{}, ", other("S"))),
        (ACTIVE, "10"),
        (RESTING, "49000"),
        (MAX_DURATION, "240"),
        (STALE_AFTER, "15"),
    ]);
    let own = |maintenance: &str, placeholder: &str, status: &str| OwnRules {
        maintenance: maintenance.parse().unwrap(),
        placeholder: placeholder.parse().ok(),
        status: status.parse().ok(),
    };
    let rules =
        vec![own(arn("M").as_str(), arn("P").as_str(), ""), own(&other("M"), &other("P"), &other("S"))];
    let (active, resting) = ("10".parse().unwrap(), "49000".parse().unwrap());
    let settings = Settings { active, resting, max_duration: Some(240), stale_after: 15 };
    assert_eq!(config, Ok(Config { rules, settings }));
}

/// With short ARNs.
fn refusal(variables: &[(&str, &str)]) -> String {
    config(variables).unwrap_err().to_string().replace(ARNS, "…")
}

#[test]
fn rules_that_cannot_be_switched_are_refused() {
    let (maintenance, another) = (arn("M"), arn("N"));
    let together = |rule: &str| format!("{maintenance},{rule}");
    insta::assert_snapshot!(refusal(&[(MAINTENANCE, " ,")]), @r#"MAINTENANCE_RULE_ARNS is ",": no rule; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(refusal(&[(MAINTENANCE, &together("my-rule"))]), @r#"MAINTENANCE_RULE_ARNS is "…M,my-rule": "my-rule" is not a rule ARN; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(refusal(&[(MAINTENANCE, &together(another.as_str()))]), @r#"MAINTENANCE_RULE_ARNS is "…M,…N": …M and …N are of one listener; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(refusal(&[("AWS_REGION", "us-east-1")]), @r#"MAINTENANCE_RULE_ARNS is "…M": …M is not in the function's region, us-east-1; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(refusal(&[(STATUS, "status")]), @r#"STATUS_RULE_ARNS is "status": "status" is not a rule ARN; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(refusal(&[(STATUS, &other("S"))]), @r#"STATUS_RULE_ARNS is "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/3/S": arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/3/S is of no listener of MAINTENANCE_RULE_ARNS; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(refusal(&[(PLACEHOLDER, maintenance.as_str())]), @r#"PLACEHOLDER_RULE_ARNS is "…M": …M is in another variable, too; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(refusal(&[(PLACEHOLDER, another.as_str()), (STATUS, another.as_str())]), @r#"STATUS_RULE_ARNS is "…N": …N is in another variable, too; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
}

#[test]
fn a_number_out_of_range_is_refused() {
    insta::assert_snapshot!(refusal(&[(ACTIVE, "0")]), @r#"ACTIVE_PRIORITY is "0": not a usable number; accepted: a whole number from 1 to 49999"#);
    insta::assert_snapshot!(refusal(&[(ACTIVE, "50000")]), @r#"ACTIVE_PRIORITY is "50000": not a usable number; accepted: a whole number from 1 to 49999"#);
    insta::assert_snapshot!(refusal(&[(ACTIVE, "first")]), @r#"ACTIVE_PRIORITY is "first": not a usable number; accepted: a whole number from 1 to 49999"#);
    insta::assert_snapshot!(refusal(&[(RESTING, "1")]), @r#"RESTING_PRIORITY is "1": not a usable number; accepted: a whole number from 2 to 50000"#);
    insta::assert_snapshot!(refusal(&[(RESTING, "50001")]), @r#"RESTING_PRIORITY is "50001": not a usable number; accepted: a whole number from 2 to 50000"#);
    insta::assert_snapshot!(refusal(&[(ACTIVE, "10"), (RESTING, "10")]), @r#"RESTING_PRIORITY is "10": not greater than ACTIVE_PRIORITY, 10; accepted: a greater number, up to 50000"#);
    insta::assert_snapshot!(refusal(&[(MAX_DURATION, "-1")]), @r#"MAX_DURATION_MINUTES is "-1": not a usable number; accepted: a whole number from 0 to 43200"#);
    insta::assert_snapshot!(refusal(&[(STALE_AFTER, "0")]), @r#"STALE_AFTER_MINUTES is "0": not a usable number; accepted: a whole number from 1 to 43200"#);
    insta::assert_snapshot!(refusal(&[(STALE_AFTER, "4294967297")]), @r#"STALE_AFTER_MINUTES is "4294967297": not a usable number; accepted: a whole number from 1 to 43200"#);
}
