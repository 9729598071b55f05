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

#[test]
fn nothing_needs_to_be_set_and_blank_counts_as_unset() {
    let variables = [
        "REDIRECT_PATH_PATTERN",
        "REDIRECT_BROWSERS",
        "MAINTENANCE_PAGE_URL",
        "PREVIEW_PATH",
        "HOME_PATH",
        "UNAVAILABLE_BODY",
        "RETRY_AFTER_SECONDS",
        "HEALTH_PATH_PATTERN",
        "CORS_ALLOWED_ORIGINS",
        "PAGE_TITLE",
        "PAGE_MESSAGE",
        "PAGE_LANGUAGE",
        "STATUS_PAGE_URL",
        "STATUS_PATH",
    ];
    let (unset, blank) = (config(&[]), config(&variables.map(|variable| (variable, " \n"))));
    for path in ["/", "/a", "/a/maintenance", "/b"] {
        assert_eq!(get(path).send(&unset).response, get(path).send(&blank).response);
    }
}

#[test]
fn a_bad_value_is_an_error_that_names_variable_value_reason_and_what_is_accepted() {
    insta::assert_snapshot!(error("RETRY_AFTER_SECONDS", "5m"), @r#"RETRY_AFTER_SECONDS is "5m": not a whole number; accepted: a whole number of seconds from 1 to 86400"#);
    insta::assert_snapshot!(error("UNAVAILABLE_BODY", r#"{"message":}"#), @r#"UNAVAILABLE_BODY is "{"message":}": expected value at line 1 column 12; accepted: any JSON value of at most 500 characters"#);
    insta::assert_snapshot!(error("MAINTENANCE_PAGE_URL", "//cdn.example.com/m"), @r#"MAINTENANCE_PAGE_URL is "//cdn.example.com/m": // at the start would name another host; accepted: a path on the same host such as /a/maintenance, or an absolute http or https URL, of at most 200 characters"#);
    insta::assert_snapshot!(error("CORS_ALLOWED_ORIGINS", "https://app.example.com/"), @r#"CORS_ALLOWED_ORIGINS is "https://app.example.com/": in "https://app.example.com/" the scheme must be followed by a host and an optional port, and nothing else; accepted: comma-separated origins as browsers send them, such as https://app.example.com, or * or none alone, of at most 500 characters"#);
    insta::assert_snapshot!(error("PAGE_TITLE", "a\nb"), @r#"
    PAGE_TITLE is "a
    b": it holds the control character '\n'; accepted: plain text in one line of at most 100 characters
    "#);
    insta::assert_snapshot!(error("PAGE_MESSAGE", "a\tb"), @r#"PAGE_MESSAGE is "a	b": it holds the control character '\t'; accepted: plain text of at most 500 characters, line breaks allowed"#);
    insta::assert_snapshot!(error("HEALTH_PATH_PATTERN", "[z-a]"), @r#"HEALTH_PATH_PATTERN is "[z-a]": invalid character class range, the start must be <= the end; accepted: a regular expression of at most 200 characters that is searched for in the path, in the syntax of Rust's regex crate without Unicode classes, such as ^/a(/|$)"#);
    insta::assert_snapshot!(error("REDIRECT_PATH_PATTERN", "^/a(/|$"), @r#"REDIRECT_PATH_PATTERN is "^/a(/|$": unclosed group; accepted: a regular expression of at most 200 characters that is searched for in the path, in the syntax of Rust's regex crate without Unicode classes, such as ^/a(/|$)"#);
    insta::assert_snapshot!(error("REDIRECT_PATH_PATTERN", "(.{1,100}){1,100}z"), @r#"REDIRECT_PATH_PATTERN is "(.{1,100}){1,100}z": its repetitions make it too large to be searched for in every request; accepted: a regular expression of at most 200 characters that is searched for in the path, in the syntax of Rust's regex crate without Unicode classes, such as ^/a(/|$)"#);
}

#[test]
fn what_cannot_be_used_is_replaced_by_its_default_and_the_rest_stands() {
    let config = read_config(&[
        ("REDIRECT_PATH_PATTERN", "("),
        ("MAINTENANCE_PAGE_URL", "//x"),
        ("REDIRECT_BROWSERS", "all"),
        ("PREVIEW_PATH", "/a//maintenance/"),
        ("HOME_PATH", "/a/%6Daintenance"),
        ("UNAVAILABLE_BODY", "{"),
        ("RETRY_AFTER_SECONDS", "0"),
        ("HEALTH_PATH_PATTERN", "*/health"),
        ("CORS_ALLOWED_ORIGINS", "https://*.example.com"),
        ("PAGE_TITLE", "Back at 5"),
        ("PAGE_MESSAGE", "\u{7}a"),
        ("PAGE_LANGUAGE", "Deutsch_AT"),
        ("STATUS_PAGE_URL", "http://status.example.com"),
        ("STATUS_PATH", "status.json"),
    ]);
    let variables: Vec<_> = config.errors.iter().map(|error| error.variable).collect();
    assert_eq!(
        variables.join(" "),
        "MAINTENANCE_PAGE_URL PREVIEW_PATH HOME_PATH STATUS_PATH REDIRECT_PATH_PATTERN REDIRECT_BROWSERS UNAVAILABLE_BODY \
        RETRY_AFTER_SECONDS HEALTH_PATH_PATTERN CORS_ALLOWED_ORIGINS PAGE_MESSAGE PAGE_LANGUAGE STATUS_PAGE_URL"
    );
    for path in ["/", "/a", "/a/health", "/a/maintenance", "/b"] {
        let request = get(path).header("origin", "https://www.example.com");
        let defaults = crate::support::exchange::config(&[("PAGE_TITLE", "Back at 5")]);
        assert_eq!(request.send(&config).response, request.send(&defaults).response);
    }
}

#[test]
fn patterns_that_do_not_compile_are_refused() {
    for variable in ["REDIRECT_PATH_PATTERN", "HEALTH_PATH_PATTERN"] {
        for pattern in ["(", "[", "*", r"\p{Hangul}", r"(?<a>x)\k<a>", "(?=a)"] {
            assert!(
                error(variable, pattern).starts_with(&format!("{variable} is \"{pattern}\": ")),
                "{pattern}"
            );
        }
    }
}

#[test]
fn a_pattern_that_would_take_long_to_search_is_refused_and_dozens_of_alternatives_are_not() {
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
fn paths_that_are_no_place_of_their_own_on_the_same_host_are_refused() {
    for (path, reason) in [
        ("a", "does not start with /"),
        ("https://www.example.com/a", "does not start with /"),
        ("//www.example.com", "another host"),
        ("/a?x=1", "query string"),
        ("/a#x", "query string"),
        ("/a/../b", "which browsers remove"),
        ("/점검", "percent-encoded"),
        ("/a%2", "hexadecimal"),
        ("/a/maintenance", "there stands the maintenance page"),
        ("/a//maintenance/", "there stands the maintenance page"),
    ] {
        for variable in ["HOME_PATH", "PREVIEW_PATH", "STATUS_PATH"] {
            assert!(error(variable, path).contains(reason), "{}", error(variable, path));
        }
    }
    for variable in ["HOME_PATH", "STATUS_PATH"] {
        let at_preview = read_config(&[("PREVIEW_PATH", "/preview"), (variable, "/preview/")]).errors;
        assert!(at_preview[0].to_string().contains("or its preview"), "{at_preview:?}");
    }
    for unsafe_place in ["/%2Fwww.example.com", "/a%5Cb", "/a%00"] {
        assert!(error("HOME_PATH", unsafe_place).contains("another place than it seems"), "{unsafe_place}");
    }
    assert!(is_accepted("HOME_PATH", "/") && is_accepted("PREVIEW_PATH", "/shop/%EC%A0%90"));
}

#[test]
fn a_status_page_is_a_secure_one_elsewhere() {
    for (url, reason) in [
        ("/status", "does not start with https://"),
        ("http://status.example.com", "does not start with https://"),
        ("javascript:alert(1)", "does not start with https://"),
        ("https://me@status.example.com", "is not a host"),
        ("https://status.example.com/\"", "percent-encoded"),
    ] {
        assert!(error("STATUS_PAGE_URL", url).contains(reason), "{url}");
    }
    assert!(is_accepted("STATUS_PAGE_URL", "HTTPS://status.example.com/shop?lang=en#now"));
}

#[test]
fn what_is_no_language_tag_is_refused() {
    for tag in ["d", "1a", "de_AT", "de-", "-de", "german language", "한국어", "abcdefghi", "de-abcdefghi"]
    {
        assert!(
            error("PAGE_LANGUAGE", tag).starts_with(&format!("PAGE_LANGUAGE is \"{tag}\": its parts")),
            "{tag}"
        );
    }
    for tag in ["de", "zh-Hant-TW", "es-419", "KO"] {
        assert!(is_accepted("PAGE_LANGUAGE", tag), "{tag}");
    }
}

#[test]
fn bodies_that_are_not_json_are_refused() {
    for body in ["Service Unavailable", "{", "{}{}", "'a'", "{\"a\":1,}", "\u{0}"] {
        assert!(error("UNAVAILABLE_BODY", body).starts_with("UNAVAILABLE_BODY is "), "{body}");
    }
    for body in ["null", "[]", "\"x\"", " {} \n"] {
        assert!(is_accepted("UNAVAILABLE_BODY", body), "{body}");
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
        assert!(is_accepted("RETRY_AFTER_SECONDS", seconds));
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
        assert!(is_accepted("CORS_ALLOWED_ORIGINS", origins), "{origins}");
    }
}

#[test]
fn origins_are_compared_the_way_browsers_write_them() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", "HTTPS://App.Example.com")]);
    let exchange = get("/b").header("origin", "https://app.example.com").send(&config);
    assert_eq!(exchange.header("access-control-allow-origin"), Some("https://app.example.com"));
}

#[test]
fn page_texts_that_are_not_plain_are_refused() {
    for variable in ["PAGE_TITLE", "PAGE_MESSAGE"] {
        for text in ["a\u{0}b", "a\u{85}b", "a\tb"] {
            assert!(error(variable, text).contains("control character"));
        }
    }
    assert!(error("PAGE_TITLE", "a\nb").contains("control character"));
    assert!(is_accepted("PAGE_MESSAGE", "a\nb"));
}

#[test]
fn texts_are_accepted_up_to_the_number_of_characters_that_the_sentence_names() {
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
        ("PAGE_TITLE", 100, &|chars| "점".repeat(chars)),
        ("PAGE_MESSAGE", 500, &|chars| "점".repeat(chars)),
    ] {
        assert!(is_accepted(variable, &text(most)), "{variable}");
        let error = error(variable, &text(most + 1));
        assert!(error.contains(&format!("it has {} characters; accepted: ", most + 1)), "{error}");
        assert!(error.contains(&format!("at most {most} characters")), "{error}");
    }
}
