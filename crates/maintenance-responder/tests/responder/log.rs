//! One line per request, without secrets.

use proptest::prelude::*;
use serde_json::json;

use crate::support::{config, get, invoke, request};

const SECRET: &str = "5ecret";

#[test]
fn a_line_stays_one_line() {
    let config = config(&[]);
    for (path, logged) in [
        ("/b\n{\"outcome\":\"health\"}", "/b%0A{%22outcome%22:%22health%22}"),
        ("/\"\\", "/%22%5C"),
        ("/\u{0}\u{1b}[31m", "/%00%1B[31m"),
        ("/\u{2028}\u{9b}", "/%E2%80%A8%C2%9B"),
        ("/b;jsessionid=1", "/b;jsessionid=1"),
        ("/%0A", "/%0A"),
    ] {
        assert_eq!(get(path).send(&config).log["path"], logged);
    }
}

#[test]
fn long_texts_are_cut_at_1_kb() {
    let config = config(&[]);
    for (text, last) in [("x", "x…"), ("점", "%EC…"), ("\u{0}", "%00…"), ("\"", "%22…"), ("é\u{7f}", "%C3…")]
    {
        let long = text.repeat(20_000);
        let sent = request(&long, &long).header("host", &long).header("x-amzn-trace-id", &long);
        let exchange = sent.send(&config);
        for name in ["method", "path", "host", "traceId"] {
            let logged = exchange.log[name].as_str().unwrap();
            assert!(logged.ends_with(last), "{name}: {logged}");
            assert!((1_022..=1_024).contains(&logged.len()), "{name}: {logged}");
        }
    }
    let longest = "x".repeat(1_024);
    assert_eq!(get(&longest).send(&config).log["path"], longest);
}

#[test]
fn a_password_in_the_host_is_left_out() {
    for host in ["user:5ecret@www.example.com:8443", "5ecret@5ecret@www.example.com:8443"] {
        assert_eq!(get("/b").header("host", host).send(&config(&[])).log["host"], "www.example.com:8443");
    }
}

#[test]
fn a_query_in_the_path_is_left_out() {
    let config = config(&[]);
    for path in ["/b?token=5ecret", "/b#5ecret", "/b?#5ecret", "/b\u{3f}5ecret\\\""] {
        assert_eq!(get(path).send(&config).log["path"], "/b");
    }
    assert_eq!(get("/a?x=1").send(&config).header("location"), Some("/a/maintenance?from=/a"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_other_part_reaches_the_log(
        header in "[a-z-]{1,20}",
        parameter in "[a-z-]{1,8}",
        path in prop::sample::select(vec!["/a", "/a/maintenance", "/b", "/up"]),
    ) {
        prop_assume!(header != "host");
        let config = config(&[("HEALTH_PATH_PATTERN", "^/up$")]);
        let mut sent = get(path).query(&parameter, SECRET).query(SECRET, "x").query("from", "/5ecret").header(&header, SECRET);
        for header in ["cookie", "authorization", "user-agent", "referer", "x-forwarded-for", "origin", "accept-language"] {
            sent = sent.header(header, SECRET);
        }
        let mut event = sent.event(false);
        event["body"] = json!(SECRET);
        prop_assert!(!sent.send(&config).line.contains(SECRET));
        prop_assert!(!invoke(&config, event.to_string().as_bytes()).line.contains(SECRET));
    }
}
