//! 503, for everything that has no better answer.

use serde_json::json;

use crate::support::exchange::{config, invoke};
use crate::support::request::{get, request};

#[test]
fn everything_but_the_front_end_gets_503_and_json() {
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
fn body_and_retry_after_are_those_of_the_environment() {
    let body = r#"{ "code": "MAINTENANCE", "text": "점검 \u2026" }"#;
    let config = config(&[("UNAVAILABLE_BODY", body), ("RETRY_AFTER_SECONDS", "7")]);
    let exchange = get("/b").send(&config);
    assert_eq!(exchange.response.body, body);
    assert_eq!(exchange.header("retry-after"), Some("7"));
}

#[test]
fn head_gets_the_headers_of_get_and_no_body() {
    let config =
        config(&[("CORS_ALLOWED_ORIGINS", "https://app.example.com"), ("HEALTH_PATH_PATTERN", "^/up$")]);
    for path in ["/b", "/a/orders", "/a/maintenance", "/up"] {
        let get = get(path).header("origin", "https://app.example.com").send(&config);
        let head = request("HEAD", path).header("origin", "https://app.example.com").send(&config);
        assert_eq!(head.response.headers, get.response.headers);
        assert_eq!(head.response.status, get.response.status);
        assert_eq!(head.response.body, "");
    }
}

#[test]
fn methods_nobody_knows_get_an_answer() {
    let config = config(&[]);
    for method in ["", "get", "PROPFIND", "BREW", "OPTIONS", "CONNECT", "G E T", "\u{0}", "é", "TRACE"] {
        let exchange = request(method, "/b").send(&config);
        assert_eq!(exchange.outcome(), "unavailable", "{method}");
    }
}

#[test]
fn events_of_other_services_get_an_answer() {
    let config = config(&[]);
    let events = [
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
    ];
    for event in events {
        let exchange = invoke(&config, event.to_string().as_bytes());
        assert_eq!(exchange.outcome(), "unavailable", "{event}");
        assert_eq!((&exchange.log["path"], &exchange.log["method"]), (&json!(""), &json!("")));
    }
}

#[test]
fn fields_that_are_null_missing_or_of_another_kind_count_as_absent() {
    let config = config(&[]);
    for odd in [json!(null), json!(7), json!(true), json!({}), json!([]), json!([null, 7, {}])] {
        for name in [
            "path",
            "httpMethod",
            "headers",
            "queryStringParameters",
            "requestContext",
            "body",
            "isBase64Encoded",
        ] {
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
fn header_bytes_that_no_header_should_hold_do_no_harm() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", "https://app.example.com")]);
    for value in ["\u{0}", "a\r\nset-cookie: x", "\u{fffd}\u{ff}", "점검", "\u{7f}", ""] {
        for header in ["host", "origin", "accept-language", "user-agent", "x y", "\u{1}", ""] {
            let exchange = get("/b").header(header, value).send(&config);
            assert_eq!(exchange.outcome(), "unavailable");
        }
    }
}

#[test]
fn text_that_is_not_unicode_or_not_json_gets_an_answer() {
    let config = config(&[]);
    let lone_surrogates =
        br#"{"path":"/b/\ud800\udc","httpMethod":"GET","headers":{"\udfff":"x","host":"\ud800"}}"#;
    for payload in [
        &lone_surrogates[..],
        br#"{"path":"/b/\ud800","httpMethod":"GET","headers":{"\udfff":"x","host":"\ud800"}}"#,
        br#""\ud800""#,
        b"{\"path\":\"/b/\xff\"}",
        b"{\"path\":\"/b",
        b"1e999",
        b"",
        b"\x00",
    ] {
        assert_eq!(invoke(&config, payload).outcome(), "unavailable", "{payload:?}");
    }
}

#[test]
fn json_nested_without_end_gets_an_answer() {
    let config = config(&[]);
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for event in [
        deep.clone(),
        format!(r#"{{"headers":{deep},"path":{deep}}}"#),
        format!(r#"{{"path":"/b","x":{deep}}}"#),
    ] {
        assert_eq!(invoke(&config, event.as_bytes()).outcome(), "unavailable");
    }
}
