use serde_json::json;

use super::*;
use crate::fixtures::at;
use crate::timestamp::LONGEST_WINDOW_MINUTES;

/// The request at 22:00 in one line, with the times of the test's day as clocks; or its refusal.
fn read_with(longest: u32, payload: &str) -> String {
    let read = match parse(payload, at("22:00"), longest) {
        Ok(request) => format!("{}: {request:?}", request.command.event_type()),
        Err(error) => error.to_string().replace("; nothing was changed", ""),
    };
    read.replace("Timestamp(2026-03-01 ", "(").replace(".0 +00)", ")")
}

fn read(payload: &str) -> String {
    read_with(LONGEST_WINDOW_MINUTES, payload)
}

#[test]
fn every_type_is_read() {
    insta::assert_snapshot!(read(r#"{"type": "start", "minutes": 90, "reason": "DB upgrade", "message": "곧", "scheduledAt": "2026-03-02T06:59:30+09:00"}"#), @r#"start: Request { command: Start(Start { until: Some((23:29:30)), reason: Some("DB upgrade"), message: Some("곧"), scheduled_at: Some((21:59:30)) }), dry_run: false }"#);
    insta::assert_snapshot!(read(r#"{"type": "start", "reason": " ", "dryRun": true}"#), @"start: Request { command: Start(Start { until: None, reason: None, message: None, scheduled_at: None }), dry_run: true }");
    insta::assert_snapshot!(read(r#"{"type": "end", "dryRun": true}"#), @"end: Request { command: End { scheduled_at: None }, dry_run: true }");
    insta::assert_snapshot!(read(r#"{"type": "status"}"#), @"status: Request { command: Status, dry_run: false }");
    insta::assert_snapshot!(read(r#"{"type": "check"}"#), @"check: Request { command: Check, dry_run: false }");
    insta::assert_snapshot!(read(r#"{"type": "message", "message": "곧"}"#), @r#"message: Request { command: Message(Some("곧")), dry_run: false }"#);
    insta::assert_snapshot!(read(r#"{"type": "message", "message": null}"#), @"message: Request { command: Message(None), dry_run: false }");
}

#[test]
fn the_window_counts_from_the_events_time() {
    insta::assert_snapshot!(read(r#"{"type": "start", "minutes": 60, "scheduledAt": "2026-03-01T20:30:00Z"}"#), @"start: Request { command: Start(Start { until: Some((21:30:00)), reason: None, message: None, scheduled_at: Some((20:30:00)) }), dry_run: false }");
    insta::assert_snapshot!(read(r#"{"type": "start", "minutes": 60, "scheduledAt": "2026-03-01T22:05:00Z"}"#), @"start: Request { command: Start(Start { until: Some((23:05:00)), reason: None, message: None, scheduled_at: Some((22:05:00)) }), dry_run: false }");
    insta::assert_snapshot!(read(r#"{"type": "start", "minutes": 60, "scheduledAt": "2026-03-01T22:05:01Z"}"#), @"start: Request { command: Start(Start { until: Some((23:00:00)), reason: None, message: None, scheduled_at: None }), dry_run: false }");
    insta::assert_snapshot!(read(r#"{"type": "start", "until": "2026-03-01T22:00:01Z"}"#), @"start: Request { command: Start(Start { until: Some((22:00:01)), reason: None, message: None, scheduled_at: None }), dry_run: false }");
    insta::assert_snapshot!(read(r#"{"type": "start", "until": "2026-03-01T21:30:00Z", "scheduledAt": "2026-03-01T21:00:00Z"}"#), @"start: Request { command: Start(Start { until: Some((21:30:00)), reason: None, message: None, scheduled_at: Some((21:00:00)) }), dry_run: false }");
}

#[test]
fn no_window_exceeds_the_longest() {
    insta::assert_snapshot!(read_with(60, r#"{"type": "start", "minutes": 60}"#), @"start: Request { command: Start(Start { until: Some((23:00:00)), reason: None, message: None, scheduled_at: None }), dry_run: false }");
    insta::assert_snapshot!(read_with(60, r#"{"type": "start", "minutes": 61}"#), @"minutes is 61; accepted: a whole number from 1 to 60");
    insta::assert_snapshot!(read_with(60, r#"{"type": "start", "until": "2026-03-01T23:00:00Z"}"#), @"start: Request { command: Start(Start { until: Some((23:00:00)), reason: None, message: None, scheduled_at: None }), dry_run: false }");
    insta::assert_snapshot!(read_with(60, r#"{"type": "start", "until": "2026-03-01T23:00:01Z"}"#), @r#"until is "2026-03-01T23:00:01Z"; accepted: an RFC 3339 time after 2026-03-01T22:00:00Z and not after 2026-03-01T23:00:00Z"#);
}

#[test]
fn a_scheduled_time_counts_if_it_can() {
    insta::assert_snapshot!(read(r#"{"type": "end", "scheduledAt": "2026-03-01T21:00:00Z"}"#), @"end: Request { command: End { scheduled_at: Some((21:00:00)) }, dry_run: false }");
    insta::assert_snapshot!(read(r#"{"type": "end", "scheduledAt": "<aws.scheduler.scheduled-time>"}"#), @"end: Request { command: End { scheduled_at: None }, dry_run: false }");
    insta::assert_snapshot!(read(r#"{"type": "end", "scheduledAt": "\u003caws.scheduler.scheduled-time>"}"#), @"end: Request { command: End { scheduled_at: None }, dry_run: false }");
    insta::assert_snapshot!(read(r#"{"source": "ops", "time": "2026-03-01T22:00:00Z", "detail": {"type": "end"}}"#), @"end: Request { command: End { scheduled_at: Some((22:00:00)) }, dry_run: false }");
    insta::assert_snapshot!(read(r#"{"source": "ops", "time": "2026-03-01T22:05:01Z", "detail": {"type": "end"}}"#), @"end: Request { command: End { scheduled_at: None }, dry_run: false }");
    insta::assert_snapshot!(read(r#"{"source": "ops", "time": "2026-03-01T22:00:00Z", "detail": {"type": "end", "scheduledAt": "2026-03-01T21:00:00Z"}}"#), @"end: Request { command: End { scheduled_at: Some((21:00:00)) }, dry_run: false }");
    insta::assert_snapshot!(read(r#"{"source": "ops", "time": "2026-03-01T22:00:00Z", "detail": {"type": "end", "scheduledAt": "2026-03-01T22:05:01Z"}}"#), @"end: Request { command: End { scheduled_at: Some((22:00:00)) }, dry_run: false }");
    insta::assert_snapshot!(read(r#"{"detail-type": "Start", "time": "2026-03-01T22:00:00Z", "detail": {"type": "end", "scheduledAt": "<aws.scheduler.scheduled-time>"}}"#), @"end: Request { command: End { scheduled_at: Some((22:00:00)) }, dry_run: false }");
}

#[test]
fn other_payloads_are_refused() {
    insta::assert_snapshot!(read("null"), @r#"event is null: invalid type: null, expected an object at line 1 column 4; accepted: an object such as {"type":"start"}, with each field once"#);
    insta::assert_snapshot!(read(r#"{"type": "start""#), @r#"event is {"type": "start": EOF while parsing an object at line 1 column 16; accepted: an object such as {"type":"start"}, with each field once"#);
    insta::assert_snapshot!(read(r#"{"type": "start", "minutes": 5, "minutes": 50}"#), @r#"event is {"type": "start", "minutes": 5, "minutes": 50}: minutes is given twice at line 1 column 46; accepted: an object such as {"type":"start"}, with each field once"#);
    insta::assert_snapshot!(read("{}"), @r#"type is missing; accepted: "start", "end", "status", "check", "message""#);
    insta::assert_snapshot!(read(r#"{"type": "START"}"#), @r#"type is "START"; accepted: "start", "end", "status", "check", "message""#);
    insta::assert_snapshot!(read(r#"{"type": {"start": null}}"#), @r#"type is {"start": null}; accepted: "start", "end", "status", "check", "message""#);
    insta::assert_snapshot!(read(r#"{"type": "start", "dry_run": true}"#), @"dry_run is true: unknown field for this type; accepted: type, until, minutes, reason, message, scheduledAt, dryRun");
    insta::assert_snapshot!(read(r#"{"type": "status", "dryRun": true}"#), @"dryRun is true: unknown field for this type; accepted: type");
    insta::assert_snapshot!(read(r#"{"source": "ops", "detail": {"type": "end", "t\u0079pe": "start"}}"#), @r#"detail is {"type": "end", "t\u0079pe": "start"}: type is given twice at line 1 column 37; accepted: an object such as {"type":"start"}, with each field once"#);
    insta::assert_snapshot!(read(r#"{"source": "ops", "detail": {"type": "end", "minutes": 5}}"#), @"minutes is 5: unknown field for this type; accepted: type, scheduledAt, dryRun");
    insta::assert_snapshot!(read(r#"{"source": "ops", "time": 1772402400, "detail": {"type": "end"}}"#), @"time is 1772402400; accepted: an RFC 3339 time such as 2026-03-01T22:00:00Z");
}

#[test]
fn other_values_are_refused() {
    insta::assert_snapshot!(read(r#"{"type": "start", "until": "2026-03-01T22:00:00Z"}"#), @r#"until is "2026-03-01T22:00:00Z"; accepted: an RFC 3339 time after 2026-03-01T22:00:00Z and not after 2026-03-31T22:00:00Z"#);
    insta::assert_snapshot!(read(r#"{"type": "start", "until": "2026-03-01T23:00:00Z", "minutes": 60}"#), @"minutes is 60; accepted: one of until and minutes");
    insta::assert_snapshot!(read(r#"{"type": "start", "scheduledAt": "22:00"}"#), @r#"scheduledAt is "22:00"; accepted: an RFC 3339 time such as 2026-03-01T22:00:00Z"#);
    insta::assert_snapshot!(read(r#"{"type": "start", "reason": null}"#), @"reason is null; accepted: a string");
    insta::assert_snapshot!(read(r#"{"type": "start", "dryRun": 1}"#), @"dryRun is 1; accepted: true, false");
    insta::assert_snapshot!(read(r#"{"type": "message"}"#), @"message is missing; accepted: a text of 1 to 255 characters, not blank, without line breaks and other control characters, at most 931 bytes of JSON, or null to clear the message");
    for (field, values) in [
        ("until", ["\"2026-03-31T22:00:01Z\"", "1772402400", "\"tomorrow\"", "null"].as_slice()),
        ("minutes", &["0", "-5", "43201", "10000000000", "1.5", "1e1", "\"60\"", "null"]),
        ("reason", &["42", "[]"]),
        ("message", &["\"\"", "42", "{}", "null"]),
        ("scheduledAt", &["0", "null"]),
        ("dryRun", &["\"true\"", "null"]),
    ] {
        for value in values {
            let refusal = read(&format!(r#"{{"type": "start", "{field}": {value}}}"#));
            assert!(refusal.starts_with(&format!("{field} is {value}; accepted: ")), "{refusal}");
        }
    }
}

#[test]
fn long_names_and_values_are_cut() {
    let long = "점".repeat(10_000);
    for payload in [json!({"type": long}), json!({"type": "end", long.as_str(): long}), json!(long)] {
        let refusal = read(&payload.to_string());
        assert!(refusal.contains("; accepted: ") && refusal.chars().count() < 400, "{refusal}");
    }
}

#[test]
fn every_event_file_is_read() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events")).unwrap();
    let files = folder.map(|file| file.unwrap().path());
    for path in files.filter(|path| !path.to_string_lossy().contains("/alb-")) {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(parse(&text, at("22:00"), LONGEST_WINDOW_MINUTES).is_ok(), "{text}");
    }
}
