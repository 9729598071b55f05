//! What the function makes of its environment, seen at the real process.

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
    // An event that no event should be, to whatever settings.
    let event = r#"{"type":"\ud800"}"#;
    let answered =
        on_the_real_clock().block_on(async { Function::invoked(&variables, event).await.answered().await });
    insta::assert_snapshot!(answered, @r#"{"errorType":"BadConfiguration","errorMessage":"ACTIVE_PRIORITY is \"first\": it is no whole number; accepted: a whole number from 1 to 50000"}"#);
}
