use super::*;

const ARN: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee";

fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let rules = [("AWS_REGION", "eu-central-1"), (RULES, ARN)];
    Config::from_env(|name| {
        let all = variables.iter().chain(&rules);
        all.clone().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    })
}

fn refusal(variable: &str, value: &str) -> String {
    config(&[(variable, value)]).unwrap_err().to_string()
}

#[test]
fn one_rule_is_all_that_has_to_be_said() {
    let settings = Settings { active: Priority::FIRST, resting: None, max_duration: None, stale_after: 60 };
    let rules = vec![OwnRules { maintenance: ARN.parse().unwrap(), status: None }];
    assert_eq!(config(&[]), Ok(Config { rules, settings }));
}

#[test]
fn everything_that_can_be_said_is_read() {
    let second = ARN.replace("f2f7dc8efc522ab2", "a1b2");
    let status = second.replace("9683b2d02a6cabee", "c1");
    let config = config(&[
        (RULES, &format!(" {ARN} , {second},")),
        (STATUS_RULES, &format!("{status}, ")),
        (ACTIVE, "10"),
        (RESTING, "50000"),
        (MAX_DURATION, "240"),
        (STALE_AFTER, "15"),
    ])
    .unwrap();
    let rules = [(ARN, None), (second.as_str(), status.parse().ok())];
    assert_eq!(
        config.rules,
        rules.map(|(maintenance, status)| OwnRules { maintenance: maintenance.parse().unwrap(), status })
    );
    let settings = Settings {
        active: "10".parse().unwrap(),
        resting: Some(Priority::LAST),
        max_duration: Some(240),
        stale_after: 15,
    };
    assert_eq!(config.settings, settings);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let empty = [(STATUS_RULES, " "), (ACTIVE, ""), (RESTING, " "), (MAX_DURATION, ""), (STALE_AFTER, "")];
    assert_eq!(config(&empty), config(&[]));
    assert_eq!(config(&[(MAX_DURATION, "0")]), config(&[]), "0 minutes means no limit");
}

#[test]
fn rules_that_cannot_be_switched_are_refused() {
    insta::assert_snapshot!(refusal(RULES, " "), @"MAINTENANCE_RULE_ARNS is not set; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas");
    insta::assert_snapshot!(refusal(RULES, ","), @r#"MAINTENANCE_RULE_ARNS is ",": it names no rule; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(refusal(RULES, &format!("{ARN}, my-rule")), @r#"MAINTENANCE_RULE_ARNS is "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee, my-rule": "my-rule" is no rule ARN; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    insta::assert_snapshot!(refusal("AWS_REGION", "us-east-1"), @r#"MAINTENANCE_RULE_ARNS is "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee": arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee is not in the function's region, us-east-1; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
    let second = ARN.replace("9683b2d02a6cabee", "b1");
    insta::assert_snapshot!(refusal(RULES, &format!("{ARN},{second}")), @r#"MAINTENANCE_RULE_ARNS is "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee,arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/b1": arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee and arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/b1 are rules of one listener; accepted: rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, separated by commas"#);
}

#[test]
fn a_status_rule_has_to_be_another_one_of_a_maintenance_rules_listener() {
    insta::assert_snapshot!(refusal(STATUS_RULES, ARN), @r#"STATUS_RULE_ARNS is "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee": arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee is the maintenance rule itself; accepted: rule ARNs of the maintenance rules' listeners, at most one for each, separated by commas"#);
    insta::assert_snapshot!(refusal(STATUS_RULES, &ARN.replace("f2f7dc8efc522ab2", "a1b2")), @r#"STATUS_RULE_ARNS is "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/a1b2/9683b2d02a6cabee": arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/a1b2/9683b2d02a6cabee is a rule of none of MAINTENANCE_RULE_ARNS's listeners; accepted: rule ARNs of the maintenance rules' listeners, at most one for each, separated by commas"#);
    insta::assert_snapshot!(refusal(STATUS_RULES, "status"), @r#"STATUS_RULE_ARNS is "status": "status" is no rule ARN; accepted: rule ARNs of the maintenance rules' listeners, at most one for each, separated by commas"#);
}

#[test]
fn a_number_out_of_its_range_is_refused() {
    insta::assert_snapshot!(refusal(ACTIVE, "0"), @r#"ACTIVE_PRIORITY is "0": it is out of range; accepted: a whole number from 1 to 50000"#);
    insta::assert_snapshot!(refusal(ACTIVE, "first"), @r#"ACTIVE_PRIORITY is "first": it is no whole number; accepted: a whole number from 1 to 50000"#);
    insta::assert_snapshot!(refusal(RESTING, "50001"), @r#"RESTING_PRIORITY is "50001": it is out of range; accepted: a whole number up to 50000, greater than ACTIVE_PRIORITY (1)"#);
    insta::assert_snapshot!(refusal(RESTING, "1"), @r#"RESTING_PRIORITY is "1": it is out of range; accepted: a whole number up to 50000, greater than ACTIVE_PRIORITY (1)"#);
    insta::assert_snapshot!(refusal(MAX_DURATION, "-1"), @r#"MAX_DURATION_MINUTES is "-1": it is out of range; accepted: a whole number of minutes from 0 to 43200"#);
    insta::assert_snapshot!(refusal(STALE_AFTER, "0"), @r#"STALE_AFTER_MINUTES is "0": it is out of range; accepted: a whole number of minutes from 1 to 43200"#);
    insta::assert_snapshot!(refusal(STALE_AFTER, "4294967297"), @r#"STALE_AFTER_MINUTES is "4294967297": it is out of range; accepted: a whole number of minutes from 1 to 43200"#);
}
