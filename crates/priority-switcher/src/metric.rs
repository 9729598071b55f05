//! Metrics as log lines, in the CloudWatch embedded metric format.
//!
//! Format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde_json::json;

use crate::plan::State;
use crate::report::Standing;
use crate::timestamp::Timestamp;

/// The namespace of the metrics.
pub const NAMESPACE: &str = "MaintenanceMode";

/// One line for a listener, each value for the function as a whole and for the listener: `MaintenanceActive`, 1
/// while it is in maintenance, in part too, else 0; `MaintenanceOverdue`, 1 while it is although its `until` has passed;
/// `ShadowedRules`, how many rules get no request because the maintenance rule rests above them;
/// `ResponderCannotAnswer`, 1 if one of the maintenance rule's target groups has no target that can answer, not there
/// if that is not known; and `EventIgnored`, 1 if a start or an end came too late to be obeyed, else 0, not there for
/// a check.
pub fn line(standing: &Standing, ignored: Option<bool>, function_name: &str, now: Timestamp) -> String {
    let active = standing.state != State::Resting;
    let overdue = active && standing.until.is_some_and(|until| until <= now);
    let cannot_answer = standing.responder_can_answer.map(|can_answer| usize::from(!can_answer));
    let values = [
        ("MaintenanceActive", Some(usize::from(active))),
        ("MaintenanceOverdue", Some(usize::from(overdue))),
        ("ShadowedRules", Some(standing.shadowed_rules)),
        ("ResponderCannotAnswer", cannot_answer),
        ("EventIgnored", ignored.map(usize::from)),
    ];
    let known = || values.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let metrics: Vec<_> = known().map(|(name, _)| json!({"Name": name, "Unit": "None"})).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": now.unix_milliseconds(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["FunctionName"], ["FunctionName", "Listener"]],
                "Metrics": metrics,
            }],
        },
        "FunctionName": function_name,
        "Listener": standing.listener_arn.short(),
    });
    for (name, value) in known() {
        line[name] = value.into();
    }
    line.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(state: State, until: Option<&str>) -> Standing {
        let rule: crate::rule::RuleArn =
            "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/3"
                .parse()
                .unwrap();
        let until = until.map(|until| until.parse().unwrap());
        Standing {
            listener_arn: rule.listener(),
            state,
            until,
            shadowed_rules: 0,
            responder_can_answer: Some(true),
        }
    }

    fn values(state: State, until: Option<&str>) -> [i64; 2] {
        let now = "2026-03-01T22:00:00Z".parse().unwrap();
        let line = line(&standing(state, until), None, "switcher", now);
        assert!(!line.contains('\n'));
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
        let value = |index: usize| line[metrics[index]["Name"].as_str().unwrap()].as_i64().unwrap();
        [value(0), value(1)]
    }

    #[test]
    fn a_listener_is_active_or_not_and_overdue_only_after_its_end() {
        assert_eq!(values(State::Resting, None), [0, 0]);
        assert_eq!(values(State::Active, None), [1, 0]);
        assert_eq!(values(State::Partial, None), [1, 0]);
        assert_eq!(values(State::Active, Some("2026-03-01T22:00:01Z")), [1, 0]);
        assert_eq!(values(State::Active, Some("2026-03-01T22:00:00Z")), [1, 1]);
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let told = |metric: &str, responder_can_answer, ignored| {
            let standing = Standing { responder_can_answer, ..standing(State::Resting, None) };
            let line = line(&standing, ignored, "switcher", "2026-03-01T22:00:00Z".parse().unwrap());
            let times = line.matches(metric).count();
            let line: serde_json::Value = serde_json::from_str(&line).unwrap();
            (line[metric].as_i64(), times)
        };
        assert_eq!(told("ResponderCannotAnswer", Some(true), None), (Some(0), 2));
        assert_eq!(told("ResponderCannotAnswer", Some(false), None), (Some(1), 2));
        assert_eq!(told("ResponderCannotAnswer", None, None), (None, 0));
        assert_eq!(told("EventIgnored", None, Some(false)), (Some(0), 2));
        assert_eq!(told("EventIgnored", None, Some(true)), (Some(1), 2));
        assert_eq!(told("EventIgnored", None, None), (None, 0));
    }

    #[test]
    fn every_dimension_and_metric_that_is_named_has_a_value() {
        let now = "2026-03-01T22:00:00Z".parse().unwrap();
        let text = line(&standing(State::Active, None), Some(false), "switcher", now);
        insta::assert_snapshot!(text, @r#"{"EventIgnored":0,"FunctionName":"switcher","Listener":"app/shop/1/2","MaintenanceActive":1,"MaintenanceOverdue":0,"ResponderCannotAnswer":0,"ShadowedRules":0,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["FunctionName"],["FunctionName","Listener"]],"Metrics":[{"Name":"MaintenanceActive","Unit":"None"},{"Name":"MaintenanceOverdue","Unit":"None"},{"Name":"ShadowedRules","Unit":"None"},{"Name":"ResponderCannotAnswer","Unit":"None"},{"Name":"EventIgnored","Unit":"None"}],"Namespace":"MaintenanceMode"}],"Timestamp":1772402400000}}"#);
    }
}
