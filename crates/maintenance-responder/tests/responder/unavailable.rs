//! 503, for everything that has no better answer.

use serde_json::json;

use crate::support::{config, get, invoke, request};

#[test]
fn other_paths_and_methods_are_unavailable() {
    let config = config(&[]);
    for path in ["/", "/apple", "/b/a", "/b", "/c/a/maintenance", "/A", "/ａ", "a", "", "//a"] {
        assert_eq!(get(path).send(&config).outcome(), "unavailable", "{path}");
    }
    for method in ["", "get", "PROPFIND", "BREW", "OPTIONS", "CONNECT", "G E T", "\u{0}", "é", "TRACE"] {
        assert_eq!(request(method, "/b").send(&config).outcome(), "unavailable", "{method}");
    }
}

#[test]
fn body_and_retry_after_come_from_the_environment() {
    let body = r#"{ "code": "MAINTENANCE", "text": "점검 \u2026" }"#;
    let config = config(&[("UNAVAILABLE_BODY", body), ("RETRY_AFTER_SECONDS", "7")]);
    let exchange = get("/b").send(&config);
    assert_eq!((exchange.response.body.as_str(), exchange.header("retry-after")), (body, Some("7")));
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
fn any_payload_gets_an_answer() {
    let config = config(&[]);
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for payload in [
        &br#"{"rawPath":"/a","headers":{"host":"x"},"requestContext":{"http":{"method":"GET"}}}"#[..],
        br#"[{"path":"/a"}]"#,
        br#""/a""#,
        b"1e999",
        b"null",
        // What is no JSON, or no text.
        br#"{"path":"/b/\ud800","httpMethod":"GET","headers":{"\udfff":"x","host":"\ud800"}}"#,
        br#""\ud800""#,
        b"{\"path\":\"/b/\xff\"}",
        b"{\"path\":\"/b",
        b"",
        b"\x00",
        deep.as_bytes(),
        format!(r#"{{"headers":{deep},"path":{deep}}}"#).as_bytes(),
        format!(r#"{{"x":{deep}}}"#).as_bytes(),
    ] {
        let exchange = invoke(&config, payload);
        assert_eq!(exchange.outcome(), "unavailable", "{:.99}", String::from_utf8_lossy(payload));
        assert_eq!(exchange.log["path"], "");
    }
}

#[test]
fn fields_of_another_kind_count_as_absent() {
    let config = config(&[]);
    let fields = "path httpMethod headers queryStringParameters requestContext body isBase64Encoded";
    for odd in [json!(null), json!(7), json!(true), json!({}), json!([]), json!([null, 7, {}])] {
        for name in fields.split(' ') {
            let mut event = get("/b").event(false);
            event[name] = odd.clone();
            let exchange = invoke(&config, event.to_string().as_bytes());
            assert_eq!(exchange.outcome(), "unavailable", "{name}: {odd}");
            assert_eq!(exchange.log["path"] == "/b", name != "path", "{name}: {odd}");
        }
        for header in ["host", "user-agent", "origin", "accept-language"] {
            let mut event = get("/a/maintenance").event(false);
            event["headers"][header] = odd.clone();
            assert_eq!(invoke(&config, event.to_string().as_bytes()).outcome(), "page", "{header}: {odd}");
        }
    }
}
