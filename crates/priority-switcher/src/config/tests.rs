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

#[test]
fn what_cannot_be_used_is_refused() {
    let refusals = [
        (MAINTENANCE, " ,"),
        (MAINTENANCE, &format!("{}, my-rule", arn("M"))),
        (MAINTENANCE, &format!("{},{}", arn("M"), arn("N"))),
        ("AWS_REGION", "us-east-1"),
        (PLACEHOLDER, arn("M").as_str()),
        (PLACEHOLDER, &other("P")),
        (PLACEHOLDER, &format!("{},{}", arn("P"), arn("N"))),
        (STATUS, "status"),
        (STATUS, arn("M").as_str()),
        (ACTIVE, "0"),
        (ACTIVE, "50000"),
        (ACTIVE, "first"),
        (RESTING, "1"),
        (RESTING, "50001"),
        (MAX_DURATION, "-1"),
        (STALE_AFTER, "0"),
        (STALE_AFTER, "4294967297"),
    ]
    .map(|value| config(&[value]).unwrap_err().to_string().replace(ARNS, "…"));
    insta::assert_snapshot!(refusals.join("\n"), @r#"
MAINTENANCE_RULE_ARNS is ",": no rule; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
MAINTENANCE_RULE_ARNS is "…M, my-rule": "my-rule" is not a rule ARN; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
MAINTENANCE_RULE_ARNS is "…M,…N": …M and …N are of one listener; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
MAINTENANCE_RULE_ARNS is "…M": …M is not in the function's region, us-east-1; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
PLACEHOLDER_RULE_ARNS is "…M": …M is in another variable, too; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
PLACEHOLDER_RULE_ARNS is "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/3/P": arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/3/P is of no listener of MAINTENANCE_RULE_ARNS; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
PLACEHOLDER_RULE_ARNS is "…P,…N": …P and …N are of one listener; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
STATUS_RULE_ARNS is "status": "status" is not a rule ARN; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
STATUS_RULE_ARNS is "…M": …M is in another variable, too; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
ACTIVE_PRIORITY is "0": not a usable number; accepted: a whole number from 1 to 49999
ACTIVE_PRIORITY is "50000": not a usable number; accepted: a whole number from 1 to 49999
ACTIVE_PRIORITY is "first": not a usable number; accepted: a whole number from 1 to 49999
RESTING_PRIORITY is "1": not a usable number; accepted: a whole number from 2 to 50000
RESTING_PRIORITY is "50001": not a usable number; accepted: a whole number from 2 to 50000
MAX_DURATION_MINUTES is "-1": not a usable number; accepted: a whole number from 0 to 43200
STALE_AFTER_MINUTES is "0": not a usable number; accepted: a whole number from 1 to 43200
STALE_AFTER_MINUTES is "4294967297": not a usable number; accepted: a whole number from 1 to 43200
"#);
    let both = arn("S");
    let refusal = config(&[(PLACEHOLDER, both.as_str()), (STATUS, both.as_str())]).unwrap_err().to_string();
    assert!(refusal.contains(&format!("{both} is in another variable, too")), "{refusal}");
    let refusal = config(&[(ACTIVE, "10"), (RESTING, "10")]).unwrap_err();
    insta::assert_snapshot!(refusal, @r#"RESTING_PRIORITY is "10": not greater than ACTIVE_PRIORITY, 10; accepted: a greater number, up to 50000"#);
}
