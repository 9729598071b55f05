//! What the environment may hold.

use crate::support::exchange::{config, read_config};
use crate::support::request::get;

fn error(variable: &str, value: &str) -> String {
    let errors = read_config(&[(variable, value)]).errors;
    assert_eq!(errors.len(), 1, "{variable} is {value:?}: {errors:?}");
    errors[0].to_string()
}

fn is_accepted(variable: &str, value: &str) -> bool {
    read_config(&[(variable, value)]).errors.is_empty()
}

/// Each variable with a value that cannot be used.
const WRONG: [(&str, &str); 15] = [
    ("MAINTENANCE_PAGE_URL", "//x"),
    ("PREVIEW_PATH", "/a//maintenance/"),
    ("HOME_PATH", "/a/%6Daintenance"),
    ("REDIRECT_PATH_PATTERN", "("),
    ("REDIRECT_BROWSERS", "all"),
    ("UNAVAILABLE_BODY", "{"),
    ("STATUS_PATH", "status.json"),
    ("RETRY_AFTER_SECONDS", "0"),
    ("HEALTH_PATH_PATTERN", "*/health"),
    ("CORS_ALLOWED_ORIGINS", "https://*.example.com"),
    ("SITE_NAME", "a\nb"),
    ("PAGE_TITLE", "a\tb"),
    ("PAGE_MESSAGE", "\u{7}a"),
    ("PAGE_LANGUAGE", "Deutsch_AT"),
    ("STATUS_PAGE_URL", "http://status.example.com"),
];

#[test]
fn blank_settings_count_as_unset() {
    let (unset, blank) = (config(&[]), config(&WRONG.map(|(variable, _)| (variable, " \n"))));
    for path in ["/", "/a", "/a/maintenance", "/b"] {
        assert_eq!(get(path).send(&unset).response, get(path).send(&blank).response);
    }
}

#[test]
fn defaults_replace_wrong_settings_and_no_others() {
    for right in WRONG.map(|(variable, _)| variable) {
        let mut environment = WRONG.to_vec();
        environment.retain(|(variable, _)| *variable != right);
        environment.push(("UNAVAILABLE_BODY", "7"));
        let mut expected = WRONG.map(|(variable, _)| variable).to_vec();
        expected.retain(|variable| *variable != right);
        let errors = read_config(&environment).errors;
        assert_eq!(errors.iter().map(|error| error.variable).collect::<Vec<_>>(), expected);
    }
    let wrong = read_config(&WRONG);
    for path in ["/", "/a", "/a/health", "/a/maintenance", "/b"] {
        let request = get(path).header("origin", "https://www.example.com");
        assert_eq!(request.send(&wrong).response, request.send(&config(&[])).response);
    }
}

#[test]
fn an_error_names_what_is_accepted() {
    insta::assert_snapshot!(error("RETRY_AFTER_SECONDS", "5m"), @r#"RETRY_AFTER_SECONDS is "5m": not a whole number; accepted: a whole number of seconds from 1 to 86400"#);
    insta::assert_snapshot!(error("UNAVAILABLE_BODY", r#"{"message":}"#), @r#"UNAVAILABLE_BODY is "{"message":}": expected value at line 1 column 12; accepted: any JSON value of at most 500 characters"#);
    insta::assert_snapshot!(error("MAINTENANCE_PAGE_URL", "//cdn.example.com/m"), @r#"MAINTENANCE_PAGE_URL is "//cdn.example.com/m": // at the start would name another host; accepted: a path on the same host such as /a/maintenance, or an absolute http or https URL, of at most 200 characters"#);
    insta::assert_snapshot!(error("CORS_ALLOWED_ORIGINS", "https://app.example.com/"), @r#"CORS_ALLOWED_ORIGINS is "https://app.example.com/": in "https://app.example.com/" the scheme must be followed by a host and an optional port, and nothing else; accepted: comma-separated origins as browsers send them, such as https://app.example.com, or * or none alone, of at most 500 characters"#);
    insta::assert_snapshot!(error("HEALTH_PATH_PATTERN", "[z-a]"), @r#"HEALTH_PATH_PATTERN is "[z-a]": invalid character class range, the start must be <= the end; accepted: a regular expression of at most 200 characters that is searched for in the path, in the syntax of Rust's regex crate without Unicode classes, such as ^/a(/|$)"#);
    insta::assert_snapshot!(error("REDIRECT_PATH_PATTERN", "^/a(/|$"), @r#"REDIRECT_PATH_PATTERN is "^/a(/|$": unclosed group; accepted: a regular expression of at most 200 characters that is searched for in the path, in the syntax of Rust's regex crate without Unicode classes, such as ^/a(/|$)"#);
    insta::assert_snapshot!(error("REDIRECT_PATH_PATTERN", "(.{1,100}){1,100}z"), @r#"REDIRECT_PATH_PATTERN is "(.{1,100}){1,100}z": its repetitions make it too large to be searched for in every request; accepted: a regular expression of at most 200 characters that is searched for in the path, in the syntax of Rust's regex crate without Unicode classes, such as ^/a(/|$)"#);
}

#[test]
fn patterns_that_search_long_are_refused() {
    let variable = "REDIRECT_PATH_PATTERN";
    for ruinous in ["(.{1,100}){1,100}z", "(a{1,1000}){9}", "a{1000000}", r"^/(\w{1,50}/){20}$", ".{1,999}z"]
    {
        assert!(error(variable, ruinous).contains("its repetitions make it too large"), "{ruinous}");
    }
    let shops = |separator: &str| (10..43).map(|n| format!("s{n}")).collect::<Vec<_>>().join(separator);
    for sensible in [
        format!("^/({})(/|$)", shops("|")),
        shops("|^/"),
        r"^/[a-z]{2}(-[A-Z]{2})?/(cart|checkout)(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$".to_owned(),
        r"^/\w+/\d{1,10}/[^/]{1,64}$".to_owned(),
        format!("(?i){}", "x".repeat(196)),
        ".".repeat(200),
        "점".repeat(200),
    ] {
        assert!(is_accepted(variable, &sensible), "{sensible}");
    }
}

/// Variables, values, and a part of the reason.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "REDIRECT_PATH_PATTERN HEALTH_PATH_PATTERN",
        r"( | [ | * | \p{Hangul} | (?<a>x)\k<a> | (?=a)",
        "PATTERN is ",
    ),
    ("MAINTENANCE_PAGE_URL", "a/m | ftp://x.example/m | javascript://x.example/%0a", "starts neither"),
    ("MAINTENANCE_PAGE_URL", "https:// | https:///m | https://user:pass@example.com/", "is not a host"),
    (
        "MAINTENANCE_PAGE_URL",
        "https://x.example:0/ | https://x.example:65536/ | https://x:+80",
        "is not a host",
    ),
    (
        "MAINTENANCE_PAGE_URL",
        "https://x.example:/ | https://[::1/ | https://[1.2]/ | https://?x",
        "is not a host",
    ),
    ("MAINTENANCE_PAGE_URL", "//x.example/m | https://x.example//m", "another host"),
    ("MAINTENANCE_PAGE_URL", "/a/../m | /a/%2E%2e/m | https://x.example/./m", "browsers remove"),
    ("MAINTENANCE_PAGE_URL", "/a b | /점검 | /a\r\nset-cookie:x | /a\\b", "percent-encoded"),
    ("MAINTENANCE_PAGE_URL", "/a%2 | /a%zz", "hexadecimal"),
    ("MAINTENANCE_PAGE_URL", "/a?x=1 | /a#x", "query string"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "a | https://www.example.com/a", "does not start with /"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "//www.example.com | /%2Fwww.example.com", "another host"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "/a?x=1 | /a#x", "query string"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "/a/../b", "browsers remove"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "/점검", "percent-encoded"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "/a%2", "hexadecimal"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "/a%5Cb | /a%00", "could read as another path"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "/a/maintenance | /a//maintenance/", "or its preview is there"),
    (
        "STATUS_PAGE_URL",
        "/status | http://status.example.com | javascript:alert(1)",
        "does not start with https://",
    ),
    ("STATUS_PAGE_URL", "https://me@status.example.com", "is not a host"),
    ("STATUS_PAGE_URL", "https://status.example.com/\"", "percent-encoded"),
    (
        "PAGE_LANGUAGE",
        "d | 1a | de_AT | de- | -de | a b | 한국어 | abcdefghi | de-abcdefghi",
        "its parts between hyphens",
    ),
    ("UNAVAILABLE_BODY", "Service Unavailable | { | {}{} | 'a' | {\"a\":1,} | \u{0}", "UNAVAILABLE_BODY is "),
    ("RETRY_AFTER_SECONDS", "0 | 86401", "out of range"),
    ("RETRY_AFTER_SECONDS", "4294967296 | -1 | 1.5", "not a whole number"),
    ("CORS_ALLOWED_ORIGINS", "app.example.com | null | ftp://example.com", "neither"),
    (
        "CORS_ALLOWED_ORIGINS",
        "https://app.example.com/ | https://*.example.com | https:// | https://a b",
        "nothing else",
    ),
    ("CORS_ALLOWED_ORIGINS", "https://user@app.example.com | https://점검.example", "nothing else"),
    ("CORS_ALLOWED_ORIGINS", "https://a.example:443 | http://a.example:80", "default port"),
    ("CORS_ALLOWED_ORIGINS", "https://a.example, | ,", "empty"),
    ("CORS_ALLOWED_ORIGINS", "https://a.example,*", "alone"),
    ("SITE_NAME PAGE_TITLE PAGE_MESSAGE", "a\u{0}b | a\u{85}b | a\tb", "it holds the control character"),
    ("SITE_NAME PAGE_TITLE", "a\nb", "it holds the control character"),
];

#[test]
fn wrong_settings_are_refused_with_the_reason() {
    for (variables, values, reason) in REFUSED {
        for (variable, value) in
            variables.split(' ').flat_map(|name| values.split(" | ").map(move |value| (name, value)))
        {
            let error = error(variable, value);
            assert!(error.starts_with(&format!("{variable} is \"{value}\": ")), "{error}");
            assert!(error.contains(reason), "{error}");
        }
    }
    for variable in ["HOME_PATH", "STATUS_PATH"] {
        let at_preview = read_config(&[("PREVIEW_PATH", "/preview"), (variable, "/preview/")]).errors;
        assert!(at_preview[0].to_string().contains("its preview is there"), "{at_preview:?}");
    }
}

#[test]
fn right_settings_are_accepted() {
    for (variable, values) in [
        ("HOME_PATH", "/"),
        ("PREVIEW_PATH", "/shop/%EC%A0%90"),
        ("STATUS_PAGE_URL", "HTTPS://status.example.com/shop?lang=en#now"),
        ("PAGE_LANGUAGE", "de | zh-Hant-TW | es-419 | KO"),
        ("UNAVAILABLE_BODY", "null | \"x\" |  {} \n"),
        ("RETRY_AFTER_SECONDS", "1 | 86400"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example:8443,http://localhost:3000 | http://[::1]:3000"),
        ("CORS_ALLOWED_ORIGINS", " HTTPS://A.example  |  * "),
        ("PAGE_MESSAGE", "a\nb"),
    ] {
        for value in values.split(" | ") {
            assert!(is_accepted(variable, value), "{variable} {value}");
        }
    }
}

#[test]
fn texts_have_the_length_that_the_error_names() {
    let origins = |chars: usize| format!("https://{}", "a".repeat(chars - 8));
    for (variable, most, text) in [
        ("REDIRECT_PATH_PATTERN", 200, &(|chars| "점".repeat(chars)) as &dyn Fn(usize) -> String),
        ("HEALTH_PATH_PATTERN", 200, &|chars| "점".repeat(chars)),
        ("MAINTENANCE_PAGE_URL", 200, &|chars| format!("/{}", "a".repeat(chars - 1))),
        ("UNAVAILABLE_BODY", 500, &|chars| format!("\"{}\"", "점".repeat(chars - 2))),
        ("CORS_ALLOWED_ORIGINS", 500, &origins),
        ("PREVIEW_PATH", 100, &|chars| format!("/{}", "a".repeat(chars - 1))),
        ("HOME_PATH", 100, &|chars| format!("/{}", "a".repeat(chars - 1))),
        ("STATUS_PAGE_URL", 150, &origins),
        ("STATUS_PATH", 60, &|chars| format!("/{}", "a".repeat(chars - 1))),
        ("PAGE_LANGUAGE", 35, &|chars| format!("de-{}", "abcd-".repeat(10))[..chars].to_owned()),
        ("SITE_NAME", 100, &|chars| "점".repeat(chars)),
        ("PAGE_TITLE", 100, &|chars| "점".repeat(chars)),
        ("PAGE_MESSAGE", 500, &|chars| "점".repeat(chars)),
    ] {
        assert!(is_accepted(variable, &text(most)), "{variable}");
        let error = error(variable, &text(most + 1));
        assert!(error.contains(&format!("it has {} characters; accepted: ", most + 1)), "{error}");
        assert!(error.contains(&format!("at most {most} characters")), "{error}");
    }
}
