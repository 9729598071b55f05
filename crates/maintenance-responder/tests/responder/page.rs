//! The built-in page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maintenance_responder::page::{LANGUAGES, Language, render};
use sha2::{Digest as _, Sha256};

use crate::support::exchange::{Exchange, config, invoke};
use crate::support::request::{get, request};

fn page(environment: &[(&str, &str)], language: &str, from: Option<&str>) -> Exchange {
    let mut sent = get("/a/maintenance").header("accept-language", language);
    if let Some(from) = from {
        sent = sent.query("from", from);
    }
    sent.send(&config(environment))
}

/// What stands between two marks, which must both be there.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{start} is missing in {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("{end} is missing in {text}")).0
}

/// The page without its style and script.
fn skeleton(html: &str) -> String {
    html.replace(between(html, "<style>", "</style>"), "…")
        .replace(between(html, "<script>", "</script>"), "…")
}

#[test]
fn the_page_says_what_is_going_on_and_leads_back() {
    let exchange = page(&[], "en", Some("/a/orders/7%3Ftab%3Da%26b"));
    assert_eq!(exchange.outcome(), "page");
    assert_eq!(exchange.response.description, "503 Service Unavailable");
    insta::assert_snapshot!(skeleton(&exchange.response.body), @r#"
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>We’ll be back soon</title>
    <link rel="icon" href="data:,">
    <noscript><meta http-equiv="refresh" content="300;url=/a/orders/7?tab=a&#38;b"></noscript>
    <style>…</style>
    </head>
    <body>
    <main>
    <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="M12 6.5V12l3.5 2"/></svg>
    <h1>We’ll be back soon</h1>
    <p>The service is down for maintenance at the moment. We apologize for the inconvenience.</p>
    <p id="next-try" role="status" data-retry-after="300" data-text="This page tries again at {time} and takes you back automatically once the maintenance is over." data-asking="Asking…" data-not-yet="Still unavailable.">This page tries again within 5 minutes and takes you back automatically once the maintenance is over.</p>
    <p><a id="return" href="/a/orders/7?tab=a&#38;b" data-leads-here>Try again now</a></p>
    </main>
    <script>…</script>
    </body>
    </html>
    "#);
}

#[test]
fn the_page_speaks_the_visitors_language() {
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
        ("ko;q=2, ja;q=x, ko;q=0.1234, ja;q=-1, ko;x=1, ja;q=1.001, ko;q", "en"),
        (";;,,q=1, ; ko", "en"),
    ] {
        let exchange = page(&[], accepted, None);
        assert_eq!(exchange.header("content-language"), Some(language), "{accepted}");
        assert!(exchange.response.body.contains(&format!("<html lang=\"{language}\">")));
        assert_eq!(exchange.header("vary"), Some("Accept-Language, Sec-Fetch-Site"));
    }
    let titles: Vec<_> = ["en", "ko", "ja", "de"]
        .map(|language| between(&page(&[], language, None).response.body, "<h1>", "</h1>").to_owned())
        .into();
    assert_eq!(
        titles,
        ["We’ll be back soon", "서비스 점검 중입니다", "メンテナンス中です", "Wir sind bald zurück"]
    );
}

#[test]
fn another_language_is_one_entry() {
    const FRENCH: Language = Language {
        tag: "fr",
        title: "Bientôt de retour",
        message: "Le service est en maintenance.",
        expected: ["Retour prévu à {time}.", "Retour prévu {time}."],
        first_try: "Prochain essai dans {duration} au plus.",
        next_try: "Prochain essai à {time}.",
        next_look: "À {time} on vous le dira ici.",
        is_back: "C’est fini.",
        try_now: "Réessayer",
        asking: "Un instant…",
        not_yet: "Pas encore.",
        status_page: "État du service",
        preview: "Aperçu",
        seconds: [" seconde", " secondes"],
        minutes: [" minute", " minutes"],
        hours: [" heure", " heures"],
    };
    let with_it = [LANGUAGES.as_slice(), &[FRENCH]].concat();
    let language = Language::negotiate(&with_it, "es, fr-CA;q=0.9, ja;q=0.8").unwrap();
    let html = render(&config(&[("RETRY_AFTER_SECONDS", "3601")]), language, None);
    assert_eq!(between(&html, "<p role=\"note\">", "</p>"), FRENCH.preview);
    assert_eq!(between(&html, "<html lang=\"", "\""), "fr");
    assert_eq!(between(&html, "<h1>", "</h1>"), FRENCH.title);
    assert!(
        html.contains("data-text=\"Prochain essai à {time}.\" data-asking=\"Un instant…\" data-not-yet=\"Pas encore.\">Prochain essai dans 61 minutes au plus.<")
    );
}

#[test]
fn languages_in_several_header_lines_are_one_list() {
    let mut event = get("/a/maintenance").multi_value_event();
    event["multiValueHeaders"]["Accept-Language"] = serde_json::json!(["en;q=0.5", "ja"]);
    let exchange = invoke(&config(&[]), event.to_string().as_bytes());
    assert_eq!(exchange.header("content-language"), Some("ja"));
}

#[test]
fn it_says_when_it_tries_again() {
    for (seconds, english, korean, japanese) in [
        ("1", "1 second ", "1초 ", "1秒"),
        ("119", "119 seconds ", "119초 ", "119秒"),
        ("120", "2 minutes ", "2분 ", "2分"),
        ("301", "6 minutes ", "6분 ", "6分"),
        ("7199", "120 minutes ", "120분 ", "120分"),
        ("7200", "2 hours ", "2시간 ", "2時間"),
        ("86400", "24 hours ", "24시간 ", "24時間"),
    ] {
        for (language, words) in [("en", english), ("ko", korean), ("ja", japanese)] {
            let html = page(&[("RETRY_AFTER_SECONDS", seconds)], language, None).response.body;
            let status = between(&html, "<p id=\"next-try\"", "</p>");
            assert!(status.contains(words), "{status}");
            assert!(status.contains(&format!("data-retry-after=\"{seconds}\"")), "{status}");
            assert!(html.contains(&format!("http-equiv=\"refresh\" content=\"{seconds};")));
        }
    }
}

#[test]
fn every_language_tells_the_time_of_the_next_try() {
    for language in &LANGUAGES {
        for text in [language.next_try, language.next_look, language.expected[0], language.expected[1]] {
            assert_eq!(text.matches("{time}").count(), 1, "{text}");
        }
        let html = page(&[], language.tag, None).response.body;
        assert!(!html.contains("{{") && !html.contains("}}") && !html.contains("{duration}"));
    }
}

#[test]
fn title_and_message_of_the_environment_are_text_in_every_language() {
    let environment = [
        ("PAGE_TITLE", "<script>'{{from}}' & \"co\""),
        ("PAGE_MESSAGE", "Back at 6 </p>\n{{script}} {{style}}"),
    ];
    for language in ["en", "ko", "ja"] {
        for from in [None, Some("/a/orders")] {
            let html = page(&environment, language, from).response.body;
            let title = "&#60;script&#62;&#39;{{from}}&#39; &#38; &#34;co&#34;";
            assert_eq!(between(&html, "<title>", "</title>"), title);
            assert_eq!(between(&html, "<h1 lang=\"\">", "</h1>"), title);
            assert_eq!(
                between(&html, "<p lang=\"\">", "</p>"),
                "Back at 6 &#60;/p&#62;\n{{script}} {{style}}"
            );
        }
    }
}

#[test]
fn whom_another_site_has_sent_the_page_takes_nowhere_by_itself() {
    let config = config(&[]);
    for language in &LANGUAGES {
        let sent = get("/a/maintenance").query("from", "/a/orders/7").header("accept-language", language.tag);
        let waits = sent.clone().header("sec-fetch-site", "cross-site").send(&config).response.body;
        assert!(waits.contains(" href=\"/a/orders/7\""), "{waits}");
        assert!(waits.contains(&format!(" data-text=\"{}\"", language.next_look)), "{waits}");
        assert!(waits.contains(&format!(" data-is-back=\"{}\"></p>", language.is_back)), "{waits}");
        assert!(!waits.contains("http-equiv=\"refresh\""), "{waits}");
        for other in ["none", "same-origin", "same-site"] {
            let exchange = sent.clone().header("sec-fetch-site", other).send(&config);
            assert_eq!(exchange.response, sent.send(&config).response);
        }
    }
}

/// Where the page's link and its refresh without scripts lead, and whether a reload is to ask for that place, too.
fn ways_back(html: &str) -> (String, String, bool) {
    let link = between(html, "id=\"return\"", ">");
    let refresh = between(html, "http-equiv=\"refresh\" content=\"300", "\"");
    let place = between(link, "href=\"", "\"").to_owned();
    (place, refresh.to_owned(), link.ends_with(" data-leads-here"))
}

fn home(place: &str) -> (String, String, bool) {
    (place.to_owned(), format!(";url={place}"), true)
}

#[test]
fn opened_by_hand_the_page_leads_to_the_page_that_the_visitor_came_from_or_home() {
    let config = config(&[("HOME_PATH", "/a/start")]);
    let opened = |referer: &str| {
        let sent = get("/a/maintenance").header("x-forwarded-proto", "https").header("referer", referer);
        ways_back(&sent.send(&config).response.body)
    };
    assert_eq!(opened("https://www.example.com/a/help?x=1"), home("/a/help?x=1"));
    for referer in [
        "",
        "https://evil.example/a/help",
        "https://www.example.com/a/maintenance/",
        "https://www.example.com/",
    ] {
        assert_eq!(opened(referer), home("/a/start"), "{referer}");
    }
}

#[test]
fn home_is_the_front_end_unless_the_page_itself_stands_there() {
    for (environment, place) in [
        (&[][..], "/a"),
        (&[("HOME_PATH", "/"), ("REDIRECT_PATH_PATTERN", "^/")], "/"),
        (&[("MAINTENANCE_PAGE_URL", "/a/"), ("REDIRECT_PATH_PATTERN", "^/")], "/"),
        (&[("MAINTENANCE_PAGE_URL", "/")], "/a"),
        (&[("PREVIEW_PATH", "/a/"), ("REDIRECT_PATH_PATTERN", "^/")], "/"),
    ] {
        let at = environment.iter().find(|(name, _)| *name == "MAINTENANCE_PAGE_URL");
        let html =
            get(at.map_or("/a/maintenance", |(_, path)| path)).send(&config(environment)).response.body;
        assert_eq!(ways_back(&html), home(place));
    }
}

#[test]
fn neither_a_reload_nor_a_page_without_scripts_leads_where_only_json_is_during_maintenance() {
    for (environment, from, refresh) in [
        (&[][..], "/a/orders", ";url=/a/orders"),
        (&[], "/b", ""),
        (&[("HOME_PATH", "/shop")], "", ""),
        (&[("REDIRECT_BROWSERS", "navigations")], "/b", ";url=/b"),
    ] {
        let html = page(environment, "en", Some(from)).response.body;
        let (_, refreshed, reloaded) = ways_back(&html);
        assert_eq!((refreshed.as_str(), reloaded), (refresh, !refresh.is_empty()), "{environment:?} {from}");
    }
}

#[test]
fn from_is_checked_again_and_escaped() {
    for bad in [
        "//evil.example",
        "/%5Cevil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "%2F%2Fevil",
        "/%09/evil.example",
        "",
        "a",
        "/%FF",
        "/..%2F%2Fevil.example",
        "/a/maintenance",
        "/a/%6Daintenance",
        "/a/%256Daintenance",
        "/a/maintenance%3Ffrom%3D/a/maintenance",
        "/a/maintenance/",
        "/a//maintenance",
        "/a%252Fmaintenance",
        "/a%2Fmaintenance%2F%2F",
        "/x%23y",
    ] {
        let html = page(&[], "en", Some(bad)).response.body;
        assert_eq!(ways_back(&html), home("/a"), "{bad}");
        assert_eq!(html, page(&[], "en", None).response.body);
    }
    for (from, link) in [
        ("/a/orders/7", "/a/orders/7"),
        ("%2Fa%2Forders%3Fx%3D1%26y%3D%2520", "/a/orders?x=1&#38;y=%20"),
        ("/a/%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/a/%22%3E%3Cscript%3Ealert(1)%3C/script%3E"),
        ("/\"><script>'", "/%22%3E%3Cscript%3E%27"),
        ("/a/%EC%A0%90", "/a/%EC%A0%90"),
        ("/a/maintenance/x", "/a/maintenance/x"),
    ] {
        let html = page(&[], "en", Some(from)).response.body;
        assert_eq!(ways_back(&html).0, link);
    }
}

#[test]
fn the_page_is_known_however_its_path_is_encoded() {
    let config = config(&[("MAINTENANCE_PAGE_URL", "/a/%EC%A0%90%ea%b2%80")]);
    for path in ["/a/%ec%a0%90%EA%B2%80", "/%61/%EC%A0%90%EA%B2%80", "/a/점검"] {
        assert_eq!(get(path).send(&config).outcome(), "page", "{path}");
    }
    assert_eq!(get("/a/%EC%A0%90").send(&config).outcome(), "redirect");
}

#[test]
fn the_page_is_known_however_its_path_is_spelt() {
    let config = config(&[]);
    for path in [
        "/a/maintenance/",
        "/a//maintenance",
        "//a/maintenance//",
        "/a%2Fmaintenance",
        "/a%2fmaintenance%2f",
        "/%61/%6D%61intenance",
        "/a/./maintenance/.",
        "/a/b/../maintenance",
        "/%2e%2E/a/%2e/maintenance",
    ] {
        let exchange = get(path).send(&config);
        assert_eq!((exchange.outcome(), exchange.response.status), ("page", 503), "{path}");
        assert_eq!(ways_back(&exchange.response.body), home("/a"), "{path}");
    }
    for path in
        ["/a/maintenances", "/a/maintenance/x", "/a/Maintenance", "/a/maintenance/..", "/a/%256Daintenance"]
    {
        assert_eq!(get(path).send(&config).outcome(), "redirect", "{path}");
    }
}

#[test]
fn a_preview_says_so_and_neither_tries_nor_leaves() {
    let config = config(&[("PREVIEW_PATH", "/maintenance-preview")]);
    for path in ["/maintenance-preview", "/maintenance%2Dpreview/"] {
        for (language, note) in [("en", "Preview: "), ("ko", "미리 보기: "), ("ja", "プレビュー：")]
        {
            let exchange = get(path).header("accept-language", language).send(&config);
            assert_eq!((exchange.outcome(), exchange.response.status), ("preview", 503));
            let html = &exchange.response.body;
            assert!(between(html, "<p role=\"note\">", "</p>").starts_with(note));
            assert!(!html.contains("<script") && !html.contains("<noscript"), "{html}");
        }
    }
    let visited = get("/a/maintenance").query("from", "/maintenance-preview/").send(&config).response.body;
    assert_eq!(ways_back(&visited), home("/a"));
    assert!(!visited.contains("<p role=\"note\">"));
}

#[test]
fn where_the_load_balancer_tells_the_status_the_page_asks_there_and_so_does_its_preview() {
    let told = [
        ("STATUS_PATH", "/maintenance&status.json"),
        ("PREVIEW_PATH", "/preview"),
        ("PAGE_LANGUAGE", "de-AT"),
    ];
    for (path, scripts) in [("/a/maintenance", 2), ("/preview", 1)] {
        let html = get(path).send(&config(&told)).response.body;
        assert!(html.contains("<p id=\"message\">Der Dienst"), "{html}");
        let status = between(&html, "<div id=\"told\" aria-live=\"polite\" ", "</div>");
        assert_eq!(
            status,
            r#"data-from="/maintenance&#38;status.json" data-today="Voraussichtlich um {time} wieder da." data-later="Voraussichtlich am {time} wieder da."><p lang="de-AT"></p><p></p>"#
        );
        assert_eq!(html.matches("<script>").count(), scripts);
        let untold = get(path).send(&config(&told[1..])).response.body;
        assert!(
            !untold.contains("id=\"told\"") && untold.matches("<script>").count() == scripts - 1,
            "{untold}"
        );
    }
}

#[test]
fn the_operators_status_page_is_linked_if_there_is_one() {
    for (language, text) in [("en", "Current status"), ("ko", "서비스 상태 보기"), ("ja", "稼働状況を見る")]
    {
        let html =
            page(&[("STATUS_PAGE_URL", "https://status.example.com/?a=1&b")], language, None).response.body;
        assert!(
            html.contains(&format!("<a href=\"https://status.example.com/?a=1&#38;b\">{text}</a>")),
            "{html}"
        );
        assert_eq!(page(&[], language, None).response.body.matches("<a ").count(), 1);
    }
}

#[test]
fn a_language_told_for_own_texts_is_the_whole_pages_if_it_is_built_in() {
    for (told, whole_page) in [("ko", "ko"), ("JA-jp", "ja"), ("de-AT", "de"), ("fr", "en"), ("kok", "en")] {
        let environment = [("PAGE_LANGUAGE", told), ("PAGE_MESSAGE", "Own words")];
        for accepted in ["en", "ko", "ja"] {
            let exchange = page(&environment, accepted, None);
            assert_eq!(exchange.header("content-language"), Some(whole_page));
            assert_eq!(exchange.header("vary"), Some("Sec-Fetch-Site"));
            let html = exchange.response.body;
            assert_eq!(between(&html, "<html lang=\"", "\""), whole_page);
            assert!(html.contains("<h1>"), "{html}");
            assert!(html.contains(&format!("<p lang=\"{told}\">Own words</p>")), "{html}");
        }
    }
}

#[test]
fn the_page_weighs_less_than_8_kb_in_every_language_and_with_the_status_three_more() {
    let full = [("STATUS_PAGE_URL", "https://status.example.com"), ("STATUS_PATH", "/status.json")];
    for language in LANGUAGES.iter().map(|language| language.tag) {
        for (environment, most) in [(&full[..1], 8_000), (&full, 11_000)] {
            let bytes = page(environment, language, Some("/a/orders/7")).response.body.len();
            assert!(bytes < most, "{language}: {bytes} bytes");
        }
    }
}

#[test]
fn every_method_gets_the_page() {
    let config = config(&[]);
    for method in ["POST", "PUT", "OPTIONS", "BREW"] {
        let exchange = request(method, "/a/maintenance").send(&config);
        assert_eq!((exchange.outcome(), exchange.response.status), ("page", 503));
    }
}

#[test]
fn an_absolute_url_at_the_requests_own_host_and_path_is_the_page_and_not_a_loop() {
    let environment = [("MAINTENANCE_PAGE_URL", "https://WWW.example.com:443/a/notice?lang=en#now")];
    let config = config(&environment);
    for host in ["www.example.com", "WWW.EXAMPLE.COM", "www.example.com:443", "www.example.com:80"] {
        let exchange = get("/a/notice").header("host", host).query("lang", "en").send(&config);
        assert_eq!(exchange.outcome(), "page", "{host}");
    }
    for (host, path) in
        [("other.example.com", "/a/notice"), ("www.example.com:8443", "/a/notice"), ("www.example.com", "/a")]
    {
        let exchange = get(path).header("host", host).send(&config);
        assert_eq!(exchange.header("location"), Some("https://WWW.example.com:443/a/notice?lang=en#now"));
    }
}

#[test]
fn an_absolute_url_without_a_path_is_the_root_of_its_host() {
    let environment =
        [("MAINTENANCE_PAGE_URL", "http://[2001:db8::1]:8080"), ("REDIRECT_PATH_PATTERN", "^/")];
    let config = config(&environment);
    assert_eq!(get("/").header("host", "[2001:DB8::1]:8080").send(&config).outcome(), "page");
    assert_eq!(get("/").header("host", "[2001:db8::1]").send(&config).outcome(), "redirect");
}

#[test]
fn the_content_security_policy_allows_exactly_the_pages_own_style_and_script() {
    let exchange = page(&[("STATUS_PATH", "/status.json")], "ja", Some("/a"));
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let html = &exchange.response.body;
    let expected = format!(
        "default-src 'none'; style-src {}; script-src {} {}; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash(between(html, "<style>", "</style>")),
        hash(between(html, "<script>", "</script>")),
        hash(between(html, "</script>\n<script>", "</script>")),
    );
    assert_eq!(exchange.header("content-security-policy"), Some(expected.as_str()));
    assert_eq!((html.matches("<style").count(), html.matches("<script").count()), (1, 2));
    for refused in [" style=", " onclick=", " onload=", " src=", "@import", "url(", "://"] {
        assert!(!html.contains(refused), "{refused}");
    }
}
