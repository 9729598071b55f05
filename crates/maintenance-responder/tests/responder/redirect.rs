//! 303 to the maintenance page, with where the visitor wanted to go.

use crate::support::{Request, config, get, request};

/// The place that the redirect carries, still encoded.
fn carried(sent: &Request) -> Option<String> {
    let exchange = sent.send(&config(&[]));
    assert_eq!((exchange.outcome(), exchange.response.body.as_str()), ("redirect", ""));
    let location = exchange.header("location").unwrap().to_owned();
    location.strip_prefix("/a/maintenance?from=").map(str::to_owned)
}

#[test]
fn the_pattern_sees_the_path_as_sent() {
    let config = config(&[("REDIRECT_PATH_PATTERN", r"^/(shop|%EC%83%81)/\d+")]);
    assert_eq!(get("/shop/7").send(&config).outcome(), "redirect");
    assert_eq!(get("/%EC%83%81/7").send(&config).outcome(), "redirect");
    assert_eq!(get("/a").send(&config).outcome(), "unavailable");
    assert_eq!(get("/%73hop/7").send(&config).outcome(), "unavailable");
}

#[test]
fn it_carries_the_visitors_place() {
    for (path, query, place) in [
        ("/a/", &[][..], "/a/"),
        ("/a", &[("q", "1+%201"), ("z", "")], "/a%3Fq%3D1%2B%25201%26z%3D"),
        ("/a/\u{e9} \"<>", &[], "/a/%25C3%25A9%2520%2522%253C%253E"),
        ("/a/%EC%A0%90", &[], "/a/%25EC%25A0%2590"),
    ] {
        let sent = query.iter().fold(get(path), |sent, (name, value)| sent.query(name, value));
        assert_eq!(carried(&sent).as_deref(), Some(place));
    }
}

#[test]
fn other_methods_lead_to_the_page_before() {
    let referer = ("referer", "https://www.example.com/a/cart?step=2");
    for (method, path, place) in [
        ("POST", "/a/orders", "/a/cart%3Fstep%3D2"),
        ("PUT", "/a/orders", "/a/cart%3Fstep%3D2"),
        ("get", "/a/orders", "/a/cart%3Fstep%3D2"),
        ("", "/a/orders", "/a/cart%3Fstep%3D2"),
        ("GET", "/a/orders", "/a/orders%3Fx%3D1"),
        ("HEAD", "/a/orders", "/a/orders%3Fx%3D1"),
        ("GET", "/a/%5Cevil", "/a/cart%3Fstep%3D2"),
    ] {
        let sent = request(method, path).query("x", "1").headers(&[referer]);
        assert_eq!(carried(&sent).as_deref(), Some(place), "{method} {path}");
    }
}

#[test]
fn only_a_safe_page_of_this_origin_counts() {
    let post = request("POST", "/a/login").query("token", "1").header("x-forwarded-proto", "https");
    let others = "https://evil.example/a/cart https://www.example.com.evil.example/a/cart \
        https://www.example.com@evil.example/a/cart https://evil.example\\@www.example.com/a/cart \
        http://www.example.com/a/cart https://www.example.com:8443/a/cart https:///a/cart https://www.example.com \
        https://www.example.com?/a/cart //www.example.com/a/cart /a/cart https://www.example.com//evil.example \
        https://www.example.com/%5cevil.example https://www.example.com/a/../..//evil.example about:blank \
        https://www.example.com/a/maintenance?from=/a/cart https://www.example.com/a/%6daintenance/ \
        https://www.example.com/a//Maintenance/../maintenance/";
    for referer in others.split_whitespace().chain([""]) {
        let sent = post.clone().header("referer", referer);
        assert_eq!(carried(&sent).as_deref(), Some("/a/login"), "{referer}");
    }
    for (host, referer) in [
        ("www.example.com", "https://WWW.example.com/a/cart"),
        ("www.example.com:443", "https://www.example.com/a/cart"),
        ("www.example.com:8443", "https://www.example.com:8443/a/cart"),
    ] {
        let sent = post.clone().headers(&[("host", host), ("referer", referer)]);
        assert_eq!(carried(&sent).as_deref(), Some("/a/cart"), "{referer}");
    }
}

#[test]
fn the_root_counts_only_where_browsers_are_redirected() {
    let sent = request("POST", "/a/login").header("referer", "https://www.example.com/");
    assert_eq!(carried(&sent).as_deref(), Some("/a/login"));
    for environment in [("REDIRECT_PATH_PATTERN", "^/(a/.*)?$"), ("REDIRECT_BROWSERS", "navigations")] {
        let exchange = sent.send(&config(&[environment]));
        assert_eq!(exchange.header("location"), Some("/a/maintenance?from=/"));
    }
}

#[test]
fn posts_from_other_sites_lead_home() {
    let idp = "https://login.idp.example.org";
    for (headers, place) in [
        // A SAML response by form post.
        (&[("origin", idp), ("referer", idp), ("sec-fetch-site", "cross-site")][..], None),
        (&[("origin", "https://login.example.com"), ("sec-fetch-site", "same-site")], None),
        (&[("origin", "null"), ("sec-fetch-site", "cross-site")], None),
        (&[("origin", idp)], None),
        (&[("origin", "https://www.example.com")], Some("/a/saml/acs")),
        (&[("origin", "https://www.example.com:443"), ("sec-fetch-site", "same-site")], Some("/a/saml/acs")),
        (&[("origin", "null")], Some("/a/saml/acs")),
        (&[("origin", "null"), ("sec-fetch-site", "same-origin")], Some("/a/saml/acs")),
        (&[], Some("/a/saml/acs")),
    ] {
        let sent = request("POST", "/a/saml/acs").headers(headers);
        assert_eq!(carried(&sent).as_deref(), place, "{headers:?}");
    }
    assert_eq!(carried(&get("/a/x").header("sec-fetch-site", "cross-site")).as_deref(), Some("/a/x"));
}

#[test]
fn a_firewall_lets_the_location_pass() {
    let korean = "%EB%B9%A8%EA%B0%84+".repeat(23);
    let encoded = korean.replace('%', "%25").replace('+', "%2B");
    for (path, value, place) in [
        ("/a/search", korean.clone(), format!("/a/search%3Fq%3D{encoded}")),
        ("/a/search", korean.repeat(3), "/a/search".to_owned()),
        ("/a/list", "color%3Ared%2Csize%3A42%2C".repeat(60), "/a/list".to_owned()),
        ("/a/x", "z".repeat(2_027), format!("/a/x%3Fq%3D{}", "z".repeat(2_027))),
        ("/a/x", "z".repeat(2_032), "/a/x".to_owned()),
        (&format!("/a/{}", "%20".repeat(500)), String::new(), String::new()),
    ] {
        let carried = carried(&get(path).query("q", &value)).unwrap_or_default();
        assert_eq!(carried, place, "{path}");
        assert!("from=".len() + carried.len() < 2_048);
    }
    let referer = format!("https://www.example.com/a/search?q={}", korean.repeat(3));
    let sent = request("POST", "/a/orders").header("referer", &referer);
    assert_eq!(carried(&sent).as_deref(), Some("/a/search"));
}

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[test]
fn navigations_can_be_redirected_everywhere() {
    let paths_alone = config(&[("REDIRECT_BROWSERS", "paths")]);
    assert_eq!(get("/").header("accept", BROWSER).send(&paths_alone).outcome(), "unavailable");
    let config = config(&[("REDIRECT_BROWSERS", "navigations")]);
    for (accept, mode, outcome) in [
        (BROWSER, "", "redirect"),
        ("text/html, application/xhtml+xml, image/jxr, */*", "", "redirect"),
        ("application/json;q=0.9 , Text/HTML ; level=1 ; Q=0.95", "navigate", "redirect"),
        ("application/json , text/html;q=0.9", "navigate", "unavailable"),
        // Java's own.
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "", "unavailable"),
        ("text/html", "cors", "unavailable"),
        ("", "navigate", "unavailable"),
        ("*/*", "navigate", "unavailable"),
        ("text/*,application/xhtml+xml", "", "unavailable"),
        ("text/html;q=0,application/xhtml+xml", "", "unavailable"),
        ("text/html; Q=0.000", "navigate", "unavailable"),
        ("text/html;q=x", "navigate", "unavailable"),
        ("text/htmlx", "navigate", "unavailable"),
    ] {
        let exchange = get("/").headers(&[("accept", accept), ("sec-fetch-mode", mode)]).send(&config);
        assert_eq!(exchange.outcome(), outcome, "{accept} {mode}");
        assert_eq!(exchange.header("vary"), Some("Accept, Sec-Fetch-Mode"));
    }
    for (method, path, accept, outcome) in [
        ("POST", "/orders", BROWSER, "unavailable"),
        ("OPTIONS", "/orders", BROWSER, "unavailable"),
        ("GET", "/a/orders", "*/*", "redirect"),
        ("GET", "/a/maintenance", BROWSER, "page"),
    ] {
        let exchange = request(method, path).header("accept", accept).send(&config);
        assert_eq!(exchange.outcome(), outcome, "{method} {path}");
    }
}
