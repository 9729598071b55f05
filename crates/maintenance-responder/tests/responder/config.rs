//! What the environment may hold.

use crate::support::{config, get, read_config};

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
    ("RETRY_AFTER_SECONDS", "0"),
    ("HEALTH_PATH_PATTERN", "*/health"),
    ("CORS_ALLOWED_ORIGINS", "https://*.example.com"),
    ("SITE_NAME", "a\nb"),
    ("PAGE_TITLE", "a\tb"),
    ("PAGE_MESSAGE", "\u{7}a"),
    ("PAGE_LANGUAGE", "Deutsch_AT"),
    ("STATUS_PAGE_URL", "http://status.example.com"),
    ("STATUS_PATH", "status.json"),
];

#[test]
fn defaults_replace_blank_and_wrong_settings() {
    let blank = config(&WRONG.map(|(variable, _)| (variable, " \n")));
    let wrong = read_config(&WRONG);
    let refused: Vec<_> = wrong.errors.iter().map(|error| error.variable).collect();
    assert_eq!(refused, WRONG.map(|(variable, _)| variable));
    for path in ["/", "/a", "/a/health", "/a/maintenance", "/b"] {
        let request = get(path).header("origin", "https://www.example.com");
        let response = request.send(&config(&[])).response;
        assert_eq!(request.send(&blank).response, response);
        assert_eq!(request.send(&wrong).response, response);
    }
}

#[test]
fn an_error_names_what_is_accepted() {
    insta::assert_snapshot!(error("RETRY_AFTER_SECONDS", "5m"), @r#"RETRY_AFTER_SECONDS is "5m": not such a number; accepted: a whole number of seconds from 1 to 86400"#);
    insta::assert_snapshot!(error("UNAVAILABLE_BODY", r#"{"message":}"#), @r#"UNAVAILABLE_BODY is "{"message":}": expected value at line 1 column 12; accepted: any JSON value"#);
    insta::assert_snapshot!(error("MAINTENANCE_PAGE_URL", "//cdn.example.com/m"), @r#"MAINTENANCE_PAGE_URL is "//cdn.example.com/m": // at the start would name another host; accepted: a path on the same host such as /a/maintenance, or an absolute http or https URL"#);
    insta::assert_snapshot!(error("CORS_ALLOWED_ORIGINS", "https://app.example.com/"), @r#"CORS_ALLOWED_ORIGINS is "https://app.example.com/": in "https://app.example.com/" not only a host and an optional port follow the scheme; accepted: comma-separated origins such as https://app.example.com, or * or none alone"#);
    insta::assert_snapshot!(error("REDIRECT_PATH_PATTERN", "^/a(/|$"), @r#"REDIRECT_PATH_PATTERN is "^/a(/|$": unclosed group; accepted: a regular expression that is searched for in the path, in the syntax of Rust's regex crate without Unicode classes, such as ^/a(/|$)"#);
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
    ("REDIRECT_PATH_PATTERN HEALTH_PATH_PATTERN", r"( | [ | * | \p{Hangul} | (?<a>x)\k<a> | (?=a)", ""),
    ("MAINTENANCE_PAGE_URL", "a/m | ftp://x.example/m | javascript://x.example/%0a", "starts neither"),
    ("MAINTENANCE_PAGE_URL", "https:// | https:///m | https://?x | https://x.example:/", "is not a host"),
    ("MAINTENANCE_PAGE_URL", "https://user:pass@example.com/ | https://x:+80", "is not a host"),
    ("MAINTENANCE_PAGE_URL", "https://x.example:0/ | https://x.example:65536/", "is not a host"),
    ("MAINTENANCE_PAGE_URL", "https://[::1/ | https://[1.2]/", "is not a host"),
    ("MAINTENANCE_PAGE_URL", "//x.example/m | https://x.example//m", "another host"),
    ("MAINTENANCE_PAGE_URL HOME_PATH PREVIEW_PATH STATUS_PATH", "/a b | /점검", "percent-encoded"),
    ("MAINTENANCE_PAGE_URL STATUS_PAGE_URL", "https://x.example/\"", "percent-encoded"),
    ("MAINTENANCE_PAGE_URL HOME_PATH PREVIEW_PATH STATUS_PATH", "/a%2 | /a%zz", "hexadecimal"),
    ("MAINTENANCE_PAGE_URL HOME_PATH PREVIEW_PATH STATUS_PATH", "/a?x=1 | /a#x", "query string"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "a | https://www.example.com/a", "does not start with /"),
    ("HOME_PATH PREVIEW_PATH STATUS_PATH", "/a/maintenance | /a//maintenance/", "or its preview is there"),
    ("STATUS_PAGE_URL", "/status | http://x.example | javascript:alert(1)", "does not start with https://"),
    ("STATUS_PAGE_URL", "https://me@status.example.com", "is not a host"),
    ("PAGE_LANGUAGE", "d | 1a | de_AT | de- | -de | a b | 한국어 | abcdefghi | de-abcdefghi", "that form"),
    ("UNAVAILABLE_BODY", "Service Unavailable | { | {}{} | 'a' | {\"a\":1,} | \u{0}", ""),
    ("RETRY_AFTER_SECONDS", "0 | 86401 | 4294967296 | -1 | 1.5", "not such a number"),
    ("CORS_ALLOWED_ORIGINS", "app.example.com | null | ftp://example.com", "neither"),
    ("CORS_ALLOWED_ORIGINS", "https://a.example, | , | https://a.example,*", "neither"),
    ("CORS_ALLOWED_ORIGINS", "https://app.example.com/ | https://*.example.com | https://", "not only"),
    ("CORS_ALLOWED_ORIGINS", "https://a b | https://me@a.example | https://점검.example", "not only"),
    ("CORS_ALLOWED_ORIGINS", "https://a.example:443 | http://a.example:80", "default port"),
    ("SITE_NAME PAGE_TITLE PAGE_MESSAGE", "a\u{0}b | a\u{85}b | a\tb", "it holds the control character"),
    ("SITE_NAME PAGE_TITLE", "a\nb", "it holds the control character"),
];

#[test]
fn wrong_settings_are_refused_with_the_reason() {
    for (variables, values, reason) in REFUSED {
        for variable in variables.split(' ') {
            for value in values.split(" | ") {
                let error = error(variable, value);
                assert!(error.starts_with(&format!("{variable} is \"{value}\": ")), "{error}");
                assert!(error.contains(reason), "{error}");
            }
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
fn settings_that_are_too_long_are_refused() {
    for (variables, most) in [
        ("REDIRECT_PATH_PATTERN HEALTH_PATH_PATTERN MAINTENANCE_PAGE_URL", 200),
        ("UNAVAILABLE_BODY CORS_ALLOWED_ORIGINS PAGE_MESSAGE", 500),
        ("PREVIEW_PATH HOME_PATH SITE_NAME PAGE_TITLE", 100),
        ("STATUS_PAGE_URL", 150),
        ("STATUS_PATH", 60),
        ("PAGE_LANGUAGE", 35),
    ] {
        for variable in variables.split(' ') {
            let reasons = |chars| format!("{:?}", read_config(&[(variable, &"점".repeat(chars))]).errors);
            let too_long = format!("it has {} characters, at most {most} fit", most + 1);
            assert!(reasons(most + 1).contains(&too_long), "{variable}");
            assert!(!reasons(most).contains("characters, at most"), "{variable}");
        }
    }
}
