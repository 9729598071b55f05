use super::*;

const ARN: &str =
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/web/closed";

fn arn(listener: &str, rule: &str) -> String {
    ARN.replace("web/closed", &format!("{listener}/{rule}"))
}

fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let defaults = [("AWS_REGION", "eu-central-1"), (MAINTENANCE, ARN)];
    let all = variables.iter().chain(&defaults);
    Config::from_env(|name| {
        all.clone().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    })
}

/// The refusals, a line for each value, with short ARNs.
fn refusals<const N: usize>(values: [(&str, &str); N]) -> String {
    let (arns, _) = ARN.split_once("web").unwrap();
    let refusal = |value| config(&[value]).unwrap_err().to_string().replace(arns, "…");
    values.map(refusal).join("\n")
}

#[test]
fn one_rule_is_enough() {
    let settings =
        Settings { active: Priority::FIRST, resting: Priority::LAST, max_duration: None, stale_after: 60 };
    let rules = vec![OwnRules { maintenance: ARN.parse().unwrap(), placeholder: None, status: None }];
    assert_eq!(config(&[]), Ok(Config { rules, settings }));
    for variable in [PLACEHOLDER, STATUS, ACTIVE, RESTING, MAX_DURATION, STALE_AFTER] {
        assert_eq!(config(&[(variable, " ")]), config(&[]), "a template passes on an empty {variable}");
    }
    assert_eq!(config(&[(MAX_DURATION, "0")]), config(&[]), "0 minutes means no limit");
}

#[test]
fn every_variable_is_read() {
    let [closed, placeholder, status] = ["closed", "placeholder", "status"].map(|rule| arn("api", rule));
    let config = config(&[
        (MAINTENANCE, &format!(" {ARN} , {closed},")),
        (PLACEHOLDER, &format!("{placeholder}, {}", arn("web", "placeholder"))),
        (STATUS, &format!("{status}, ")),
        (ACTIVE, "10"),
        (RESTING, "49000"),
        (MAX_DURATION, "240"),
        (STALE_AFTER, "15"),
    ]);
    let number = |number: u32| Priority::try_from(number).unwrap();
    let own = |maintenance: &str, placeholder: &str, status: Option<&str>| OwnRules {
        maintenance: maintenance.parse().unwrap(),
        placeholder: placeholder.parse().ok(),
        status: status.map(|status| status.parse().unwrap()),
    };
    let rules = vec![own(ARN, &arn("web", "placeholder"), None), own(&closed, &placeholder, Some(&status))];
    let (active, resting) = (number(10), number(49_000));
    let settings = Settings { active, resting, max_duration: Some(240), stale_after: 15 };
    assert_eq!(config, Ok(Config { rules, settings }));
}

#[test]
fn rules_that_cannot_be_switched_are_refused() {
    insta::assert_snapshot!(refusals([
        (MAINTENANCE, " ,"),
        (MAINTENANCE, &format!("{ARN}, my-rule")),
        (MAINTENANCE, &format!("{ARN},{}", arn("web", "other"))),
        ("AWS_REGION", "us-east-1"),
    ]), @r#"
    MAINTENANCE_RULE_ARNS names no rule; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
    MAINTENANCE_RULE_ARNS is "…web/closed, my-rule": "my-rule" is not a rule ARN; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
    MAINTENANCE_RULE_ARNS is "…web/closed,…web/other": …web/closed and …web/other are of one listener; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
    MAINTENANCE_RULE_ARNS is "…web/closed": …web/closed is not in the function's region, us-east-1; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas
    "#);
}

#[test]
fn other_rules_belong_to_the_same_listeners() {
    insta::assert_snapshot!(refusals([
        (PLACEHOLDER, ARN),
        (PLACEHOLDER, &arn("api", "placeholder")),
        (PLACEHOLDER, &format!("{},{}", arn("web", "one"), arn("web", "two"))),
        (STATUS, "status"),
        (STATUS, &arn("api", "status")),
    ]), @r#"
    PLACEHOLDER_RULE_ARNS is "…web/closed": …web/closed is in another variable, too; accepted: rule ARNs of the maintenance rules' listeners, at most one for each, separated by commas
    PLACEHOLDER_RULE_ARNS is "…api/placeholder": …api/placeholder is of no listener of MAINTENANCE_RULE_ARNS; accepted: rule ARNs of the maintenance rules' listeners, at most one for each, separated by commas
    PLACEHOLDER_RULE_ARNS is "…web/one,…web/two": …web/one and …web/two are of one listener; accepted: rule ARNs of the maintenance rules' listeners, at most one for each, separated by commas
    STATUS_RULE_ARNS is "status": "status" is not a rule ARN; accepted: rule ARNs of the maintenance rules' listeners, at most one for each, separated by commas
    STATUS_RULE_ARNS is "…api/status": …api/status is of no listener of MAINTENANCE_RULE_ARNS; accepted: rule ARNs of the maintenance rules' listeners, at most one for each, separated by commas
    "#);
    let both = arn("web", "both");
    let refusal = config(&[(PLACEHOLDER, &both), (STATUS, &both)]).unwrap_err().to_string();
    assert!(refusal.contains(&format!("{both} is in another variable, too")), "{refusal}");
}

#[test]
fn a_number_out_of_range_is_refused() {
    insta::assert_snapshot!(refusals([
        (ACTIVE, "0"),
        (ACTIVE, "50000"),
        (ACTIVE, "first"),
        (RESTING, "1"),
        (RESTING, "50001"),
        (MAX_DURATION, "-1"),
        (STALE_AFTER, "0"),
        (STALE_AFTER, "4294967297"),
    ]), @r#"
    ACTIVE_PRIORITY is "0": not a usable number; accepted: a whole number from 1 to 49999
    ACTIVE_PRIORITY is "50000": not a usable number; accepted: a whole number from 1 to 49999
    ACTIVE_PRIORITY is "first": not a usable number; accepted: a whole number from 1 to 49999
    RESTING_PRIORITY is "1": not a usable number; accepted: a whole number from 2 to 50000
    RESTING_PRIORITY is "50001": not a usable number; accepted: a whole number from 2 to 50000
    MAX_DURATION_MINUTES is "-1": not a usable number; accepted: a whole number from 0 to 43200
    STALE_AFTER_MINUTES is "0": not a usable number; accepted: a whole number from 1 to 43200
    STALE_AFTER_MINUTES is "4294967297": not a usable number; accepted: a whole number from 1 to 43200
    "#);
    let refusal = config(&[(ACTIVE, "10"), (RESTING, "10")]).unwrap_err();
    insta::assert_snapshot!(refusal, @r#"RESTING_PRIORITY is "10": not greater than ACTIVE_PRIORITY, 10; accepted: a greater number, up to 50000"#);
}
