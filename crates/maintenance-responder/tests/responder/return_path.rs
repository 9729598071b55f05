//! No place leads a browser to another host, or back to the page itself.

use maintenance_responder::place::Place;
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use url::Url;

use crate::support::{config, get, request};

#[test]
fn unsafe_places_are_refused() {
    for (texts, reason) in [
        ("|a|\\\\host|\t//host| /a|https://host|javascript:alert(1)", "does not start with /"),
        ("//host|//|/%2Fhost|/%2f%2fhost", "would name another host"),
        ("/\\host|/x\\..\\y|/\t/host|/\n/host|/a\u{0}|/a\u{7f}|/a\u{85}|/a#b", "must be percent-encoded"),
        ("/%5chost|/%00", "another path"),
        ("/..//host|/.//host|/%2e%2E//host|/a/..", "which browsers remove"),
    ] {
        for text in texts.split('|') {
            assert!(Place::parse(text).unwrap_err().contains(reason), "{text:?}");
        }
    }
    for (text, safe) in [
        ("/", "/"),
        ("/a//b", "/a//b"),
        ("/a?next=//host&y=%0A", "/a?next=//host&y=%0A"),
        ("/a b\"<'>é%", "/a%20b%22%3C%27%3E%C3%A9%"),
        ("/a...b/..c", "/a...b/..c"),
    ] {
        assert_eq!(Place::parse(text).unwrap().as_str(), safe);
    }
}

/// Text made of what decides about a URL's origin and about whether it is the page's.
fn url_like() -> impl Strategy<Value = String> {
    let pieces = "a a/maintenance %61%2fm%61intenance www.example.com / / // \\ %2f %5C . .. %2e ? # : @ %09 http: \
        https:// javascript: host.example % %00 ; & = \" ' < \u{ff0f}";
    let blanks = ["\t", "\n", "\u{0}", "\u{3000}", " "].map(str::to_owned);
    let pieces: Vec<_> = pieces.split_whitespace().map(str::to_owned).chain(blanks).collect();
    // A strategy for each alternative would take most of the time.
    let piece = (prop::sample::select(pieces), any::<char>(), any::<bool>())
        .prop_map(|(piece, character, is_piece)| if is_piece { piece } else { character.to_string() });
    prop::collection::vec(piece, 0..8).prop_map(|pieces| format!("/{}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_browser_stays_on_the_origin(text in url_like()) {
        let page = Url::parse("https://www.example.com/a/maintenance?from=x").unwrap();
        if let Ok(place) = Place::parse(&text) {
            let target = page.join(place.as_str()).unwrap();
            prop_assert_eq!(target.origin(), page.origin());
            prop_assert!(!target.path().starts_with("//"));
            prop_assert_eq!(target.fragment(), None);
            // Nothing is left for a browser to change, so what was checked is what is asked for.
            prop_assert_eq!(&target.as_str()["https://www.example.com".len()..], place.as_str());
        }
    }

    #[test]
    fn the_page_reads_what_the_redirect_carries(text in url_like()) {
        if let Ok(place) = Place::parse(&text) {
            prop_assert_eq!(Place::from_parameter(&place.to_parameter()), Some(place.clone()));
            prop_assert_eq!(Place::parse(place.as_str()), Ok(place));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn visitors_stay_on_the_host(
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
