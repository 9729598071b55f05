use super::*;
use crate::fixtures::{ARNS, arn};

/// A rule of another listener.
fn other(rule: &str) -> String {
    format!("{}{rule}", ARNS.replace("/1/2/", "/1/3/"))
}

/// The configuration or its refusal in one line, with short ARNs.
fn read(variables: &[(&str, &str)]) -> String {
    let maintenance = arn("M");
    let defaults = [("AWS_REGION", "eu-central-1"), (MAINTENANCE, maintenance.as_str())];
    let all = variables.iter().chain(&defaults);
    let config = Config::from_env(|name| {
        all.clone().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    });
    let line = config.map_or_else(|error| error.to_string(), |config| format!("{config:?}"));
    line.replace(ARNS, "…").replace(&ARNS.replace("/1/2/", "/1/3/"), "…3/")
}

#[test]
fn one_rule_is_enough() {
    insta::assert_snapshot!(read(&[]), @r#"Config { rules: [OwnRules { maintenance: RuleArn("…M"), placeholder: None, status: None }], settings: Settings { active: Priority(1), resting: Priority(50000), max_duration: None, stale_after: 60 } }"#);
    for variable in [PLACEHOLDER, STATUS, ACTIVE, RESTING, MAX_DURATION, STALE_AFTER] {
        assert_eq!(read(&[(variable, " ")]), read(&[]), "a template passes on an empty {variable}");
    }
    assert_eq!(read(&[(MAX_DURATION, "0")]), read(&[]), "0 minutes means no limit");
}

#[test]
fn every_variable_is_read() {
    let [maintenance, placeholder] = ["M", "P"].map(|name| format!(" {} , {},", other(name), arn(name)));
    let status = arn("S");
    let rules = [(MAINTENANCE, &maintenance[..]), (PLACEHOLDER, &placeholder), (STATUS, status.as_str())];
    let numbers = [(ACTIVE, "10"), (RESTING, "49000"), (MAX_DURATION, "240"), (STALE_AFTER, "15")];
    insta::assert_snapshot!(read(&[&rules[..], &numbers].concat()), @r#"Config { rules: [OwnRules { maintenance: RuleArn("…3/M"), placeholder: Some(RuleArn("…3/P")), status: None }, OwnRules { maintenance: RuleArn("…M"), placeholder: Some(RuleArn("…P")), status: Some(RuleArn("…S")) }], settings: Settings { active: Priority(10), resting: Priority(49000), max_duration: Some(240), stale_after: 15 } }"#);
}

#[test]
fn rules_that_cannot_be_switched_are_refused() {
    let (maintenance, another) = (arn("M"), arn("N"));
    let together = |rule: &str| format!("{maintenance},{rule}");
    insta::assert_snapshot!(read(&[(MAINTENANCE, " ,")]), @r#"MAINTENANCE_RULE_ARNS is ",": no rule; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(read(&[(MAINTENANCE, &together("my-rule"))]), @r#"MAINTENANCE_RULE_ARNS is "…M,my-rule": "my-rule" is not a rule ARN; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(read(&[(MAINTENANCE, &together(another.as_str()))]), @r#"MAINTENANCE_RULE_ARNS is "…M,…N": …M and …N are of one listener; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(read(&[("AWS_REGION", "us-east-1")]), @r#"MAINTENANCE_RULE_ARNS is "…M": …M is not in the function's region, us-east-1; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(read(&[(STATUS, &other("S"))]), @r#"STATUS_RULE_ARNS is "…3/S": …3/S is of no listener of MAINTENANCE_RULE_ARNS; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(read(&[(PLACEHOLDER, maintenance.as_str())]), @r#"PLACEHOLDER_RULE_ARNS is "…M": …M is in another variable, too; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(read(&[(PLACEHOLDER, another.as_str()), (STATUS, another.as_str())]), @r#"STATUS_RULE_ARNS is "…N": …N is in another variable, too; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
}

#[test]
fn a_number_out_of_range_is_refused() {
    insta::assert_snapshot!(read(&[(ACTIVE, "0")]), @r#"ACTIVE_PRIORITY is "0": not a usable number; accepted: a whole number from 1 to 49999"#);
    insta::assert_snapshot!(read(&[(ACTIVE, "50000")]), @r#"ACTIVE_PRIORITY is "50000": not a usable number; accepted: a whole number from 1 to 49999"#);
    insta::assert_snapshot!(read(&[(ACTIVE, "first")]), @r#"ACTIVE_PRIORITY is "first": not a usable number; accepted: a whole number from 1 to 49999"#);
    insta::assert_snapshot!(read(&[(RESTING, "1")]), @r#"RESTING_PRIORITY is "1": not a usable number; accepted: a whole number from 2 to 50000"#);
    insta::assert_snapshot!(read(&[(RESTING, "50001")]), @r#"RESTING_PRIORITY is "50001": not a usable number; accepted: a whole number from 2 to 50000"#);
    insta::assert_snapshot!(read(&[(ACTIVE, "10"), (RESTING, "10")]), @r#"RESTING_PRIORITY is "10": not greater than ACTIVE_PRIORITY, 10; accepted: a greater number, up to 50000"#);
    insta::assert_snapshot!(read(&[(MAX_DURATION, "-1")]), @r#"MAX_DURATION_MINUTES is "-1": not a usable number; accepted: a whole number from 0 to 43200"#);
    insta::assert_snapshot!(read(&[(STALE_AFTER, "0")]), @r#"STALE_AFTER_MINUTES is "0": not a usable number; accepted: a whole number from 1 to 43200"#);
}
