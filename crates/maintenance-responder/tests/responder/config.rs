//! What the environment may hold.

use crate::support::exchange::{config, try_config};
use crate::support::request::get;

fn error(variable: &str, value: &str) -> String {
    try_config(&[(variable, value)]).unwrap_err().to_string()
}

#[test]
fn nothing_needs_to_be_set_and_blank_counts_as_unset() {
    let variables = [
        "REDIRECT_PATH_PATTERN",
        "MAINTENANCE_PAGE_URL",
        "UNAVAILABLE_BODY",
        "RETRY_AFTER_SECONDS",
        "HEALTH_PATH_PATTERN",
        "CORS_ALLOWED_ORIGINS",
        "PAGE_TITLE",
        "PAGE_MESSAGE",
    ];
    let (unset, blank) = (config(&[]), config(&variables.map(|variable| (variable, " \n"))));
    for path in ["/", "/a", "/a/maintenance", "/b"] {
        assert_eq!(get(path).send(&unset).response, get(path).send(&blank).response);
    }
}

#[test]
fn a_bad_value_is_an_error_that_names_variable_value_reason_and_what_is_accepted() {
    insta::assert_snapshot!(error("RETRY_AFTER_SECONDS", "5m"), @r#"RETRY_AFTER_SECONDS is "5m": not a whole number; accepted: a whole number of seconds from 1 to 86400"#);
    insta::assert_snapshot!(error("UNAVAILABLE_BODY", r#"{"message":}"#), @r#"UNAVAILABLE_BODY is "{"message":}": expected value at line 1 column 12; accepted: any JSON value"#);
    insta::assert_snapshot!(error("MAINTENANCE_PAGE_URL", "//cdn.example.com/m"), @r#"MAINTENANCE_PAGE_URL is "//cdn.example.com/m": // at the start would name another host; accepted: a path on the same host such as /a/maintenance, or an absolute http or https URL"#);
    insta::assert_snapshot!(error("CORS_ALLOWED_ORIGINS", "https://app.example.com/"), @r#"CORS_ALLOWED_ORIGINS is "https://app.example.com/": in "https://app.example.com/" the scheme must be followed by a host and an optional port, and nothing else; accepted: comma-separated origins as browsers send them, such as https://app.example.com, or * alone"#);
    insta::assert_snapshot!(error("PAGE_TITLE", "a\nb"), @r#"
    PAGE_TITLE is "a
    b": it holds the control character '\n'; accepted: 1 to 200 characters of plain text in one line
    "#);
    insta::assert_snapshot!(error("PAGE_MESSAGE", "a\tb"), @r#"PAGE_MESSAGE is "a	b": it holds the control character '\t'; accepted: 1 to 2000 characters of plain text, line breaks allowed"#);
    insta::assert_snapshot!(error("HEALTH_PATH_PATTERN", "[z-a]"), @r#"
    HEALTH_PATH_PATTERN is "[z-a]": regex parse error:
        [z-a]
         ^^^
    error: invalid character class range, the start must be <= the end; accepted: a regular expression that is searched for in the path, in the syntax of Rust's regex crate without Unicode classes, such as ^/a(/|$)
    "#);
    insta::assert_snapshot!(error("REDIRECT_PATH_PATTERN", "^/a(/|$"), @r#"
    REDIRECT_PATH_PATTERN is "^/a(/|$": regex parse error:
        ^/a(/|$
           ^
    error: unclosed group; accepted: a regular expression that is searched for in the path, in the syntax of Rust's regex crate without Unicode classes, such as ^/a(/|$)
    "#);
}

#[test]
fn the_function_does_not_start_with_a_bad_value_and_says_so_in_one_line_of_json() {
    let function = std::process::Command::new(env!("CARGO_BIN_EXE_maintenance-responder"))
        .env("RETRY_AFTER_SECONDS", "soon")
        .output()
        .unwrap();
    assert!(!function.status.success());
    let stdout = String::from_utf8(function.stdout).unwrap();
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    let line: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["error"], error("RETRY_AFTER_SECONDS", "soon"));
}

#[test]
fn patterns_that_do_not_compile_are_refused() {
    for variable in ["REDIRECT_PATH_PATTERN", "HEALTH_PATH_PATTERN"] {
        for pattern in ["(", "[", "*", r"\p{Hangul}", r"(?<a>x)\k<a>", "a{1000000}", "(?=a)"] {
            assert!(
                error(variable, pattern).starts_with(&format!("{variable} is \"{pattern}\": ")),
                "{pattern}"
            );
        }
    }
}

#[test]
fn page_urls_that_could_not_stand_in_a_location_or_would_loop_are_refused() {
    for (url, reason) in [
        ("a/maintenance", "starts neither"),
        ("ftp://example.com/m", "starts neither"),
        ("javascript://example.com/%0a", "starts neither"),
        ("//example.com/m", "another host"),
        ("/a?x=1", "query string"),
        ("/a#x", "query string"),
        ("/a/../m", "dot"),
        ("/a/%2E%2e/m", "dot"),
        ("https://example.com/./m", "dot"),
        ("/a b", "percent-encoded"),
        ("/점검", "percent-encoded"),
        ("/a\r\nset-cookie:x", "percent-encoded"),
        ("/a\\b", "percent-encoded"),
        ("/a%2", "hexadecimal"),
        ("/a%zz", "hexadecimal"),
        ("https://", "is not a host"),
        ("https:///m", "is not a host"),
        ("https://user:pass@example.com/", "is not a host"),
        ("https://example.com:0/", "is not a host"),
        ("https://example.com:65536/", "is not a host"),
        ("https://example.com:/", "is not a host"),
        ("https://[::1/", "is not a host"),
        ("https://[1.2]/", "is not a host"),
        ("https://?x", "is not a host"),
    ] {
        let error = error("MAINTENANCE_PAGE_URL", url);
        assert!(error.replace("segment . or ..", "dot").contains(reason), "{error}");
    }
}

#[test]
fn bodies_that_are_not_json_are_refused() {
    for body in ["Service Unavailable", "{", "{}{}", "'a'", "{\"a\":1,}", "\u{0}"] {
        assert!(error("UNAVAILABLE_BODY", body).starts_with("UNAVAILABLE_BODY is "), "{body}");
    }
    for body in ["null", "[]", "\"x\"", " {} \n"] {
        assert!(try_config(&[("UNAVAILABLE_BODY", body)]).is_ok(), "{body}");
    }
}

#[test]
fn times_out_of_range_are_refused() {
    for (seconds, reason) in [
        ("0", "out of range"),
        ("86401", "out of range"),
        ("4294967296", "not a whole number"),
        ("-1", "not a whole number"),
        ("1.5", "not a whole number"),
    ] {
        assert!(error("RETRY_AFTER_SECONDS", seconds).contains(reason), "{seconds}");
    }
    for seconds in ["1", "86400"] {
        assert!(try_config(&[("RETRY_AFTER_SECONDS", seconds)]).is_ok());
    }
}

#[test]
fn origins_that_no_browser_sends_are_refused() {
    for (origins, reason) in [
        ("app.example.com", "neither"),
        ("null", "neither"),
        ("ftp://example.com", "neither"),
        ("https://app.example.com/", "nothing else"),
        ("https://app.example.com/path", "nothing else"),
        ("https://*.example.com", "nothing else"),
        ("https://user@app.example.com", "nothing else"),
        ("https://", "nothing else"),
        ("https://a b", "nothing else"),
        ("https://점검.example", "nothing else"),
        ("https://app.example.com:443", "default port"),
        ("http://app.example.com:80", "default port"),
        ("https://a.example,", "empty"),
        (",", "empty"),
        ("https://a.example,*", "alone"),
        ("https://a.example https://b.example", "nothing else"),
    ] {
        let error = error("CORS_ALLOWED_ORIGINS", origins);
        assert!(error.contains(reason), "{error}");
    }
    for origins in
        ["https://a.example:8443,http://localhost:3000", " HTTPS://A.example ", "http://[::1]:3000", " * "]
    {
        assert!(try_config(&[("CORS_ALLOWED_ORIGINS", origins)]).is_ok(), "{origins}");
    }
}

#[test]
fn origins_are_compared_the_way_browsers_write_them() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", "HTTPS://App.Example.com")]);
    let exchange = get("/b").header("origin", "https://app.example.com").send(&config);
    assert_eq!(exchange.header("access-control-allow-origin"), Some("https://app.example.com"));
}

#[test]
fn page_texts_that_are_blank_too_long_or_not_plain_are_refused() {
    for (variable, longest) in [("PAGE_TITLE", 200), ("PAGE_MESSAGE", 2_000)] {
        let text = "점".repeat(longest);
        assert!(try_config(&[(variable, &text)]).is_ok());
        assert!(
            error(variable, &format!("{text}점")).contains(&format!("it has {} characters", longest + 1))
        );
        assert!(error(variable, "a\u{0}").contains("control character"));
        assert!(error(variable, "a\u{85}b").contains("control character"));
    }
    assert!(error("PAGE_TITLE", "a\nb").contains("control character"));
    assert!(try_config(&[("PAGE_MESSAGE", "a\nb")]).is_ok());
}
