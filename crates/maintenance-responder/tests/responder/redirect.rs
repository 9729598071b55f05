//! 303 to the maintenance page, with where the visitor wanted to go.

use maintenance_responder::return_path::{MAX_RETURN_PATH_BYTES, ReturnPath};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use url::Url;

use crate::support::exchange::{config, invoke};
use crate::support::request::{Request, get, request};

#[test]
fn the_front_end_and_all_below_is_redirected() {
    let config = config(&[]);
    for path in ["/a", "/a/", "/a/orders/7", "/a//", "/a/%2e", "/a/maintenance/x"] {
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
    let location = |request: &Request| request.send(&config).header("location").unwrap().to_owned();
    assert_eq!(location(&get("/a/orders/7")), "/a/maintenance?from=/a/orders/7");
    assert_eq!(
        location(&get("/a/orders").query("q", "caf%C3%A9+au%20lait").query("z", "")),
        "/a/maintenance?from=/a/orders%3Fq%3Dcaf%25C3%25A9%2Bau%2520lait%26z%3D"
    );
    assert_eq!(location(&get("/a/\u{e9} \"<>")), "/a/maintenance?from=/a/%25C3%25A9%2520%2522%253C%253E");
    assert_eq!(location(&get("/a/%EC%A0%90")), "/a/maintenance?from=/a/%25EC%25A0%2590");
}

#[test]
fn every_value_of_a_repeated_name_comes_back_in_its_order_where_the_event_holds_them() {
    for (path, parameters, location) in [
        ("/a/search", [("tag", "red"), ("tag", "blue")], "/a/search%3Ftag%3Dred%26tag%3Dblue"),
        (
            "/a/report",
            [("f%5Bregion%5D%5B%5D", "eu"), ("f%5Bregion%5D%5B%5D", "us")],
            "/a/report%3Ff%255Bregion%255D%255B%255D%3Deu%26f%255Bregion%255D%255B%255D%3Dus",
        ),
    ] {
        let request = parameters.iter().fold(get(path), |request, (name, value)| request.query(name, value));
        let exchange = invoke(&config(&[]), request.multi_value_event().to_string().as_bytes());
        assert_eq!(exchange.header("location"), Some(format!("/a/maintenance?from={location}").as_str()));
    }
}

/// Where the redirect's `from` leads, for a request with these headers.
fn carried(mut sent: Request, headers: &[(&str, &str)]) -> Option<String> {
    for (name, value) in headers {
        sent = sent.header(name, value);
    }
    let exchange = sent.send(&config(&[]));
    assert_eq!(exchange.outcome(), "redirect");
    let location = exchange.header("location").unwrap().to_owned();
    location.strip_prefix("/a/maintenance?from=").map(str::to_owned)
}

#[test]
fn what_must_not_be_asked_for_again_leads_to_the_page_that_the_visitor_came_from() {
    let referer = ("referer", "https://www.example.com/a/cart?step=2");
    for method in ["POST", "PUT", "DELETE", "get", ""] {
        let sent = request(method, "/a/orders").query("x", "1");
        assert_eq!(carried(sent, &[referer]).as_deref(), Some("/a/cart%3Fstep%3D2"), "{method}");
    }
    for method in ["GET", "HEAD"] {
        assert_eq!(carried(request(method, "/a/orders"), &[referer]).as_deref(), Some("/a/orders"));
    }
    assert_eq!(carried(get("/a/%5Cevil"), &[referer]).as_deref(), Some("/a/cart%3Fstep%3D2"));
}

#[test]
fn a_referer_counts_only_if_it_names_a_safe_page_of_the_same_origin() {
    let post = || request("POST", "/a/login").query("token", "1");
    let proto = ("x-forwarded-proto", "https");
    for referer in [
        "https://evil.example/a/cart",
        "https://www.example.com.evil.example/a/cart",
        "https://www.example.com@evil.example/a/cart",
        "https://evil.example\\@www.example.com/a/cart",
        "http://www.example.com/a/cart",
        "https://www.example.com:8443/a/cart",
        "https:///a/cart",
        "https://www.example.com",
        "https://www.example.com?/a/cart",
        "//www.example.com/a/cart",
        "/a/cart",
        "https://www.example.com//evil.example",
        "https://www.example.com/%5cevil.example",
        "https://www.example.com/a/../..//evil.example",
        "https://www.example.com/a/maintenance?from=/a/cart",
        "https://www.example.com/a//Maintenance/../maintenance/",
        "https://www.example.com/a/%6daintenance/",
        "about:blank",
        "",
    ] {
        assert_eq!(carried(post(), &[proto, ("referer", referer)]).as_deref(), Some("/a/login"), "{referer}");
    }
    for (host, referer) in [
        ("www.example.com", "https://WWW.example.com/a/cart"),
        ("www.example.com:443", "https://www.example.com/a/cart"),
        ("www.example.com:8443", "https://www.example.com:8443/a/cart"),
    ] {
        let sent = [proto, ("host", host), ("referer", referer)];
        assert_eq!(carried(post(), &sent).as_deref(), Some("/a/cart"), "{referer}");
    }
}

#[test]
fn a_referer_that_tells_the_origin_alone_names_no_page_unless_browsers_are_redirected_there() {
    let sent = request("POST", "/a/login").header("referer", "https://www.example.com/");
    assert_eq!(carried(sent.clone(), &[]).as_deref(), Some("/a/login"));
    for environment in [("REDIRECT_PATH_PATTERN", "^/(a/.*)?$"), ("REDIRECT_BROWSERS", "navigations")] {
        let exchange = sent.send(&config(&[environment]));
        assert_eq!(exchange.header("location"), Some("/a/maintenance?from=/"));
    }
}

#[test]
fn a_path_that_is_not_of_this_origin_is_not_carried() {
    let config = config(&[("REDIRECT_PATH_PATTERN", "")]);
    for path in
        ["/a/\\evil.example", "/a/%5Cevil.example", "/a/../../evil", "/a/%2E%2e/x", "/a/%0d%0ax", "/a/\t"]
    {
        assert_eq!(get(path).send(&config).header("location"), Some("/a/maintenance"), "{path}");
        assert_eq!(request("POST", path).send(&config).header("location"), Some("/a/maintenance"), "{path}");
    }
}

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[test]
fn navigations_are_redirected_wherever_they_go_if_told_so_and_api_clients_are_not() {
    let config = config(&[("REDIRECT_BROWSERS", "navigations")]);
    for accept in
        [BROWSER, "TEXT/HTML", "application/json;q=0.9 , text/html ; level=1 ; q=0.001", "text/html;q=x"]
    {
        let exchange = get("/").query("x", "1").header("accept", accept).send(&config);
        assert_eq!(exchange.header("location"), Some("/a/maintenance?from=/%3Fx%3D1"), "{accept}");
    }
    for accept in
        ["", "*/*", "text/*", "application/json", "text/html;q=0", "text/html; Q=0.000", "text/htmlx"]
    {
        assert_eq!(get("/").header("accept", accept).send(&config).outcome(), "unavailable", "{accept}");
    }
    for method in ["POST", "OPTIONS", "DELETE"] {
        let exchange = request(method, "/orders").header("accept", BROWSER).send(&config);
        assert_eq!(exchange.outcome(), "unavailable", "{method}");
    }
    assert_eq!(get("/").send(&config).outcome(), "unavailable");
    assert_eq!(get("/a/orders").header("accept", "*/*").send(&config).outcome(), "redirect");
    assert_eq!(get("/a/maintenance").header("accept", BROWSER).send(&config).outcome(), "page");
}

#[test]
fn answers_that_differ_for_navigations_say_so() {
    let config = config(&[("REDIRECT_BROWSERS", "navigations")]);
    for accept in [BROWSER, "application/json"] {
        assert_eq!(get("/").header("accept", accept).send(&config).header("vary"), Some("Accept"));
    }
}

#[test]
fn by_default_what_a_client_accepts_decides_nothing() {
    for environment in [&[][..], &[("REDIRECT_BROWSERS", "paths")]] {
        let exchange = get("/").header("accept", BROWSER).send(&config(environment));
        assert_eq!((exchange.outcome(), exchange.header("vary")), ("unavailable", None));
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

/// Text made of what decides about a URL's origin and about whether it is the page's.
fn url_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "a",
            "a/maintenance",
            "%61%2fm%61intenance",
            "www.example.com",
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_brought_to_another_host_or_to_the_page_itself(
        method in prop::sample::select(vec!["GET", "POST"]),
        path in url_like(),
        origin in prop::sample::select(vec!["https://www.example.com", "https://evil.example", ""]),
        referer in url_like(),
        from in url_like(),
    ) {
        let config = config(&[("REDIRECT_PATH_PATTERN", "")]);
        let referer = format!("{origin}{referer}");
        let page = Url::parse("https://www.example.com/a/maintenance").unwrap();
        for sent in [request(method, &path), get("/a/maintenance").query("from", &from)] {
            let exchange = sent.header("referer", &referer).send(&config);
            let place = match exchange.header("location") {
                Some(location) => location.split_once("?from=").map(|(_, from)| percent_decode_str(from).decode_utf8().unwrap().into_owned()),
                None => exchange.response.body.split_once("id=\"return\" href=\"").map(|(_, link)| link.split('"').next().unwrap().replace("&#38;", "&")),
            };
            if let Some(place) = place {
                let place = page.join(&place).unwrap();
                prop_assert_eq!(place.origin(), page.origin());
                let decoded: Vec<u8> = percent_decode_str(place.path()).collect();
                let segments: Vec<_> = decoded.split(|byte| *byte == b'/').filter(|segment| !segment.is_empty()).collect();
                prop_assert!(segments != [&b"a"[..], b"maintenance"], "{}", place);
            }
        }
    }
}
