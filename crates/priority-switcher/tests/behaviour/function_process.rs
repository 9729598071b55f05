//! What the function answers and logs, seen at the real process.

use std::time::Duration;

use serde_json::{Value, json};
use strict_elb::{Server, StrictElb};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;

use crate::support::function::Function;
use crate::support::run::on_the_real_clock;

fn invoked(variables: &[(&str, String)], event: &str) -> (Value, Vec<Value>) {
    on_the_real_clock().block_on(async { Function::invoked(variables, event).await.answered().await })
}

/// A load balancer, and the variable that leads the function to it.
fn served() -> (Server, [(&'static str, String); 1]) {
    let elb = StrictElb::new("web", "1 placeholder, 50000 maintenance /*");
    let server = Server::start(elb, Duration::ZERO);
    let variables = [("AWS_ENDPOINT_URL", server.endpoint.clone())];
    (server, variables)
}

#[test]
fn an_unreadable_payload_is_refused_and_logged() {
    for event in [
        r#"{"type":"status","type":"start"}"#,
        r#"{"type":"start","reason":"\ud800"}"#,
        r#"{"type":"start","minutes":1e400}"#,
        &format!("{}{}", "[".repeat(200), "]".repeat(200)),
    ] {
        let (answered, log) = invoked(&[], event);
        assert_eq!(answered["errorType"], "BadEvent", "{event}");
        let message = answered["errorMessage"].as_str().unwrap();
        assert!(message.ends_with("; nothing was changed") && message.len() < 400, "{message}");
        assert!(log.iter().any(|line| line["error"] == message), "{log:?}");
    }
}

#[test]
fn each_event_writes_its_metrics() {
    let (_server, endpoint) = served();
    let late = "2026-03-01T22:00:00Z";
    let cases = [
        (json!({"type": "start", "dryRun": true}), ""),
        (json!({"type": "start", "scheduledAt": late}), "MaintenanceActive=0 EventIgnored=1"),
        (json!({"type": "start"}), "MaintenanceActive=1 EventIgnored=0"),
        (json!({"type": "status"}), ""),
        (json!({"type": "end", "scheduledAt": late}), "MaintenanceActive=1 EventIgnored=1"),
        (json!({"type": "check"}), "MaintenanceActive=1 CheckFailed=0"),
        (json!({"type": "end"}), "MaintenanceActive=0 EventIgnored=0"),
    ];
    for (event, expected) in cases {
        let (answered, log) = invoked(&endpoint, &event.to_string());
        assert!(answered["errorType"].is_null(), "{answered}");
        let of = |line: &Value, name: &str| Some(format!("{name}={}", line.get(name)?));
        let names = ["MaintenanceActive", "EventIgnored", "CheckFailed"];
        let metrics = log.iter().filter(|line| !line["_aws"].is_null());
        let values: Vec<_> =
            metrics.flat_map(|line| names.into_iter().filter_map(|name| of(line, name))).collect();
        assert_eq!(values.join(" "), expected, "{event}");
    }
}

#[test]
fn an_output_that_cannot_be_written_fails_no_switch() {
    let (_server, endpoint) = served();
    let (answered, _) = on_the_real_clock().block_on(async {
        let mut function = Function::invoked(&endpoint, r#"{"type":"start"}"#).await;
        function.process.stdout = None;
        function.answered().await
    });
    assert_eq!(answered["listeners"][0]["state"], "active", "{answered}");
}

#[test]
fn https_proxy_names_the_way_to_the_api() {
    let asked = on_the_real_clock().block_on(async {
        let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", proxy.local_addr().unwrap());
        let _function = Function::invoked(&[("HTTPS_PROXY", address)], r#"{"type":"status"}"#).await;
        let (stream, _) = proxy.accept().await.unwrap();
        BufReader::new(stream).lines().next_line().await.unwrap()
    });
    let expected = "CONNECT elasticloadbalancing.eu-central-1.amazonaws.com:443 HTTP/1.1";
    assert_eq!(asked.as_deref(), Some(expected));
}

#[test]
fn an_unusable_setting_fails_all_but_checks() {
    let variables = [("ACTIVE_PRIORITY", "first".to_owned())];
    for event in [r#"{"type":"start"}"#, r#"{"type":"\ud800"}"#] {
        let (answered, _) = invoked(&variables, event);
        assert_eq!(answered["errorType"], "BadConfiguration", "{event}");
    }
    let (answered, log) = invoked(&variables, r#"{"type":"check"}"#);
    insta::assert_snapshot!(answered, @r#"{"dryRun":false,"error":"ACTIVE_PRIORITY is \"first\": not a usable number; accepted: a whole number from 1 to 49999","listeners":[],"outcome":"unchanged","type":"check"}"#);
    assert!(log.iter().any(|line| line["CheckFailed"] == 1), "{log:?}");
}
