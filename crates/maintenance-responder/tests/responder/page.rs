//! The built-in page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maintenance_responder::page::LANGUAGES;
use sha2::{Digest as _, Sha256};

use crate::support::{Exchange, config, get, invoke, request};

fn page(environment: &[(&str, &str)], language: &str, from: &str) -> Exchange {
    let sent = get("/a/maintenance").header("accept-language", language).query("from", from);
    sent.send(&config(environment))
}

/// The text between two marks, which must both be there.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{start} is missing in {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("{end} is missing in {text}")).0
}

const SCRIPT: &str = "<script data-cfasync=\"false\">";

#[test]
fn the_page_tells_and_leads_back() {
    let exchange = page(&[], "en", "/a/orders/7%3Ftab%3Da%26b");
    assert_eq!(exchange.outcome(), "page");
    assert_eq!(exchange.response.description, "503 Service Unavailable");
    let html = &exchange.response.body;
    let (style, script) = (between(html, "<style>", "</style>"), between(html, SCRIPT, "</script>"));
    insta::assert_snapshot!(html.replace(style, "…").replace(script, "…"), @r#"
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>We’ll be back soon</title>
    <link rel="icon" href="data:,">
    <noscript><meta http-equiv="refresh" content="300;url=/a/orders/7?tab=a&#38;b"></noscript>
    <meta http-equiv="refresh" content="600;url=/a/orders/7?tab=a&#38;b">
    <style>…</style>
    </head>
    <body>
    <main>
    <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="M12 6.5V12l3.5 2"/></svg>
    <h1>We’ll be back soon</h1>
    <p id="message">The service is down for maintenance. We’re sorry for the inconvenience.</p>
    <p id="next-check" role="status" data-retry-after="300" data-next-check="This page checks again at {time} and will take you back when we’re done." data-next-look="This page checks again at {time}." data-is-back="We’re back. Continue below." data-stored-copy="We’re back, but you may be seeing a stored copy of this page. Continue below." data-checking="Checking…" data-not-yet="Still unavailable.">This page checks again within 5 minutes and will take you back when we’re done.</p>
    <p><a id="return" href="/a/orders/7?tab=a&#38;b" data-leads-here>Try again now</a></p>
    </main>
    <script data-cfasync="false">…</script>
    </body>
    </html>
    "#);
}

#[test]
fn the_page_has_the_visitors_language() {
    for (accepted, language) in [
        ("", "en"),
        ("ko", "ko"),
        ("ja-JP", "ja"),
        ("de-CH", "de"),
        ("KO-kr;Q=0.8", "ko"),
        ("fr-FR,fr;q=0.9,ja;q=0.4,ko;q=0.5", "ko"),
        ("en;q=0.5, ja;q=0.501", "ja"),
        ("ko;q=0.7,ja;q=0.7", "ko"),
        ("ko;q=0, ja;q=0.001", "ja"),
        ("ko;q=0", "en"),
        ("fr, *;q=0.5, ja;q=0.1", "en"),
        ("kok, jav", "en"),
        ("ko;q=2, ja;q=x, ja;q=-1, ja;q=1.001, ko;q=NaN", "en"),
        (";;,,q=1, ; ko", "en"),
    ] {
        let exchange = page(&[], accepted, "");
        assert_eq!(exchange.header("content-language"), Some(language), "{accepted}");
    }
    let mut event = get("/a/maintenance").event(true);
    event["multiValueHeaders"]["Accept-Language"] = serde_json::json!(["en;q=0.5", "ja"]);
    let exchange = invoke(&config(&[]), event.to_string().as_bytes());
    assert_eq!(exchange.header("content-language"), Some("ja"));
}

#[test]
fn it_says_when_it_checks_again() {
    for (seconds, fallback, words) in [
        ("1", "2", "1 second "),
        ("119", "238", "119 seconds "),
        ("120", "240", "2 minutes "),
        ("301", "602", "6 minutes "),
        ("7199", "14398", "120 minutes "),
        ("7200", "14400", "2 hours "),
        ("86400", "172800", "24 hours "),
    ] {
        let html = page(&[("RETRY_AFTER_SECONDS", seconds)], "en", "").response.body;
        let status = between(&html, "<p id=\"next-check\"", "</p>");
        assert!(status.contains(&format!("data-retry-after=\"{seconds}\"")), "{status}");
        assert!(status.contains(&format!(" within {words}")), "{status}");
        let refresh = "<meta http-equiv=\"refresh\" content=\"";
        assert!(html.contains(&format!("<noscript>{refresh}{seconds};")), "{html}");
        assert!(html.contains(&format!("\n{refresh}{fallback};")), "{html}");
    }
}

#[test]
fn every_language_has_all_marks() {
    for language in &LANGUAGES {
        for text in [language.next_check, language.next_look, language.expected[0], language.expected[1]] {
            assert_eq!(text.matches("{time}").count(), 1, "{text}");
        }
        assert_eq!(language.first_check.matches("{duration}").count(), 1, "{}", language.first_check);
    }
}

#[test]
fn a_preview_shows_own_texts_as_text() {
    let environment = [
        ("SITE_NAME", "<b>Shop</b>"),
        ("PAGE_TITLE", "<script>'{{from}}' & \"co\""),
        ("PAGE_MESSAGE", "Back at 6 </p>\n{{script}} {{style}}"),
        ("PAGE_LANGUAGE", "de-AT"),
        ("STATUS_PAGE_URL", "https://status.example.com/?a=1&b"),
        ("STATUS_PATH", "/maintenance&status.json"),
        ("PREVIEW_PATH", "/maintenance-preview"),
    ];
    let exchange = get("/maintenance%2Dpreview/").send(&config(&environment));
    assert_eq!((exchange.outcome(), exchange.response.status), ("preview", 503));
    let html = exchange.response.body.as_str();
    let (style, script) = (between(html, "<style>", "</style>"), between(html, SCRIPT, "</script>"));
    let html = html.replace(style, "…").replace(script, "…");
    insta::assert_snapshot!(between(&html, "noindex\">\n", "\n</body>"), @r#"
    <title>&#60;script&#62;&#39;{{from}}&#39; &#38; &#34;co&#34; – &#60;b&#62;Shop&#60;/b&#62;</title>
    <link rel="icon" href="data:,">
    <style>…</style>
    </head>
    <body>
    <main>
    <p role="note">Vorschau: Diese Seite sehen Besucher während der Wartung.</p>
    <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="M12 6.5V12l3.5 2"/></svg>
    <p id="site" lang="de-AT">&#60;b&#62;Shop&#60;/b&#62;</p>
    <h1 lang="de-AT">&#60;script&#62;&#39;{{from}}&#39; &#38; &#34;co&#34;</h1>
    <p id="message" lang="de-AT">Back at 6 &#60;/p&#62;
    {{script}} {{style}}</p>
    <div id="news" aria-live="polite" data-from="/maintenance&#38;status.json" data-today="Voraussichtlich um {time} wieder da." data-later="Voraussichtlich am {time} wieder da."><p lang="de-AT"></p><p></p></div>
    <p id="next-check" role="status" data-retry-after="300" data-next-check="Diese Seite prüft um {time} erneut und bringt Sie zurück, sobald wir fertig sind." data-next-look="Diese Seite prüft um {time} erneut." data-is-back="Wir sind wieder da. Weiter geht es unten." data-stored-copy="Wir sind wieder da, aber Sie sehen vielleicht eine gespeicherte Kopie dieser Seite. Weiter geht es unten." data-checking="Einen Moment…" data-not-yet="Noch nicht verfügbar."></p>
    <p><a id="return" href="/a" data-leads-here>Jetzt erneut versuchen</a> <a href="https://status.example.com/?a=1&#38;b">Aktueller Stand</a></p>
    </main>
    <script data-cfasync="false">…</script>
    "#);
}

#[test]
fn visitors_from_other_sites_have_to_click() {
    let config = config(&[]);
    let cross_site = [("sec-fetch-site", "cross-site")];
    let sent = get("/a/maintenance").query("from", "/a/orders/7");
    let waits = sent.clone().headers(&cross_site).send(&config).response.body;
    assert!(waits.contains(" href=\"/a/orders/7\"") && waits.contains(" data-waits></p>"), "{waits}");
    assert!(!waits.contains("http-equiv=\"refresh\""), "{waits}");
    for other in ["none", "same-origin", "same-site"] {
        let exchange = sent.clone().header("sec-fetch-site", other).send(&config);
        assert_eq!(exchange.response, sent.send(&config).response);
    }
    // No other site has chosen home.
    let home = get("/a/maintenance");
    assert_eq!(home.clone().headers(&cross_site).send(&config).response, home.send(&config).response);
}

/// Where the page's link leads, and whether a reload and the refresh without scripts are to ask for that place, too.
fn way_back(html: &str) -> (&str, bool) {
    let link = between(html, "id=\"return\"", ">");
    let place = between(link, "href=\"", "\"");
    let leads_here = link.ends_with(" data-leads-here");
    let refresh = if leads_here { format!("300;url={place}") } else { "300".to_owned() };
    assert_eq!(between(html, "http-equiv=\"refresh\" content=\"", "\""), refresh);
    (place, leads_here)
}

#[test]
fn it_leads_back_or_home_never_to_json() {
    let at_front_end = [("MAINTENANCE_PAGE_URL", "/a/"), ("REDIRECT_PATH_PATTERN", "^/")];
    for (environment, path, from, referer, place, leads_here) in [
        (&[][..], "/a/maintenance", "/a/orders", "", "/a/orders", true),
        (&[], "/a/maintenance", "/b", "", "/b", false),
        (&[("REDIRECT_BROWSERS", "navigations")], "/a/maintenance", "/b", "", "/b", true),
        (&[("HOME_PATH", "/shop")], "/a/maintenance", "", "", "/shop", false),
        (&[("HOME_PATH", "/"), ("REDIRECT_PATH_PATTERN", "^/")], "/a/maintenance", "", "", "/", true),
        (&[("PREVIEW_PATH", "/a/"), ("REDIRECT_PATH_PATTERN", "^/")], "/a/maintenance", "", "", "/", true),
        (&[("PREVIEW_PATH", "/a/p")], "/a/maintenance", "/a/p/", "", "/a", true),
        (&[("MAINTENANCE_PAGE_URL", "/")], "/", "", "", "/a", true),
        (&at_front_end, "/a/", "", "", "/", true),
        (&[], "/a/maintenance", "", "https://www.example.com/a/help?x=1", "/a/help?x=1", true),
        (&[], "/a/maintenance", "", "https://evil.example/a/help", "/a", true),
        (&[], "/a/maintenance", "", "https://www.example.com/a/maintenance/", "/a", true),
        (&[], "/a/maintenance", "", "https://www.example.com/", "/a", true),
    ] {
        let sent = get(path).headers(&[("x-forwarded-proto", "https"), ("referer", referer)]);
        let html = sent.query("from", from).send(&config(environment)).response.body;
        assert_eq!(way_back(&html), (place, leads_here), "{environment:?} {from} {referer}");
    }
}

#[test]
fn from_is_checked_again_and_escaped() {
    let bad = "//evil.example /%5Cevil.example /\\evil.example https://evil.example javascript:alert(1) %2F%2Fevil a \
        /%09/evil.example /%FF /..%2F%2Fevil.example /a/maintenance /a/%256Daintenance /a//maintenance /x%23y \
        /a/maintenance%3Ffrom%3D/a/maintenance /a%252Fmaintenance /a%2Fmaintenance%2F%2F";
    for bad in bad.split_whitespace().chain([""]) {
        let html = page(&[], "en", bad).response.body;
        assert_eq!(way_back(&html), ("/a", true), "{bad}");
    }
    for (from, link) in [
        ("/a/orders/7", "/a/orders/7"),
        ("%2Fa%2Forders%3Fx%3D1%26y%3D%2520", "/a/orders?x=1&#38;y=%20"),
        ("/a/%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/a/%22%3E%3Cscript%3Ealert(1)%3C/script%3E"),
        ("/\"><script>'", "/%22%3E%3Cscript%3E%27"),
        ("/a/%EC%A0%90", "/a/%EC%A0%90"),
        ("/a/maintenance/x", "/a/maintenance/x"),
    ] {
        assert_eq!(way_back(&page(&[], "en", from).response.body).0, link);
    }
}

#[test]
fn any_spelling_and_method_gets_the_page() {
    let korean = [("MAINTENANCE_PAGE_URL", "/a/%EC%A0%90%ea%b2%80")];
    for (environment, page, others) in [
        (
            &[][..],
            "/a/maintenance/ /a//maintenance //a/maintenance// /a%2Fmaintenance /a%2fmaintenance%2f \
             /%61/%6D%61intenance /a/./maintenance/. /a/b/../maintenance /%2e%2E/a/%2e/maintenance",
            "/a/maintenances /a/maintenance/x /a/Maintenance /a/maintenance/.. /a/%256Daintenance",
        ),
        (&korean, "/a/%ec%a0%90%EA%B2%80 /%61/%EC%A0%90%EA%B2%80 /a/점검", "/a/%EC%A0%90"),
    ] {
        let config = config(environment);
        for path in page.split_whitespace() {
            let exchange = request("BREW", path).send(&config);
            assert_eq!(exchange.outcome(), "page", "{path}");
            assert_eq!(way_back(&exchange.response.body), ("/a", true), "{path}");
        }
        for path in others.split_whitespace() {
            assert_eq!(get(path).send(&config).outcome(), "redirect", "{path}");
        }
    }
}

#[test]
fn the_own_texts_language_is_the_pages() {
    for (given, whole_page) in [("ko", "ko"), ("JA-jp", "ja"), ("de-AT", "de"), ("fr", "en"), ("kok", "en")] {
        let environment = [("PAGE_LANGUAGE", given), ("PAGE_MESSAGE", "Own words")];
        for accepted in ["en", "ko", "ja"] {
            let exchange = page(&environment, accepted, "");
            assert_eq!(exchange.header("content-language"), Some(whole_page));
            assert_eq!(exchange.header("vary"), Some("Sec-Fetch-Site"));
            let html = exchange.response.body;
            assert_eq!(between(&html, "<html lang=\"", "\""), whole_page);
            assert!(html.contains(&format!(" lang=\"{given}\">Own words</p>")), "{html}");
        }
    }
    let unknown = page(&[("PAGE_TITLE", "Own words")], "ko", "").response.body;
    assert!(unknown.contains("<h1 lang=\"\">Own words</h1>"), "{unknown}");
}

#[test]
fn the_page_weighs_little() {
    for language in &LANGUAGES {
        for (environment, most) in [(&[][..], 10_000), (&[("STATUS_PATH", "/status.json")], 13_000)] {
            let bytes = page(environment, language.tag, "/a/orders/7").response.body.len();
            assert!(bytes < most, "{}: {bytes} bytes", language.tag);
        }
    }
}

#[test]
fn an_absolute_url_can_be_the_page() {
    let notice = "https://WWW.example.com:443/a/notice?lang=en#now";
    let root = "http://[2001:db8::1]:8080";
    let elsewhere = "HTTPS://status.example.org?lang=en#now";
    for (url, host, path, outcome) in [
        (notice, "www.example.com", "/a/notice", "page"),
        (notice, "WWW.EXAMPLE.COM", "/a/notice", "page"),
        (notice, "www.example.com:443", "/a/notice", "page"),
        (notice, "www.example.com:80", "/a/notice", "page"),
        (notice, "other.example.com", "/a/notice", "redirect"),
        (notice, "www.example.com:8443", "/a/notice", "redirect"),
        (notice, "www.example.com", "/a", "redirect"),
        (root, "[2001:DB8::1]:8080", "/", "page"),
        (root, "[2001:db8::1]", "/", "redirect"),
        (elsewhere, "www.example.com", "/a/orders", "redirect"),
    ] {
        let config = config(&[("MAINTENANCE_PAGE_URL", url), ("REDIRECT_PATH_PATTERN", "^/")]);
        let exchange = get(path).header("host", host).send(&config);
        assert_eq!(exchange.outcome(), outcome, "{host}{path}");
        assert_eq!(exchange.header("location"), (outcome == "redirect").then_some(url));
    }
}

#[test]
fn the_policy_allows_exactly_the_pages_own_code() {
    let exchange = page(&[("STATUS_PATH", "/status.json")], "ja", "/a");
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let html = &exchange.response.body;
    let expected = format!(
        "default-src 'none'; style-src {}; script-src {} {}; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'self'",
        hash(between(html, "<style>", "</style>")),
        hash(between(html, SCRIPT, "</script>")),
        hash(between(html, &format!("</script>\n{SCRIPT}"), "</script>")),
    );
    assert_eq!(exchange.header("content-security-policy"), Some(expected.as_str()));
    assert_eq!((html.matches("<style").count(), html.matches("<script").count()), (1, 2));
    for refused in [" style=", " onclick=", " onload=", " src=", "@import", "url(", "://"] {
        assert!(!html.contains(refused), "{refused}");
    }
}
