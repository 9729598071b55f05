use serde_json::{Value, json};

use super::*;
use crate::fixtures::at;
use crate::timestamp::LONGEST_WINDOW_MINUTES;

/// At 22:00.
fn parsed(payload: &str, longest: u32) -> Result<Request, String> {
    let refused = |error: SwitchError| error.to_string().replace("; nothing was changed", "");
    parse(payload, at("22:00"), longest).map_err(refused)
}

fn read(payload: &Value) -> Request {
    parsed(&payload.to_string(), LONGEST_WINDOW_MINUTES).unwrap()
}

fn refusal(payload: &str) -> String {
    parsed(payload, LONGEST_WINDOW_MINUTES).unwrap_err()
}

#[test]
fn every_type_is_read() {
    let all = json!({
        "type": "start", "minutes": 90, "reason": "DB upgrade", "message": "곧", "scheduledAt": "2026-03-02T06:59:30+09:00"
    });
    let message = Some("곧".to_owned());
    let start = Start {
        until: Some(at("23:29:30")),
        reason: Some("DB upgrade".to_owned()),
        message: message.clone(),
        scheduled_at: Some(at("21:59:30")),
    };
    let cases = [
        (all, Command::Start(start)),
        (json!({"type": "start", "reason": " "}), Command::Start(Start::default())),
        (json!({"type": "end"}), Command::End { scheduled_at: None }),
        (json!({"type": "status"}), Command::Status),
        (json!({"type": "check"}), Command::Check),
        (json!({"type": "message", "message": "곧"}), Command::Message(message)),
        (json!({"type": "message", "message": null}), Command::Message(None)),
    ];
    for (payload, command) in cases {
        assert_eq!(payload["type"], command.event_type());
        assert_eq!(read(&payload), Request { command, dry_run: false });
    }
    for event_type in ["start", "end"] {
        assert!(read(&json!({"type": event_type, "dryRun": true})).dry_run);
    }
}

#[test]
fn the_window_counts_from_the_events_time() {
    let cases = [
        (r#""minutes": 60"#, "23:00"),
        (r#""minutes": 61"#, ""),
        (r#""minutes": 60, "scheduledAt": "2026-03-01T20:30:00Z""#, "21:30"),
        (r#""minutes": 60, "scheduledAt": "2026-03-01T22:05:00Z""#, "23:05"),
        (r#""minutes": 60, "scheduledAt": "2026-03-01T22:05:01Z""#, "23:00"),
        (r#""until": "2026-03-01T22:00:01Z""#, "22:00:01"),
        (r#""until": "2026-03-01T23:00:00Z""#, "23:00"),
        (r#""until": "2026-03-01T23:00:01Z""#, ""),
        (r#""until": "2026-03-01T21:30:00Z", "scheduledAt": "2026-03-01T21:00:00Z""#, "21:30"),
    ];
    for (window, until) in cases {
        let until = (!until.is_empty()).then(|| Start { until: Some(at(until)), ..Start::default() });
        let read = parsed(&format!(r#"{{"type": "start", {window}}}"#), 60).ok().map(|read| read.command);
        let read = read.map(|command| match command {
            Command::Start(start) => Start { scheduled_at: None, ..start },
            other => panic!("{other:?}"),
        });
        assert_eq!(read, until, "{window}");
    }
}

#[test]
fn a_scheduled_time_counts_if_it_can() {
    const NOW: &str = "2026-03-01T22:00:00Z";
    const EARLIER: &str = "2026-03-01T21:00:00Z";
    const AHEAD: &str = "2026-03-01T22:05:01Z";
    let own = |time: &str| json!({"type": "end", "scheduledAt": time});
    let sent = |time: &str, detail: Value| json!({"source": "ops", "time": time, "detail": detail});
    let cases = [
        (own(EARLIER), Some("21:00")),
        (own(AHEAD), None),
        (own(UNREPLACED_KEYWORD), None),
        (sent(NOW, json!({"type": "end"})), Some("22:00")),
        (sent(AHEAD, json!({"type": "end"})), None),
        (sent(NOW, own(EARLIER)), Some("21:00")),
        (sent(NOW, own(AHEAD)), Some("22:00")),
        (sent(NOW, own(UNREPLACED_KEYWORD)), Some("22:00")),
    ];
    for (payload, scheduled_at) in cases {
        // As JSON may be written, too.
        for payload in [payload.to_string(), payload.to_string().replace('<', r"\u003c")] {
            let command = parsed(&payload, LONGEST_WINDOW_MINUTES).unwrap().command;
            assert_eq!(command, Command::End { scheduled_at: scheduled_at.map(at) }, "{payload}");
        }
    }
}

#[test]
fn other_payloads_are_refused() {
    insta::assert_snapshot!(refusal("null"), @r#"event is null: invalid type: null, expected an object at line 1 column 4; accepted: an object such as {"type":"start"}, with each field once"#);
    insta::assert_snapshot!(refusal(r#"{"type": "start""#), @r#"event is {"type": "start": EOF while parsing an object at line 1 column 16; accepted: an object such as {"type":"start"}, with each field once"#);
    insta::assert_snapshot!(refusal(r#"{"type": "start", "minutes": 5, "minutes": 50}"#), @r#"event is {"type": "start", "minutes": 5, "minutes": 50}: minutes is given twice at line 1 column 46; accepted: an object such as {"type":"start"}, with each field once"#);
    insta::assert_snapshot!(refusal("{}"), @r#"type is missing; accepted: "start", "end", "status", "check", "message""#);
    insta::assert_snapshot!(refusal(r#"{"type": "START"}"#), @r#"type is "START"; accepted: "start", "end", "status", "check", "message""#);
    insta::assert_snapshot!(refusal(r#"{"type": {"start": null}}"#), @r#"type is {"start": null}; accepted: "start", "end", "status", "check", "message""#);
    insta::assert_snapshot!(refusal(r#"{"type": "start", "dry_run": true}"#), @"dry_run is true: unknown field for this type; accepted: type, until, minutes, reason, message, scheduledAt, dryRun");
    insta::assert_snapshot!(refusal(r#"{"type": "status", "dryRun": true}"#), @"dryRun is true: unknown field for this type; accepted: type");
    insta::assert_snapshot!(refusal(r#"{"source": "ops", "detail": {"type": "end", "t\u0079pe": "start"}}"#), @r#"detail is {"type": "end", "t\u0079pe": "start"}: type is given twice at line 1 column 37; accepted: an object such as {"type":"start"}, with each field once"#);
    insta::assert_snapshot!(refusal(r#"{"source": "ops", "detail": {"type": "end", "minutes": 5}}"#), @"minutes is 5: unknown field for this type; accepted: type, scheduledAt, dryRun");
    insta::assert_snapshot!(refusal(r#"{"source": "ops", "time": 1772402400, "detail": {"type": "end"}}"#), @"time is 1772402400; accepted: an RFC 3339 time such as 2026-03-01T22:00:00Z");
}

#[test]
fn other_values_are_refused() {
    insta::assert_snapshot!(refusal(r#"{"type": "start", "until": "2026-03-01T22:00:00Z"}"#), @r#"until is "2026-03-01T22:00:00Z"; accepted: an RFC 3339 time after 2026-03-01T22:00:00Z and not after 2026-03-31T22:00:00Z"#);
    insta::assert_snapshot!(refusal(r#"{"type": "start", "until": "2026-03-01T21:00:00Z", "scheduledAt": "2026-03-01T21:00:00Z"}"#), @r#"until is "2026-03-01T21:00:00Z"; accepted: an RFC 3339 time after 2026-03-01T21:00:00Z and not after 2026-03-31T21:00:00Z"#);
    insta::assert_snapshot!(refusal(r#"{"type": "start", "until": "2026-03-01T23:00:00Z", "minutes": 60}"#), @"minutes is 60; accepted: one of until and minutes");
    insta::assert_snapshot!(refusal(r#"{"type": "start", "minutes": 0}"#), @"minutes is 0; accepted: a whole number from 1 to 43200");
    insta::assert_snapshot!(refusal(r#"{"type": "start", "scheduledAt": "22:00"}"#), @r#"scheduledAt is "22:00"; accepted: an RFC 3339 time such as 2026-03-01T22:00:00Z"#);
    insta::assert_snapshot!(refusal(r#"{"type": "start", "reason": null}"#), @"reason is null; accepted: a string");
    insta::assert_snapshot!(refusal(r#"{"type": "start", "dryRun": 1}"#), @"dryRun is 1; accepted: true, false");
    insta::assert_snapshot!(refusal(r#"{"type": "message"}"#), @"message is missing; accepted: a text of 1 to 255 characters, not blank, without line breaks and other control characters, at most 931 bytes of JSON, or null to clear the message");
    insta::assert_snapshot!(refusal(r#"{"type": "message", "message": ""}"#), @r#"message is ""; accepted: a text of 1 to 255 characters, not blank, without line breaks and other control characters, at most 931 bytes of JSON, or null to clear the message"#);
    for (field, values) in [
        ("until", ["\"2026-03-31T22:00:01Z\"", "1772402400", "\"tomorrow\"", "null"].as_slice()),
        ("minutes", &["-5", "43201", "10000000000", "1.5", "1e1", "\"60\"", "null"]),
        ("reason", &["42", "[]"]),
        ("message", &["42", "{}", "null"]),
        ("scheduledAt", &["0", "null"]),
        ("dryRun", &["\"true\"", "null"]),
    ] {
        for value in values {
            let refusal = refusal(&format!(r#"{{"type": "start", "{field}": {value}}}"#));
            assert!(refusal.starts_with(&format!("{field} is {value}; accepted: ")), "{refusal}");
        }
    }
    let long = "점".repeat(10_000);
    for payload in [json!({"type": long}), json!({"type": "end", long.as_str(): long}), json!(long)] {
        let refusal = refusal(&payload.to_string());
        assert!(refusal.chars().count() < 400, "{refusal}");
    }
}

#[test]
fn every_event_file_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let own = paths.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with("alb-"));
    for path in own {
        parsed(&std::fs::read_to_string(path).unwrap(), LONGEST_WINDOW_MINUTES).unwrap();
    }
}
