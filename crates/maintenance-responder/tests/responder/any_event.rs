//! Any event gets an answer that the ALB understands, and one log line.

use std::sync::LazyLock;

use maintenance_responder::config::Config;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{config, invoke, request};

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
            ("PAGE_LANGUAGE", "de"),
            ("PREVIEW_PATH", "/up"),
            ("REDIRECT_BROWSERS", "navigations"),
        ]),
    ]
});

/// Names that mean something to the function or to a proxy.
static HEADERS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let headers = "host Host user-agent User-Agent origin accept referer sec-fetch-site sec-fetch-mode x-forwarded-for \
    x-forwarded-proto x-amzn-trace-id accept-language Accept-Language access-control-request-method \
    access-control-request-headers cookie";
    headers.split_whitespace().collect()
});

/// These names, those of an event's members, and values that mean something or are odd, in one list.
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let others = "httpMethod path headers multiValueHeaders queryStringParameters multiValueQueryStringParameters body \
        isBase64Encoded requestContext from GET HEAD OPTIONS POST / /a /a/maintenance /a/maintenance?from=//x /up /b?x#y \
        // /a/%5c..%2f null www.example.com https://app.example.com https://www.example.com/a/cart?x cross-site navigate \
        ELB-HealthChecker/2.0 text/html;q=0.1,*/* ko,ja;q=0.5 *;q=0 x-a,x-b é점검🙂 \\\" {{from}} <script>";
    let odd = ["", "G\r\nT", "\u{0}\r\n", "\u{7f}\u{85}\u{2028}"];
    HEADERS.iter().copied().chain(others.split_whitespace()).chain(odd).collect()
});

/// Chooses by random numbers, and the first of everything where they end. Strategies for the parts of an event would take
/// most of the time.
struct Choices(std::vec::IntoIter<u32>);

impl Choices {
    fn below(&mut self, count: usize) -> usize {
        self.number() as usize % count
    }

    fn number(&mut self) -> u32 {
        self.0.next().unwrap_or_default()
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }

    fn text(&mut self) -> String {
        match self.below(8) {
            7 => {
                (0..self.below(12)).filter_map(|_| char::from_u32(self.number() >> self.below(32))).collect()
            }
            6 => (0..self.below(6)).map(|_| self.word()).collect(),
            _ => self.word().to_owned(),
        }
    }

    fn json(&mut self, depth: usize) -> Value {
        match self.below(if depth < 5 { 14 } else { 10 }) {
            0 => Value::Null,
            1 => Value::from(self.below(2) == 1),
            2 => Value::from(self.number()),
            3 => Value::from(f64::from_bits(u64::from(self.number()) << 32)),
            10 | 11 => (0..self.below(6)).map(|_| self.json(depth + 1)).collect(),
            12 | 13 => (0..self.below(6)).map(|_| (self.text(), self.json(depth + 1))).collect(),
            _ => Value::from(self.text()),
        }
    }

    /// An event of an ALB's form in which anything may be odd.
    fn odd_event(&mut self) -> Value {
        let mut sent = request(["GET", "HEAD", "OPTIONS", "POST"][self.below(4)], &self.text());
        for _ in 0..self.below(6) {
            sent = sent.header(HEADERS[self.below(HEADERS.len())], &self.text());
        }
        for _ in 0..self.below(6) {
            sent = sent.query(&self.text(), &self.text());
        }
        let is_multi = self.below(2) == 1;
        let mut event = sent.event(is_multi);
        let headers = if is_multi { "multiValueHeaders" } else { "headers" };
        for _ in 0..self.below(3) {
            event[headers][self.text()] = self.json(0);
        }
        for _ in 0..self.below(2) {
            event[self.text()] = self.json(0);
        }
        event
    }
}

fn chosen(choose: fn(&mut Choices) -> Value) -> impl Strategy<Value = Value> {
    prop::collection::vec(any::<u32>(), 0..160)
        .prop_map(move |numbers| choose(&mut Choices(numbers.into_iter())))
}

fn check(payload: &[u8]) {
    for config in &*CONFIGS {
        invoke(config, payload);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_gets_a_valid_answer(event in chosen(|choices| choices.json(0))) {
        check(event.to_string().as_bytes());
    }

    #[test]
    fn any_odd_event_gets_a_valid_answer(event in chosen(Choices::odd_event)) {
        check(event.to_string().as_bytes());
    }

    #[test]
    fn any_changed_byte_gets_a_valid_answer(
        event in chosen(Choices::odd_event),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut payload = event.to_string().into_bytes();
        let at = at.index(payload.len());
        payload[at] = byte;
        check(&payload);
    }
}
