//! 503, for everything that has no better answer.

use serde_json::json;

use crate::support::exchange::{config, invoke};
use crate::support::request::{get, request};

#[test]
fn other_paths_get_503_and_json() {
    let config = config(&[]);
    for path in ["/", "/apple", "/b/a", "/b", "/c/a/maintenance", "/A", "/ａ", "a", "", "//a"] {
        let exchange = get(path).send(&config);
        assert_eq!(exchange.outcome(), "unavailable", "{path}");
        assert_eq!(exchange.response.description, "503 Service Unavailable");
        assert_eq!(exchange.header("content-type"), Some("application/json"));
        assert_eq!(exchange.header("retry-after"), Some("300"));
        assert_eq!(exchange.json(), json!({"message": "Service Unavailable"}));
    }
}

#[test]
fn body_and_retry_after_come_from_the_environment() {
    let body = r#"{ "code": "MAINTENANCE", "text": "점검 \u2026" }"#;
    let config = config(&[("UNAVAILABLE_BODY", body), ("RETRY_AFTER_SECONDS", "7")]);
    let exchange = get("/b").send(&config);
    assert_eq!(exchange.response.body, body);
    assert_eq!(exchange.header("retry-after"), Some("7"));
}

#[test]
fn head_gets_the_headers_of_get() {
    let app = ("origin", "https://app.example.com");
    let config = config(&[("CORS_ALLOWED_ORIGINS", app.1), ("HEALTH_PATH_PATTERN", "^/up$")]);
    for path in ["/b", "/a/orders", "/a/maintenance", "/up"] {
        let get = get(path).headers(&[app]).send(&config).response;
        let head = request("HEAD", path).headers(&[app]).send(&config).response;
        assert_eq!((head.headers, head.status, head.body), (get.headers, get.status, String::new()));
    }
}

#[test]
fn unknown_methods_get_an_answer() {
    let config = config(&[]);
    for method in ["", "get", "PROPFIND", "BREW", "OPTIONS", "CONNECT", "G E T", "\u{0}", "é", "TRACE"] {
        assert_eq!(request(method, "/b").send(&config).outcome(), "unavailable", "{method}");
    }
}

#[test]
fn events_of_other_services_get_an_answer() {
    let config = config(&[]);
    for event in [
        json!({"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {"type": "start"}}),
        json!({"Records": [{"eventSource": "aws:sqs", "body": "{}"}]}),
        json!({"version": "2.0", "rawPath": "/a", "headers": {"host": "x"}, "requestContext": {"http": {"method": "GET"}}}),
        json!({}),
        json!([]),
        json!([{"path": "/a"}]),
        json!("/a"),
        json!(1e300),
        json!(true),
        json!(null),
    ] {
        let exchange = invoke(&config, event.to_string().as_bytes());
        assert_eq!(exchange.outcome(), "unavailable", "{event}");
        assert_eq!((&exchange.log["path"], &exchange.log["method"]), (&json!(""), &json!("")));
    }
}

#[test]
fn fields_of_another_kind_count_as_absent() {
    let config = config(&[]);
    let fields = "path httpMethod headers queryStringParameters requestContext body isBase64Encoded";
    for odd in [json!(null), json!(7), json!(true), json!({}), json!([]), json!([null, 7, {}])] {
        for name in fields.split(' ') {
            let mut event = get("/b").event();
            event[name] = odd.clone();
            let exchange = invoke(&config, event.to_string().as_bytes());
            assert_eq!(exchange.outcome(), "unavailable", "{name}: {odd}");
        }
        for header in ["host", "user-agent", "origin", "accept-language"] {
            let mut event = get("/a/maintenance").event();
            event["headers"][header] = odd.clone();
            assert_eq!(invoke(&config, event.to_string().as_bytes()).outcome(), "page", "{header}: {odd}");
        }
    }
}

#[test]
fn payloads_that_are_no_json_get_an_answer() {
    let config = config(&[]);
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for payload in [
        &br#"{"path":"/b/\ud800\udc","httpMethod":"GET","headers":{"\udfff":"x","host":"\ud800"}}"#[..],
        br#"{"path":"/b/\ud800","httpMethod":"GET","headers":{"\udfff":"x","host":"\ud800"}}"#,
        br#""\ud800""#,
        b"{\"path\":\"/b/\xff\"}",
        b"{\"path\":\"/b",
        b"1e999",
        b"",
        b"\x00",
        deep.as_bytes(),
        format!(r#"{{"headers":{deep},"path":{deep}}}"#).as_bytes(),
        format!(r#"{{"path":"/b","x":{deep}}}"#).as_bytes(),
    ] {
        assert_eq!(
            invoke(&config, payload).outcome(),
            "unavailable",
            "{:.99}",
            String::from_utf8_lossy(payload)
        );
    }
}
