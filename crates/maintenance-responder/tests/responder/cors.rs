//! Browser apps of other origins, which without these headers would see a CORS error.

use crate::support::exchange::{config, invoke};
use crate::support::request::{Request, get, request};

const APP: &str = "https://app.example.com";

fn preflight(origin: &str) -> Request {
    request("OPTIONS", "/b/users").header("origin", origin).header("access-control-request-method", "PUT")
}

#[test]
fn a_listed_origin_may_read_every_answer() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", "https://other.example.com, https://app.example.com")]);
    for path in ["/b", "/a/orders", "/a/maintenance"] {
        let exchange = get(path).header("origin", APP).send(&config);
        assert_eq!(exchange.header("access-control-allow-origin"), Some(APP));
        assert_eq!(exchange.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(exchange.header("access-control-expose-headers"), Some("Retry-After, X-Maintenance-Mode"));
        assert!(exchange.header("vary").unwrap().contains("Origin"));
    }
}

#[test]
fn other_origins_get_the_answer_without_leave_to_read_it() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", APP)]);
    for origin in
        ["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com", "null", ""]
    {
        let exchange = get("/b").header("origin", origin).send(&config);
        assert!(
            !exchange.response.headers.keys().any(|name| name.starts_with("access-control")),
            "{exchange}"
        );
        assert_eq!(exchange.header("vary"), Some("Origin"));
        assert_eq!(preflight(origin).send(&config).outcome(), "unavailable");
    }
}

#[test]
fn a_preflight_is_granted_what_it_asks_for_but_not_beyond_the_maintenance() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", APP), ("HEALTH_PATH_PATTERN", "^/b")]);
    let exchange = preflight(APP).header("access-control-request-headers", "authorization,x-a").send(&config);
    assert_eq!(exchange.outcome(), "preflight");
    assert_eq!(exchange.response.description, "204 No Content");
    assert_eq!(exchange.header("access-control-allow-origin"), Some(APP));
    assert_eq!(exchange.header("access-control-allow-methods"), Some("PUT"));
    assert_eq!(exchange.header("access-control-allow-headers"), Some("authorization,x-a"));
    assert_eq!(exchange.header("access-control-max-age"), Some("0"));
    assert_eq!(exchange.response.body, "");
}

#[test]
fn a_preflight_without_further_headers_is_granted_none() {
    let exchange = preflight(APP).send(&config(&[("CORS_ALLOWED_ORIGINS", APP)]));
    assert_eq!(exchange.outcome(), "preflight");
    assert_eq!(exchange.header("access-control-allow-headers"), None);
}

#[test]
fn what_no_header_may_hold_is_never_repeated() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", APP)]);
    for bad in ["a\r\nx: y", "é", "\u{0}", ""] {
        let method = preflight(APP).header("access-control-request-method", bad).send(&config);
        assert_eq!(method.outcome(), "unavailable", "{bad:?}");
        let headers = preflight(APP).header("access-control-request-headers", bad).send(&config);
        assert_eq!(headers.header("access-control-allow-headers"), None, "{bad:?}");
    }
}

#[test]
fn options_that_is_no_preflight_is_unavailable() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", APP)]);
    assert_eq!(request("OPTIONS", "/b").header("origin", APP).send(&config).outcome(), "unavailable");
    let no_origin = request("OPTIONS", "/b").header("access-control-request-method", "PUT");
    assert_eq!(no_origin.send(&config).outcome(), "unavailable");
    let get = get("/b").header("origin", APP).header("access-control-request-method", "PUT");
    assert_eq!(get.send(&config).outcome(), "unavailable");
}

#[test]
fn requested_headers_in_several_lines_are_one_list() {
    let mut event = preflight(APP).multi_value_event();
    event["multiValueHeaders"]["access-control-request-headers"] = serde_json::json!(["x-a", "x-b"]);
    let exchange = invoke(&config(&[("CORS_ALLOWED_ORIGINS", APP)]), event.to_string().as_bytes());
    assert_eq!(exchange.header("access-control-allow-headers"), Some("x-a, x-b"));
}

#[test]
fn by_default_any_origin_may_read_but_not_with_credentials() {
    for environment in [&[][..], &[("CORS_ALLOWED_ORIGINS", "*")]] {
        let config = config(environment);
        for path in ["/b", "/a/orders", "/a/maintenance"] {
            let exchange = get(path).header("origin", "https://anyone.example").send(&config);
            assert_eq!(exchange.header("access-control-allow-origin"), Some("*"));
            assert_eq!(exchange.header("access-control-allow-credentials"), None);
        }
        assert_eq!(get("/b").header("origin", APP).send(&config).header("vary"), None);
        assert_eq!(preflight("https://anyone.example").send(&config).outcome(), "preflight");
    }
}

#[test]
fn with_none_no_origin_may_read_anything() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", "none")]);
    let exchange = get("/b").header("origin", APP).send(&config);
    assert!(
        !exchange.response.headers.keys().any(|name| name.starts_with("access-control") || name == "vary")
    );
    assert_eq!(preflight(APP).send(&config).outcome(), "unavailable");
}

#[test]
fn answers_that_differ_by_origin_say_so_even_without_one() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", APP)]);
    assert_eq!(get("/b").send(&config).header("vary"), Some("Origin"));
    assert_eq!(
        get("/a/maintenance").send(&config).header("vary"),
        Some("Accept-Language, Origin, Sec-Fetch-Site")
    );
}
