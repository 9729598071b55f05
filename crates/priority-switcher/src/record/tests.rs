use proptest::prelude::*;

use super::*;

const NOW: &str = "2026-03-01T22:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Tags by the last part of their keys.
fn read(tags: &[(&str, &str)], max_duration: Option<u32>) -> Record {
    let tags = tags.iter().map(|(key, value)| (format!("maintenance-mode:{key}"), (*value).to_owned()));
    Record::read(&tags.collect(), time(NOW), max_duration)
}

#[test]
fn a_window_counts_while_since_is_after_ended_at() {
    let cases = [
        ("", "", false),
        ("2026-03-01T20:00:00Z", "", true),
        ("2026-03-01T20:00:00Z", "2026-03-01T19:59:59Z", true),
        ("2026-03-01T20:00:00Z", "2026-03-01T20:00:00Z", false),
        ("", "2026-03-01T20:00:00Z", false),
        // Five minutes ahead are believed, and what a start writes after them.
        ("2026-03-01T22:05:01Z", "", true),
        ("2026-03-01T22:05:02Z", "", false),
        ("2026-03-01T20:00:00Z", "2026-03-01T22:05:01Z", true),
        ("soon", "", false),
    ];
    for (since, ended_at, counts) in cases {
        let record = read(&[("since", since), ("ended-at", ended_at)], None);
        assert_eq!(record.window.is_some(), counts, "{since:?} {ended_at:?}");
    }
}

#[test]
fn the_limit_is_until_or_the_longest_window() {
    let limit = |until, max_duration| {
        let record = read(&[("since", "2026-03-01T20:00:00Z"), ("until", until)], max_duration);
        record.window.unwrap().limit.map(|limit| limit.to_string()).unwrap_or_default()
    };
    assert_eq!(limit("", None), "");
    assert_eq!(limit("", Some(60)), "2026-03-01T21:00:00Z");
    assert_eq!(limit("2026-03-01T20:30:00Z", Some(60)), "2026-03-01T20:30:00Z");
    assert_eq!(limit("2026-03-01T23:00:00Z", Some(60)), "2026-03-01T21:00:00Z");
    assert_eq!(limit("2027-03-01T23:00:00Z", None), "2026-03-31T20:00:00Z");
    assert_eq!(limit("soon", None), "2026-03-31T20:00:00Z", "a lost end");
}

#[test]
fn tags_that_cannot_be_used_are_named() {
    let tags = [
        ("since", "soon"),
        ("until", "later"),
        ("reason", "DB upgrade"),
        ("ended-at", "9999-12-31T00:00:00Z"),
    ];
    insta::assert_snapshot!(read(&tags, None).invalid.join("; "), @r#"maintenance-mode:since is "soon"; maintenance-mode:ended-at is "9999-12-31T00:00:00Z"; maintenance-mode:until is "later""#);
    assert_eq!(read(&[("since", ""), ("until", "")], None).invalid, [""; 0]);
}

#[test]
fn the_last_window_needs_both_its_ends() {
    let (since, ended_at) = ("2026-03-01T20:00:00Z", "2026-03-01T21:00:00Z");
    let last = read(&[("since", since), ("ended-at", ended_at)], None).last_window();
    assert_eq!(last, Some(LastWindow { since: time(since), ended_at: time(ended_at) }));
    assert_eq!(read(&[("since", ended_at), ("ended-at", since)], None).last_window(), None, "it counts");
    assert_eq!(read(&[("ended-at", ended_at)], None).last_window(), None);
}

proptest! {
    #[test]
    fn a_new_window_always_counts(ended_at in "\\PC{0,30}|2026-03-01T2[0-2]:0[0-9]:00Z") {
        let record = read(&[("ended-at", &ended_at)], None);
        let since = record.since_from(time(NOW)).to_string();
        prop_assert!(read(&[("ended-at", &ended_at), ("since", &since)], None).window.is_some());
    }
}
