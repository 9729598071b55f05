//! Browser apps of other origins, which without these headers would see a CORS error.

use crate::support::{Request, config, get, invoke, request};

const APP: &str = "https://app.example.com";

fn preflight(origin: &str) -> Request {
    request("OPTIONS", "/b/users").header("origin", origin).header("access-control-request-method", "PUT")
}

#[test]
fn allowed_origins_may_read_every_answer() {
    for (setting, allowed, credentials, vary) in [
        ("", "*", None, false),
        ("*", "*", None, false),
        ("https://x.example, HTTPS://App.example.com", APP, Some("true"), true),
    ] {
        let config = config(&[("CORS_ALLOWED_ORIGINS", setting)]);
        for path in ["/b", "/a/orders", "/a/maintenance"] {
            let exchange = get(path).header("origin", APP).send(&config);
            assert_eq!(exchange.header("access-control-allow-origin"), Some(allowed));
            assert_eq!(exchange.header("access-control-allow-credentials"), credentials);
            let exposed = exchange.header("access-control-expose-headers");
            assert_eq!(exposed, Some("Retry-After, X-Maintenance-Mode"));
            assert_eq!(exchange.header("vary").is_some_and(|names| names.contains("Origin")), vary);
        }
        assert_eq!(preflight(APP).send(&config).outcome(), "preflight");
    }
}

#[test]
fn other_origins_may_read_nothing() {
    for (allowed, vary) in [(APP, Some("Origin")), ("none", None)] {
        let config = config(&[("CORS_ALLOWED_ORIGINS", allowed)]);
        for origin in
            ["https://evil.example", &format!("{APP}.evil.example"), "http://app.example.com", "null", ""]
        {
            let exchange = get("/b").header("origin", origin).send(&config);
            assert!(!exchange.to_string().contains("access-control"), "{exchange}");
            assert_eq!(exchange.header("vary"), vary);
            assert_eq!(preflight(origin).send(&config).outcome(), "unavailable");
        }
        assert_eq!(get("/b").send(&config).header("vary"), vary);
    }
}

#[test]
fn a_preflight_is_granted_for_the_maintenance_alone() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", APP), ("HEALTH_PATH_PATTERN", "^/b")]);
    let exchange = preflight(APP).header("access-control-request-headers", "authorization,x-a").send(&config);
    assert_eq!(exchange.outcome(), "preflight");
    assert_eq!(exchange.response.description, "204 No Content");
    assert_eq!(exchange.header("access-control-allow-origin"), Some(APP));
    assert_eq!(exchange.header("access-control-allow-methods"), Some("PUT"));
    assert_eq!(exchange.header("access-control-allow-headers"), Some("authorization,x-a"));
    assert_eq!(exchange.header("access-control-max-age"), Some("0"));
    assert_eq!(exchange.response.body, "");
    assert_eq!(preflight(APP).send(&config).header("access-control-allow-headers"), None);
    let mut event = preflight(APP).event(true);
    event["multiValueHeaders"]["access-control-request-headers"] = serde_json::json!(["x-a", "x-b"]);
    let exchange = invoke(&config, event.to_string().as_bytes());
    assert_eq!(exchange.header("access-control-allow-headers"), Some("x-a, x-b"));
}

#[test]
fn invalid_or_long_text_is_never_repeated() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", APP)]);
    for bad in ["a\r\nx: y", "é", "\u{0}", "", &"x".repeat(4_097)] {
        let method = preflight(APP).header("access-control-request-method", bad).send(&config);
        assert_eq!(method.outcome(), "unavailable", "{bad:?}");
        let headers = preflight(APP).header("access-control-request-headers", bad).send(&config);
        assert_eq!(headers.header("access-control-allow-headers"), None, "{bad:?}");
    }
}

#[test]
fn other_options_requests_are_no_preflight() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", APP)]);
    let asks = ("access-control-request-method", "PUT");
    for sent in [
        request("OPTIONS", "/b").header("origin", APP),
        request("OPTIONS", "/b").headers(&[asks]),
        get("/b").headers(&[("origin", APP), asks]),
    ] {
        assert_eq!(sent.send(&config).outcome(), "unavailable");
    }
}
