//! 303 to the maintenance page, with where the visitor wanted to go.

use maintenance_responder::return_path::{MAX_RETURN_PATH_BYTES, ReturnPath};
use proptest::prelude::*;
use url::Url;

use crate::support::exchange::{config, invoke};
use crate::support::request::{get, request};

#[test]
fn the_front_end_and_all_below_is_redirected() {
    let config = config(&[]);
    for path in ["/a", "/a/", "/a/orders/7", "/a//", "/a/%2e", "/a/maintenance/"] {
        let exchange = get(path).send(&config);
        assert_eq!(exchange.outcome(), "redirect", "{path}");
        assert_eq!(exchange.response.description, "303 See Other");
        assert!(exchange.header("location").unwrap().starts_with("/a/maintenance"), "{exchange}");
        assert_eq!(exchange.response.body, "");
    }
}

#[test]
fn the_pattern_is_that_of_the_environment_and_sees_the_path_as_sent() {
    let config = config(&[("REDIRECT_PATH_PATTERN", r"^/(shop|%EC%83%81)/\d+")]);
    assert_eq!(get("/shop/7").send(&config).outcome(), "redirect");
    assert_eq!(get("/%EC%83%81/7").send(&config).outcome(), "redirect");
    assert_eq!(get("/a").send(&config).outcome(), "unavailable");
    assert_eq!(get("/%73hop/7").send(&config).outcome(), "unavailable");
}

#[test]
fn it_carries_where_the_visitor_wanted_to_go() {
    let config = config(&[]);
    let location = |request: &crate::support::request::Request| {
        request.send(&config).header("location").unwrap().to_owned()
    };
    assert_eq!(location(&get("/a/orders/7")), "/a/maintenance?from=/a/orders/7");
    assert_eq!(
        location(&get("/a/orders").query("q", "caf%C3%A9+au%20lait").query("z", "")),
        "/a/maintenance?from=/a/orders%3Fq%3Dcaf%25C3%25A9%2Bau%2520lait%26z%3D"
    );
    assert_eq!(location(&get("/a/\u{e9} \"<>")), "/a/maintenance?from=/a/%25C3%25A9%2520%2522%253C%253E");
    assert_eq!(location(&get("/a/%EC%A0%90")), "/a/maintenance?from=/a/%25EC%25A0%2590");
}

#[test]
fn a_parameter_given_twice_comes_back_twice_where_the_event_holds_both() {
    let event = get("/a").query("x", "1").query("x", "2").multi_value_event();
    let exchange = invoke(&config(&[]), event.to_string().as_bytes());
    assert_eq!(exchange.header("location"), Some("/a/maintenance?from=/a%3Fx%3D1%26x%3D2"));
}

#[test]
fn only_what_can_be_asked_for_again_is_carried() {
    let config = config(&[]);
    for method in ["POST", "PUT", "DELETE", "get", ""] {
        let exchange = request(method, "/a/orders").query("x", "1").send(&config);
        assert_eq!(exchange.outcome(), "redirect");
        assert_eq!(exchange.header("location"), Some("/a/maintenance"), "{method}");
    }
    assert!(request("HEAD", "/a").send(&config).header("location").unwrap().ends_with("?from=/a"));
}

#[test]
fn a_path_that_is_not_of_this_origin_is_not_carried() {
    let config = config(&[("REDIRECT_PATH_PATTERN", "")]);
    for path in
        ["/a/\\evil.example", "/a/%5Cevil.example", "/a/../../evil", "/a/%2E%2e/x", "/a/%0d%0ax", "/a/\t"]
    {
        assert_eq!(get(path).send(&config).header("location"), Some("/a/maintenance"), "{path}");
    }
}

#[test]
fn the_location_stays_small() {
    let config = config(&[]);
    let long = "%20".repeat(8_000);
    let without_query = get("/a/orders").query("q", &long).send(&config);
    assert_eq!(without_query.header("location"), Some("/a/maintenance?from=/a/orders"));
    let with_nothing = get(&format!("/a/{long}")).send(&config);
    assert_eq!(with_nothing.header("location"), Some("/a/maintenance"));
    let longest = format!("/a/{}", "%".repeat(MAX_RETURN_PATH_BYTES - 3));
    let location = get(&longest).send(&config).header("location").unwrap().to_owned();
    assert!(
        (MAX_RETURN_PATH_BYTES..4 * MAX_RETURN_PATH_BYTES).contains(&location.len()),
        "{}",
        location.len()
    );
}

#[test]
fn an_absolute_url_gets_no_from() {
    for page in
        ["https://status.example.org/maintenance", "http://status.example.org:8080?lang=en#now", "HTTPS://x"]
    {
        let config = config(&[("MAINTENANCE_PAGE_URL", page)]);
        let exchange = get("/a/orders").query("x", "1").send(&config);
        assert_eq!(exchange.response.status, 303);
        assert_eq!(exchange.header("location"), Some(page));
    }
}

#[test]
fn a_return_path_is_refused_when_it_could_leave_the_origin() {
    for text in [
        "",
        "a",
        "//host",
        "//",
        "/\\host",
        "\\\\host",
        "/\t/host",
        "/\n/host",
        "\t//host",
        " /a",
        "https://host",
        "javascript:alert(1)",
        "/%2Fhost",
        "/%5chost",
        "/%2f%2fhost",
        "/a\u{0}",
        "/a\u{7f}",
        "/a\u{85}",
        "/%00",
        "/a#b",
        "/..//host",
        "/.//host",
        "/%2e%2E//host",
        "/a/..",
        "/x\\..\\y",
    ] {
        assert_eq!(ReturnPath::parse(text), None, "{text:?}");
    }
    for (text, safe) in [
        ("/", "/"),
        ("/a//b", "/a//b"),
        ("/a?next=//host&y=%0A", "/a?next=//host&y=%0A"),
        ("/a b\"<'>é%", "/a%20b%22%3C%27%3E%C3%A9%"),
        ("/a...b/..c", "/a...b/..c"),
    ] {
        assert_eq!(ReturnPath::parse(text).unwrap().as_str(), safe);
    }
}

/// Text made of what decides about a URL's origin.
fn url_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "/",
            "/",
            "//",
            "\\",
            "%2f",
            "%5C",
            ".",
            "..",
            "%2e",
            "?",
            "#",
            ":",
            "@",
            "\t",
            "\n",
            "%09",
            "http:",
            "https://",
            "javascript:",
            "host.example",
            "%",
            "%00",
            "\u{0}",
            "\u{3000}",
            "\u{ff0f}",
            ";",
            "&",
            "=",
            "\"",
            "'",
            "<",
            " ",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| format!("/{}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_browser_resolves_every_return_path_to_the_same_origin(text in url_like()) {
        let page = Url::parse("https://www.example.com/a/maintenance?from=x").unwrap();
        if let Some(path) = ReturnPath::parse(&text) {
            let target = page.join(path.as_str()).unwrap();
            prop_assert_eq!(target.origin(), page.origin());
            prop_assert!(!target.path().starts_with("//"));
            prop_assert_eq!(target.fragment(), None);
            // Nothing is left for a browser to change, so what was checked is what is asked for.
            prop_assert_eq!(&target.as_str()["https://www.example.com".len()..], path.as_str());
        }
    }

    #[test]
    fn what_the_redirect_carries_the_page_reads_back(text in url_like()) {
        if let Some(path) = ReturnPath::parse(&text) {
            prop_assert_eq!(ReturnPath::from_parameter(&path.to_parameter()), Some(path.clone()));
            prop_assert_eq!(ReturnPath::parse(path.as_str()), Some(path));
        }
    }
}
