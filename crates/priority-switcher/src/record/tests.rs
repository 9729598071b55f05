use proptest::prelude::*;

use super::*;
use crate::fixtures::{at, tags};

/// At 22:00.
fn read(record: &str, max_duration: Option<u32>) -> Record {
    Record::read(&tags(record), at("22:00"), max_duration)
}

#[test]
fn a_window_counts_while_since_is_after_ended_at() {
    let cases = [
        ("", false),
        ("since=20:00", true),
        ("since=20:00 ended-at=19:59:59", true),
        ("since=20:00 ended-at=20:00", false),
        ("ended-at=20:00", false),
        // Five minutes ahead are believed, and what a start writes after them.
        ("since=22:05:01", true),
        ("since=22:05:02", false),
        ("since=20:00 ended-at=22:05:01", true),
        ("since=soon", false),
    ];
    for (record, counts) in cases {
        assert_eq!(read(record, None).window.is_some(), counts, "{record}");
    }
}

#[test]
fn the_limit_is_until_or_the_longest_window() {
    let limit = |until: &str, max_duration| {
        let window = read(&format!("since=20:00 until={until}"), max_duration).window;
        window.unwrap().limit.map(|limit| limit.to_string()).unwrap_or_default()
    };
    assert_eq!(limit("", None), "");
    assert_eq!(limit("", Some(60)), "2026-03-01T21:00:00Z");
    assert_eq!(limit("20:30", Some(60)), "2026-03-01T20:30:00Z");
    assert_eq!(limit("23:00", Some(60)), "2026-03-01T21:00:00Z");
    assert_eq!(limit("2027-03-01T23:00:00Z", None), "2026-03-31T20:00:00Z", "more than 30 days");
    assert_eq!(limit("soon", None), "2026-03-31T20:00:00Z", "a lost end");
}

#[test]
fn tags_that_cannot_be_used_are_named() {
    let invalid = |record: &str| read(record, None).invalid.join("; ");
    insta::assert_snapshot!(invalid("since=soon until=later reason=upgrade ended-at=9999-12-31T00:00:00Z"), @r#"maintenance-mode:since is "soon"; maintenance-mode:ended-at is "9999-12-31T00:00:00Z"; maintenance-mode:until is "later""#);
    assert_eq!(invalid("since= until="), "");
}

#[test]
fn the_last_window_needs_both_its_ends() {
    let last = |record: &str| read(record, None).last_window();
    let (since, ended_at) = (at("20:00"), at("21:00"));
    assert_eq!(last("since=20:00 ended-at=21:00"), Some(LastWindow { since, ended_at }));
    assert_eq!(last("since=21:00 ended-at=20:00"), None, "it counts");
    assert_eq!(last("ended-at=21:00"), None);
}

proptest! {
    #[test]
    fn a_new_window_always_counts(ended_at in "\\PC{0,30}|2026-03-01T2[0-2]:0[0-9]:00Z") {
        let ended = [(key::ENDED_AT.to_owned(), ended_at)];
        let record = |tags: &Tags| Record::read(tags, at("22:00"), None);
        let mut tags = Tags::from(ended);
        tags.insert(key::SINCE.to_owned(), record(&tags).since_from(at("22:00")).to_string());
        prop_assert!(record(&tags).window.is_some());
    }
}
