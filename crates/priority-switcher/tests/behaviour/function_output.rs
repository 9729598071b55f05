//! What the function answers and logs, seen at the real process.

use serde_json::{Value, json};
use strict_elb::Server;

use crate::support::function::Function;
use crate::support::listeners::one_listener;
use crate::support::run::on_the_real_clock;

/// What Lambda takes for JSON and hands on, and what the contract has to say to it.
#[test]
fn a_payload_that_can_be_read_in_two_ways_or_in_none_is_refused_in_the_contracts_words() {
    let refused = |event: &str| {
        let (answered, log) = on_the_real_clock()
            .block_on(async { Function::invoked(&[], event).await.answered_and_logged().await });
        let answered: Value = serde_json::from_str(&answered).unwrap();
        assert_eq!(answered["errorType"], "BadEvent");
        let mut lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        assert!(lines.any(|line| line["error"] == answered["errorMessage"]), "{log}");
        answered["errorMessage"].as_str().unwrap().to_owned()
    };
    insta::assert_snapshot!(refused(r#"{"type":"status","type":"start"}"#), @r#"event is {"type":"status","type":"start"}: key "type" is there twice at line 1 column 32; accepted: an object such as {"type":"start"}; nothing was changed"#);
    insta::assert_snapshot!(refused(r#"{"source":"ops","detail":{"type":"end","t\u0079pe":"start"}}"#), @r#"event is {"source":"ops","detail":{"type":"end","t\u0079pe":"start"}}: key "type" is there twice at line 1 column 59; accepted: an object such as {"type":"start"}; nothing was changed"#);
    insta::assert_snapshot!(refused(r#"{"type":"start","reason":"\ud800"}"#), @r#"event is {"type":"start","reason":"\ud800"}: unexpected end of hex escape at line 1 column 33; accepted: an object such as {"type":"start"}; nothing was changed"#);
    insta::assert_snapshot!(refused(r#"{"type":"start","minutes":1e400}"#), @r#"event is {"type":"start","minutes":1e400}: number out of range at line 1 column 31; accepted: an object such as {"type":"start"}; nothing was changed"#);
    let nested = refused(&format!("{}{}", "[".repeat(200), "]".repeat(200)));
    assert!(nested.contains("recursion limit exceeded") && nested.len() < 300, "{nested}");
}

/// The metrics that an event writes, in the embedded metric format.
fn metrics(server: &Server, event: &Value) -> Vec<Value> {
    let endpoint = [("AWS_ENDPOINT_URL", format!("http://{}", server.address))];
    let (answered, log) = on_the_real_clock().block_on(async {
        Function::invoked(&endpoint, &event.to_string()).await.answered_and_logged().await
    });
    assert!(!answered.contains("errorType"), "{answered}");
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.filter(|line: &Value| !line["_aws"].is_null()).collect()
}

#[test]
fn a_start_and_an_end_tell_the_alarms_at_once_and_what_changes_nothing_tells_them_nothing() {
    let server = Server::start(one_listener(99, &[1]).borrow().clone());
    let told = |event: Value| {
        let values = metrics(&server, &event).into_iter();
        values
            .map(|line| [line["MaintenanceActive"].clone(), line["EventIgnored"].clone()])
            .collect::<Vec<_>>()
    };
    let late = "2026-03-01T22:00:00Z";
    assert_eq!(told(json!({"type": "start", "dryRun": true})), [] as [[Value; 2]; 0]);
    assert_eq!(told(json!({"type": "start", "scheduledAt": late})), [[json!(0), json!(1)]]);
    assert_eq!(told(json!({"type": "start"})), [[json!(1), json!(0)]]);
    assert_eq!(told(json!({"type": "status"})), [] as [[Value; 2]; 0]);
    assert_eq!(told(json!({"type": "end", "scheduledAt": late})), [[json!(1), json!(1)]]);
    assert_eq!(told(json!({"type": "check"})), [[json!(1), json!(null)]]);
    assert_eq!(told(json!({"type": "end"})), [[json!(0), json!(0)]]);
}

#[test]
fn an_output_that_nobody_takes_fails_no_switch() {
    let server = Server::start(one_listener(99, &[1]).borrow().clone());
    let endpoint = [("AWS_ENDPOINT_URL", format!("http://{}", server.address))];
    let answered = on_the_real_clock().block_on(async {
        Function::invoked(&endpoint, r#"{"type":"start"}"#).await.unheard().answered().await
    });
    let answered: Value = serde_json::from_str(&answered).unwrap();
    assert_eq!(answered["listeners"][0]["state"], "active", "{answered}");
}
