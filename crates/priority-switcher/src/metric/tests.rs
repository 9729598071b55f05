use super::*;
use crate::fixtures::{at, own_rules, rules, settings, situation};
use crate::state::Settings;

fn status(state: State) -> ListenerStatus {
    let (listener, can_answer) = ("app/shop/1/2".to_owned(), Some(true));
    ListenerStatus { listener, state, limit: None, shadowed_rules: 0, is_blocked: false, can_answer }
}

#[test]
fn each_status_has_its_values() {
    let values = |status: ListenerStatus| {
        let known = status.values(None, at("22:00")).into_iter();
        let known = known.filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        known.collect::<Vec<_>>().join(" ")
    };
    let until = |limit: &str, state| ListenerStatus { limit: Some(at(limit)), ..status(state) };
    let answers =
        |can_answer, is_blocked| ListenerStatus { is_blocked, can_answer, ..status(State::Resting) };
    insta::assert_snapshot!(values(status(State::Active)), @"MaintenanceActive=1 MaintenanceOverdue=0 Unlimited=1 ShadowedRules=0 NotReady=0");
    insta::assert_snapshot!(values(until("22:00:01", State::Active)), @"MaintenanceActive=1 MaintenanceOverdue=0 Unlimited=0 ShadowedRules=0 NotReady=0");
    insta::assert_snapshot!(values(until("22:00", State::Active)), @"MaintenanceActive=1 MaintenanceOverdue=1 Unlimited=0 ShadowedRules=0 NotReady=0");
    insta::assert_snapshot!(values(until("22:00", State::Resting)), @"MaintenanceActive=0 MaintenanceOverdue=0 Unlimited=0 ShadowedRules=0 NotReady=0");
    insta::assert_snapshot!(values(answers(Some(false), false)), @"MaintenanceActive=0 MaintenanceOverdue=0 Unlimited=0 ShadowedRules=0 NotReady=1");
    insta::assert_snapshot!(values(answers(None, false)), @"MaintenanceActive=0 MaintenanceOverdue=0 Unlimited=0 ShadowedRules=0");
    insta::assert_snapshot!(values(answers(None, true)), @"MaintenanceActive=0 MaintenanceOverdue=0 Unlimited=0 ShadowedRules=0 NotReady=1");
}

#[test]
fn a_listener_can_be_blocked_at_rest() {
    let (own, settings) = (own_rules(), Settings { resting: "49000".parse().unwrap(), ..settings() });
    let measured = |order: &str| {
        let status = ListenerStatus::of(&situation(&own, &settings, rules(order), ""));
        (status.shadowed_rules, status.is_blocked)
    };
    assert_eq!(measured("P1 W48999 M49000"), (0, false));
    assert_eq!(measured("P1 M49000 W50000"), (1, true));
    assert_eq!(measured("a1 P2 W48999 M49000"), (0, true));
    assert_eq!(measured("M1 a2 P49000"), (0, false), "in a window");
}

#[test]
fn each_named_dimension_and_metric_has_a_value() {
    let (ignored, check_failed) = (Some(false), Some(true));
    let measures = Measures { listeners: vec![status(State::Active)], ignored, check_failed };
    insta::assert_snapshot!(measures.lines("switcher", at("22:00")).join("\n"), @r#"
{"EventIgnored":0,"FunctionName":"switcher","Listener":"app/shop/1/2","MaintenanceActive":1,"MaintenanceOverdue":0,"NotReady":0,"ShadowedRules":0,"Unlimited":1,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["FunctionName"],["FunctionName","Listener"]],"Metrics":[{"Name":"MaintenanceActive","Unit":"None"},{"Name":"MaintenanceOverdue","Unit":"None"},{"Name":"Unlimited","Unit":"None"},{"Name":"ShadowedRules","Unit":"None"},{"Name":"NotReady","Unit":"None"},{"Name":"EventIgnored","Unit":"None"}],"Namespace":"MaintenanceMode"}],"Timestamp":1772402400000}}
{"CheckFailed":1,"FunctionName":"switcher","_aws":{"CloudWatchMetrics":[{"Dimensions":[["FunctionName"]],"Metrics":[{"Name":"CheckFailed","Unit":"None"}],"Namespace":"MaintenanceMode"}],"Timestamp":1772402400000}}
"#);
}
