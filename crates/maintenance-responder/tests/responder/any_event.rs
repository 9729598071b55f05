//! Any event gets an answer that the ALB understands, and one log line.

use std::sync::LazyLock;

use maintenance_responder::config::Config;
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::support::{config, invoke, request};

/// With the other property here, 100,000 events in every run of the tests.
const CASES: u32 = 50_000;

static CONFIGS: LazyLock<[Config; 3]> = LazyLock::new(|| {
    [
        config(&[]),
        config(&[
            ("REDIRECT_PATH_PATTERN", "^/"),
            ("MAINTENANCE_PAGE_URL", "https://www.example.com/a/maintenance"),
            ("HEALTH_PATH_PATTERN", "up"),
            ("CORS_ALLOWED_ORIGINS", "none"),
        ]),
        config(&[
            ("UNAVAILABLE_BODY", "\"점검 \\u0000\""),
            ("RETRY_AFTER_SECONDS", "1"),
            ("CORS_ALLOWED_ORIGINS", "https://app.example.com,http://localhost:3000"),
            ("PAGE_TITLE", "점검 & <co>"),
            ("PAGE_MESSAGE", "\"\n'"),
            ("PAGE_LANGUAGE", "de"),
            ("SITE_NAME", "A & <B>"),
            ("PREVIEW_PATH", "/up"),
            ("REDIRECT_BROWSERS", "navigations"),
            ("STATUS_PATH", "/status.json"),
            ("STATUS_PAGE_URL", "https://status.example.com/?a&b"),
        ]),
    ]
});

/// Names and values that mean something to the function or to a proxy, in one list.
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let names = "httpMethod path headers multiValueHeaders queryStringParameters multiValueQueryStringParameters body \
        isBase64Encoded requestContext host Host user-agent User-Agent origin accept referer sec-fetch-site sec-fetch-mode \
        x-forwarded-for x-forwarded-proto x-amzn-trace-id accept-language Accept-Language access-control-request-method \
        access-control-request-headers cookie from";
    let values = "GET HEAD OPTIONS POST / /a /a/maintenance /a/maintenance?from=//x /up /b?x#y // /a/%5c..%2f null \
        www.example.com https://app.example.com https://www.example.com/a/cart?x ELB-HealthChecker/2.0 cross-site navigate \
        text/html;q=0.1,*/* ko,ja;q=0.5 *;q=0 x-a,x-b é점검🙂 \\\" {{from}} <script>";
    let odd = ["", "G\r\nT", "\u{0}\r\n", "\u{7f}\u{85}\u{2028}"];
    names.split_whitespace().chain(values.split_whitespace()).chain(odd).collect()
});

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned),
        1 => prop::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter),
        1 => prop::collection::vec(prop::sample::select(&WORDS[..]), 0..6).prop_map(|words| words.concat()),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        6 => text().prop_map(Value::from),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..6)
                .prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

/// An event of an ALB's form in which anything may be odd.
fn odd_event() -> impl Strategy<Value = Value> {
    let method = prop::sample::select(vec!["GET", "HEAD", "OPTIONS", "POST"]);
    let pairs = || prop::collection::vec((text(), text()), 0..6);
    let odd = |most| prop::collection::vec((text(), any_json()), 0..most);
    (method, text(), pairs(), pairs(), any::<bool>(), odd(3), odd(2)).prop_map(
        |(method, path, headers, query, multi_value, odd_headers, odd_members)| {
            let sent =
                headers.iter().fold(request(method, &path), |sent, (name, value)| sent.header(name, value));
            let sent = query.iter().fold(sent, |sent, (name, value)| sent.query(name, value));
            let mut event = sent.event(multi_value);
            let headers = if multi_value { "multiValueHeaders" } else { "headers" };
            for (name, value) in odd_headers {
                event[headers][name] = value;
            }
            for (name, value) in odd_members {
                event[name] = value;
            }
            event
        },
    )
}

fn check(event: &Value, which: usize) {
    invoke(&CONFIGS[which], event.to_string().as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_gets_a_valid_answer(event in any_json(), which in 0..3_usize) {
        check(&event, which);
    }

    #[test]
    fn any_odd_event_gets_a_valid_answer(event in odd_event(), which in 0..3_usize) {
        check(&event, which);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_byte_gets_a_valid_answer(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        event in odd_event(),
    ) {
        let mut payload = event.to_string().into_bytes();
        let at = at.index(payload.len());
        payload[at] = byte;
        invoke(&CONFIGS[0], &payload);
    }
}
