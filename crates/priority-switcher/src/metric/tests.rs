use super::*;

const NOW: &str = "2026-03-01T22:00:00Z";

fn status(state: State) -> ListenerStatus {
    ListenerStatus {
        listener: "app/shop/1/2".to_owned(),
        state,
        limit: None,
        shadowed_rules: 0,
        is_blocked: false,
        can_answer: Some(true),
    }
}

fn value(status: ListenerStatus, metric: &str) -> Option<u64> {
    let measures = Measures { listeners: vec![status], ..Measures::default() };
    let lines = measures.lines("switcher", NOW.parse().unwrap());
    serde_json::from_str::<Value>(&lines[0]).unwrap()[metric].as_u64()
}

#[test]
fn each_state_has_its_values() {
    let limit = |time: &str| Some(time.parse().unwrap());
    let cases = [
        (status(State::Resting), [0, 0, 0]),
        (status(State::Active), [1, 0, 1]),
        (ListenerStatus { limit: limit("2026-03-01T22:00:01Z"), ..status(State::Active) }, [1, 0, 0]),
        (ListenerStatus { limit: limit(NOW), ..status(State::Active) }, [1, 1, 0]),
        (ListenerStatus { limit: limit(NOW), ..status(State::Resting) }, [0, 0, 0]),
    ];
    for (status, expected) in cases {
        let metrics = ["MaintenanceActive", "MaintenanceOverdue", "Unlimited"];
        let values = metrics.map(|metric| value(status.clone(), metric).unwrap());
        assert_eq!(values, expected, "{status:?}");
    }
}

#[test]
fn not_ready_is_left_out_while_unknown() {
    let not_ready = |is_blocked, can_answer| {
        value(ListenerStatus { is_blocked, can_answer, ..status(State::Resting) }, "NotReady")
    };
    assert_eq!(not_ready(false, Some(true)), Some(0));
    assert_eq!(not_ready(false, Some(false)), Some(1));
    assert_eq!(not_ready(false, None), None);
    assert_eq!(not_ready(true, None), Some(1));
}

#[test]
fn each_named_dimension_and_metric_has_a_value() {
    let measures =
        Measures { listeners: vec![status(State::Active)], ignored: Some(false), check_failed: Some(true) };
    let lines = measures.lines("switcher", NOW.parse().unwrap());
    insta::assert_snapshot!(lines.join("\n"), @r#"
{"EventIgnored":0,"FunctionName":"switcher","Listener":"app/shop/1/2","MaintenanceActive":1,"MaintenanceOverdue":0,"NotReady":0,"ShadowedRules":0,"Unlimited":1,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["FunctionName"],["FunctionName","Listener"]],"Metrics":[{"Name":"MaintenanceActive","Unit":"None"},{"Name":"MaintenanceOverdue","Unit":"None"},{"Name":"Unlimited","Unit":"None"},{"Name":"ShadowedRules","Unit":"None"},{"Name":"NotReady","Unit":"None"},{"Name":"EventIgnored","Unit":"None"}],"Namespace":"MaintenanceMode"}],"Timestamp":1772402400000}}
{"CheckFailed":1,"FunctionName":"switcher","_aws":{"CloudWatchMetrics":[{"Dimensions":[["FunctionName"]],"Metrics":[{"Name":"CheckFailed","Unit":"None"}],"Namespace":"MaintenanceMode"}],"Timestamp":1772402400000}}
"#);
}
