use serde_json::{Value, json};

use super::*;
use crate::timestamp::LONGEST_WINDOW_MINUTES;

const NOW: &str = "2026-03-01T22:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(payload: &Value) -> Request {
    parse(&payload.to_string(), time(NOW), LONGEST_WINDOW_MINUTES).unwrap()
}

/// The refusals, a line for each payload, without the end that all have.
fn refusals<const N: usize>(payloads: [&str; N]) -> String {
    let refusal = |payload| parse(payload, time(NOW), LONGEST_WINDOW_MINUTES).unwrap_err().to_string();
    payloads
        .map(|payload| refusal(payload).strip_suffix("; nothing was changed").unwrap().to_owned())
        .join("\n")
}

#[test]
fn every_type_is_read() {
    let all = json!({
        "type": "start", "minutes": 90, "reason": "DB upgrade", "message": "곧", "scheduledAt": "2026-03-02T06:59:30+09:00"
    });
    let message = Some("곧".to_owned());
    let start = Start {
        until: Some(time("2026-03-01T23:29:30Z")),
        reason: Some("DB upgrade".to_owned()),
        message: message.clone(),
        scheduled_at: Some(time("2026-03-01T21:59:30Z")),
    };
    let cases = [
        (all, Command::Start(start), message.as_deref()),
        (json!({"type": "start", "reason": " "}), Command::Start(Start::default()), None),
        (json!({"type": "end"}), Command::End { scheduled_at: None }, None),
        (json!({"type": "status"}), Command::Status, None),
        (json!({"type": "check"}), Command::Check, None),
        (json!({"type": "message", "message": "곧"}), Command::Message(message.clone()), message.as_deref()),
        (json!({"type": "message", "message": null}), Command::Message(None), None),
    ];
    for (payload, command, message) in cases {
        assert_eq!(payload["type"], command.event_type());
        assert_eq!(command.message(), message);
        assert_eq!(read(&payload), Request { command, dry_run: false });
    }
    for event_type in ["start", "end"] {
        assert!(read(&json!({"type": event_type, "dryRun": true})).dry_run);
    }
}

#[test]
fn the_window_counts_from_the_events_time() {
    let cases = [
        (json!({"minutes": 60}), "2026-03-01T23:00:00Z"),
        (json!({"minutes": 60, "scheduledAt": "2026-03-01T20:30:00Z"}), "2026-03-01T21:30:00Z"),
        (json!({"minutes": 60, "scheduledAt": "2026-03-01T22:05:00Z"}), "2026-03-01T23:05:00Z"),
        (json!({"minutes": 60, "scheduledAt": "2026-03-01T22:05:01Z"}), "2026-03-01T23:00:00Z"),
        (json!({"until": "2026-03-01T22:00:01Z"}), "2026-03-01T22:00:01Z"),
        (json!({"until": "2026-03-31T22:00:00Z"}), "2026-03-31T22:00:00Z"),
        (
            json!({"until": "2026-03-01T21:30:00Z", "scheduledAt": "2026-03-01T21:00:00Z"}),
            "2026-03-01T21:30:00Z",
        ),
    ];
    for (mut payload, until) in cases {
        payload["type"] = json!("start");
        let Command::Start(start) = read(&payload).command else { panic!("{payload}") };
        assert_eq!(start.until, Some(time(until)), "{payload}");
    }
}

#[test]
fn a_scheduled_time_counts_if_it_can() {
    const EARLIER: &str = "2026-03-01T21:00:00Z";
    const AHEAD: &str = "2026-03-01T22:05:01Z";
    let own = |time: &str| json!({"type": "end", "scheduledAt": time});
    let sent = |time: &str, detail: Value| json!({"source": "ops", "time": time, "detail": detail});
    let escaped = own(UNREPLACED_KEYWORD).to_string().replace('<', r"\u003c");
    let escaped = parse(&escaped, time(NOW), 60).unwrap().command;
    assert_eq!(escaped, Command::End { scheduled_at: None });
    let cases = [
        (own(EARLIER), Some(EARLIER)),
        (own(AHEAD), None),
        (own(UNREPLACED_KEYWORD), None),
        (sent(NOW, json!({"type": "end"})), Some(NOW)),
        (sent(AHEAD, json!({"type": "end"})), None),
        (sent(NOW, own(EARLIER)), Some(EARLIER)),
        (sent(NOW, own(AHEAD)), Some(NOW)),
        (sent(NOW, own(UNREPLACED_KEYWORD)), Some(NOW)),
    ];
    for (payload, scheduled_at) in cases {
        let command = Command::End { scheduled_at: scheduled_at.map(time) };
        assert_eq!(read(&payload).command, command, "{payload}");
    }
}

#[test]
fn other_payloads_are_refused() {
    insta::assert_snapshot!(refusals([
        "null",
        r#"{"type": "start""#,
        r#"{"type": "start", "minutes": 5, "minutes": 50}"#,
        "{}",
        r#"{"type": "START"}"#,
        r#"{"type": {"start": null}}"#,
        r#"{"type": "start", "dry_run": true}"#,
        r#"{"type": "status", "dryRun": true}"#,
        r#"{"source": "ops", "detail": {"type": "end", "t\u0079pe": "start"}}"#,
        r#"{"source": "ops", "detail": {"type": "end", "minutes": 5}}"#,
        r#"{"source": "ops", "time": 1772402400, "detail": {"type": "end"}}"#,
    ]), @r#"
    event is null: invalid type: null, expected an object at line 1 column 4; accepted: an object such as {"type":"start"}, with each field once
    event is {"type": "start": EOF while parsing an object at line 1 column 16; accepted: an object such as {"type":"start"}, with each field once
    event is {"type": "start", "minutes": 5, "minutes": 50}: minutes is given twice at line 1 column 46; accepted: an object such as {"type":"start"}, with each field once
    type is missing; accepted: "start", "end", "status", "check", "message"
    type is "START"; accepted: "start", "end", "status", "check", "message"
    type is {"start": null}; accepted: "start", "end", "status", "check", "message"
    dry_run is true: unknown field for this type; accepted: type, until, minutes, reason, message, scheduledAt, dryRun
    dryRun is true: unknown field for this type; accepted: type
    detail is {"type": "end", "t\u0079pe": "start"}: type is given twice at line 1 column 37; accepted: an object such as {"type":"start"}, with each field once
    minutes is 5: unknown field for this type; accepted: type, scheduledAt, dryRun
    time is 1772402400; accepted: an RFC 3339 time such as 2026-03-01T22:00:00Z
    "#);
}

#[test]
fn other_values_are_refused() {
    insta::assert_snapshot!(refusals([
        r#"{"type": "start", "until": "2026-03-01T22:00:00Z"}"#,
        r#"{"type": "start", "until": "2026-03-01T21:00:00Z", "scheduledAt": "2026-03-01T21:00:00Z"}"#,
        r#"{"type": "start", "until": "2026-03-01T23:00:00Z", "minutes": 60}"#,
        r#"{"type": "start", "minutes": 0}"#,
        r#"{"type": "start", "scheduledAt": "22:00"}"#,
        r#"{"type": "start", "reason": null}"#,
        r#"{"type": "start", "dryRun": 1}"#,
        r#"{"type": "message"}"#,
        r#"{"type": "message", "message": ""}"#,
    ]), @r#"
    until is "2026-03-01T22:00:00Z"; accepted: an RFC 3339 time after 2026-03-01T22:00:00Z and not after 2026-03-31T22:00:00Z
    until is "2026-03-01T21:00:00Z"; accepted: an RFC 3339 time after 2026-03-01T21:00:00Z and not after 2026-03-31T21:00:00Z
    minutes is 60; accepted: one of until and minutes
    minutes is 0; accepted: a whole number from 1 to 43200
    scheduledAt is "22:00"; accepted: an RFC 3339 time such as 2026-03-01T22:00:00Z
    reason is null; accepted: a string
    dryRun is 1; accepted: true, false
    message is missing; accepted: a text of 1 to 255 characters, not blank, without line breaks and other control characters, at most 931 bytes of JSON, or null to clear the message
    message is ""; accepted: a text of 1 to 255 characters, not blank, without line breaks and other control characters, at most 931 bytes of JSON, or null to clear the message
    "#);
    for (field, values) in [
        ("until", ["\"2026-03-31T22:00:01Z\"", "1772402400", "\"tomorrow\"", "null"].as_slice()),
        ("minutes", &["-5", "43201", "10000000000", "1.5", "1e1", "\"60\"", "null"]),
        ("reason", &["42", "[]"]),
        ("message", &["42", "{}", "null"]),
        ("scheduledAt", &["0", "null"]),
        ("dryRun", &["\"true\"", "null"]),
    ] {
        for value in values {
            let refusal = refusals([&format!(r#"{{"type": "start", "{field}": {value}}}"#)]);
            assert!(refusal.starts_with(&format!("{field} is {value}; accepted: ")), "{refusal}");
        }
    }
}

#[test]
fn no_window_exceeds_the_longest() {
    let is_accepted =
        |window: &str| parse(&format!(r#"{{"type": "start", {window}}}"#), time(NOW), 120).is_ok();
    assert!(is_accepted(r#""minutes": 120"#) && is_accepted(r#""until": "2026-03-02T00:00:00Z""#));
    assert!(!is_accepted(r#""minutes": 121"#) && !is_accepted(r#""until": "2026-03-02T00:00:01Z""#));
}

#[test]
fn long_names_and_values_are_cut() {
    let long = "점".repeat(10_000);
    for payload in [json!({"type": long}), json!({"type": "end", long.as_str(): long}), json!(long)] {
        let error = refusals([&payload.to_string()]);
        assert!(error.chars().count() < 400, "{error}");
    }
}

#[test]
fn every_event_file_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let own = paths.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with("alb-"));
    let read = |path| read(&serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
    let mut types: Vec<_> = own.map(|path| read(path).command.event_type()).collect();
    types.sort_unstable();
    types.dedup();
    assert_eq!(types, ["check", "end", "message", "start", "status"]);
}
