//! What the function makes of its environment, seen at the real process.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;

use crate::support::function::Function;
use crate::support::run::on_the_real_clock;

#[test]
fn the_api_is_reached_through_the_proxy_that_https_proxy_names() {
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
fn a_setting_that_cannot_be_used_is_named_to_whoever_invokes_the_function() {
    let variables = [("ACTIVE_PRIORITY", "first".to_owned())];
    let answered = on_the_real_clock()
        .block_on(async { Function::invoked(&variables, r#"{"type":"status"}"#).await.answered().await });
    insta::assert_snapshot!(answered, @r#"{"errorType":"BadConfiguration","errorMessage":"ACTIVE_PRIORITY is \"first\": it is no whole number; accepted: a whole number from 1 to 50000"}"#);
}

/// What Lambda takes for JSON and hands on, and what the contract has to say to it.
#[test]
fn a_payload_that_can_be_read_in_two_ways_or_in_none_is_refused_in_the_contracts_words() {
    let refused = |event: &str| {
        let (answered, log) = on_the_real_clock()
            .block_on(async { Function::invoked(&[], event).await.answered_and_logged().await });
        let answered: Value = serde_json::from_str(&answered).unwrap();
        assert_eq!(answered["errorType"], "BadEvent");
        let line: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        assert_eq!(line["error"], answered["errorMessage"], "{log}");
        answered["errorMessage"].as_str().unwrap().to_owned()
    };
    insta::assert_snapshot!(refused(r#"{"type":"status","type":"start"}"#), @r#"event is {"type":"status","type":"start"}: key "type" is there twice at line 1 column 32; accepted: an object such as {"type":"start"}; nothing was changed"#);
    insta::assert_snapshot!(refused(r#"{"source":"ops","detail":{"type":"end","t\u0079pe":"start"}}"#), @r#"event is {"source":"ops","detail":{"type":"end","t\u0079pe":"start"}}: key "type" is there twice at line 1 column 59; accepted: an object such as {"type":"start"}; nothing was changed"#);
    insta::assert_snapshot!(refused(r#"{"type":"start","reason":"\ud800"}"#), @r#"event is {"type":"start","reason":"\ud800"}: unexpected end of hex escape at line 1 column 33; accepted: an object such as {"type":"start"}; nothing was changed"#);
    insta::assert_snapshot!(refused(r#"{"type":"start","minutes":1e400}"#), @r#"event is {"type":"start","minutes":1e400}: number out of range at line 1 column 31; accepted: an object such as {"type":"start"}; nothing was changed"#);
    let nested = refused(&format!("{}{}", "[".repeat(200), "]".repeat(200)));
    assert!(nested.contains("recursion limit exceeded") && nested.len() < 300, "{nested}");
}
