use serde_json::{Value, json};

use super::*;
use crate::timestamp::LONGEST_WINDOW_MINUTES;

const NOW: &str = "2026-03-01T22:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(payload: &Value) -> Result<Request, EventError> {
    parse(&payload.to_string(), time(NOW), LONGEST_WINDOW_MINUTES)
}

fn command(payload: &Value) -> Command {
    read(payload).unwrap().command
}

/// The sentences, a line for each payload, without the end that all have.
fn refusals<const N: usize>(payloads: [&str; N]) -> String {
    let refusal = |payload| parse(payload, time(NOW), LONGEST_WINDOW_MINUTES).unwrap_err().to_string();
    payloads
        .map(|payload| refusal(payload).strip_suffix("; nothing was changed").unwrap().to_owned())
        .join("\n")
}

#[test]
fn every_type_is_read() {
    let message = Message::new("Back at nine").ok();
    let cases = [
        (json!({"type": "start"}), Command::Start(Start::default()), false),
        (json!({"type": "start", "dryRun": true}), Command::Start(Start::default()), true),
        (json!({"type": "end"}), Command::End { scheduled_at: None }, false),
        (json!({"type": "end", "dryRun": true}), Command::End { scheduled_at: None }, true),
        (json!({"type": "status"}), Command::Status, false),
        (json!({"type": "check"}), Command::Check, false),
        (json!({"type": "message", "message": "Back at nine"}), Command::Message(message), false),
        (json!({"type": "message", "message": null}), Command::Message(None), false),
    ];
    for (payload, command, dry_run) in cases {
        assert_eq!(payload["type"], command.event_type().to_string());
        assert_eq!(read(&payload), Ok(Request { command, dry_run }));
    }
}

#[test]
fn a_start_is_read_with_all_fields() {
    let payload = json!({
        "type": "start", "minutes": 90, "reason": "DB upgrade", "message": "곧 돌아옵니다", "scheduledAt": "2026-03-02T06:59:30+09:00"
    });
    let start = Start {
        until: Some(time("2026-03-01T23:29:30Z")),
        reason: Reason::new("DB upgrade"),
        message: Message::new("곧 돌아옵니다").ok(),
        scheduled_at: Some(time("2026-03-01T21:59:30Z")),
    };
    assert_eq!(command(&payload).message(), start.message.as_ref());
    assert_eq!(command(&payload), Command::Start(start));
    assert_eq!(command(&json!({"type": "start", "reason": " "})), Command::Start(Start::default()));
}

#[test]
fn the_window_counts_from_the_events_time() {
    let cases = [
        (json!({"minutes": 60}), "2026-03-01T23:00:00Z"),
        (json!({"minutes": 60, "scheduledAt": "2026-03-01T21:30:00Z"}), "2026-03-01T22:30:00Z"),
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
        let Command::Start(start) = command(&payload) else { panic!("{payload}") };
        assert_eq!(start.until, Some(time(until)), "{payload}");
    }
}

#[test]
fn a_scheduled_time_counts_if_it_can() {
    let (earlier, ahead) = ("2026-03-01T21:00:00Z", "2026-03-01T22:05:01Z");
    let keyword = "<aws.scheduler.scheduled-time>";
    let own = |scheduled_at: &str| json!({"type": "end", "scheduledAt": scheduled_at});
    let envelope =
        |time: &str, detail: Value| json!({"source": "ops.calendar", "time": time, "detail": detail});
    let cases = [
        (own(earlier), Some(earlier)),
        (own("2026-03-01T22:05:00Z"), Some("2026-03-01T22:05:00Z")),
        (own(ahead), None),
        (own(keyword), None),
        (envelope(NOW, json!({"type": "end"})), Some(NOW)),
        (envelope(ahead, json!({"type": "end"})), None),
        (envelope(NOW, own(earlier)), Some(earlier)),
        (envelope(NOW, own(ahead)), Some(NOW)),
        (envelope(NOW, own(keyword)), Some(NOW)),
    ];
    for (payload, scheduled_at) in cases {
        assert_eq!(command(&payload), Command::End { scheduled_at: scheduled_at.map(time) }, "{payload}");
    }
}

#[test]
fn an_eventbridge_event_carries_the_command() {
    let envelope = json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "Maintenance",
        "source": "ops.calendar", "account": "123456789012", "time": NOW, "region": "eu-central-1",
        "resources": [], "detail": {"type": "start", "minutes": 30}
    });
    assert_eq!(read(&envelope), read(&json!({"type": "start", "minutes": 30, "scheduledAt": NOW})));
    insta::assert_snapshot!(refusals([
        r#"{"source": "ops", "time": 1772402400, "detail": {"type": "end"}}"#,
        r#"{"source": "ops", "detail": "start"}"#,
        r#"{"source": "ops", "detail": {"type": "end", "minutes": 5}}"#,
        r#"{"source": "ops", "detail": {"type": "end", "type": "start"}}"#,
        r#"{"source": "ops", "detail": {"type": "end"}, "detail": {"type": "start"}}"#,
        r#"{"detail": {"type": "end"}}"#,
    ]), @r#"
    time is 1772402400: not a time; accepted: an RFC 3339 time such as 2026-03-01T22:00:00Z
    detail is "start": not an object; accepted: an object such as {"type":"start"}
    minutes is 5: unknown field; accepted: the fields of "end": type, scheduledAt, dryRun
    type is "start": given twice; accepted: each field once
    detail is {"type": "start"}: given twice; accepted: each field once
    type is missing; accepted: "start", "end", "status", "check", "message"
    "#);
}

#[test]
fn anything_but_one_object_is_refused() {
    insta::assert_snapshot!(refusals([
        "null",
        r#""start""#,
        r#"["start"]"#,
        "{}",
        r#"{"type": "start""#,
        r#"{"type": "start"} {}"#,
        r#"{"type": "start", "minutes": 5, "minutes": 50}"#,
        r#"{"type": "start", "t\u0079pe": "end"}"#,
    ]), @r#"
    event is null: not an object; accepted: an object such as {"type":"start"}
    event is "start": not an object; accepted: an object such as {"type":"start"}
    event is ["start"]: not an object; accepted: an object such as {"type":"start"}
    type is missing; accepted: "start", "end", "status", "check", "message"
    event is {"type": "start": not an object; accepted: an object such as {"type":"start"}
    event is {"type": "start"} {}: not an object; accepted: an object such as {"type":"start"}
    minutes is 50: given twice; accepted: each field once
    type is "end": given twice; accepted: each field once
    "#);
}

#[test]
fn an_unknown_type_or_field_is_refused() {
    insta::assert_snapshot!(refusals([
        r#"{"type": "START"}"#,
        r#"{"type": 1}"#,
        r#"{"type": {"start": null}}"#,
        r#"{"type": "start", "dry_run": true}"#,
        r#"{"type": "end", "minutes": 5}"#,
        r#"{"type": "status", "dryRun": true}"#,
        r#"{"type": "check", "extra": {}}"#,
        r#"{"type": "message", "message": "x", "dryRun": true}"#,
    ]), @r#"
    type is "START": unknown event type; accepted: "start", "end", "status", "check", "message"
    type is 1: unknown event type; accepted: "start", "end", "status", "check", "message"
    type is {"start": null}: unknown event type; accepted: "start", "end", "status", "check", "message"
    dry_run is true: unknown field; accepted: the fields of "start": type, until, minutes, reason, message, scheduledAt, dryRun
    minutes is 5: unknown field; accepted: the fields of "end": type, scheduledAt, dryRun
    dryRun is true: unknown field; accepted: the fields of "status": type
    extra is {}: unknown field; accepted: the fields of "check": type
    dryRun is true: unknown field; accepted: the fields of "message": type, message
    "#);
}

#[test]
fn a_value_of_another_kind_is_refused() {
    for (field, values) in [
        ("until", ["1772402400", "\"tomorrow\"", "null"]),
        ("minutes", ["\"60\"", "1.5", "null"]),
        ("minutes", ["0", "-5", "43201"]),
        ("minutes", ["10000000000", "1e1", "true"]),
        ("reason", ["42", "[]", "null"]),
        ("message", ["42", "{}", "null"]),
        ("scheduledAt", ["\"22:00\"", "0", "null"]),
        ("dryRun", ["\"true\"", "1", "null"]),
    ] {
        for value in values {
            let refusal = refusals([&format!(r#"{{"type": "start", "{field}": {value}}}"#)]);
            assert!(refusal.starts_with(&format!("{field} is {value}: not ")), "{refusal}");
        }
    }
}

#[test]
fn a_refusal_says_what_is_accepted() {
    insta::assert_snapshot!(refusals([
        r#"{"type": "start", "minutes": 0}"#,
        r#"{"type": "start", "until": "2026-03-01T22:00:00Z"}"#,
        r#"{"type": "start", "until": "2026-03-01T21:00:00Z", "scheduledAt": "2026-03-01T21:00:00Z"}"#,
        r#"{"type": "start", "until": "2026-03-31T22:00:01Z"}"#,
        r#"{"type": "start", "until": "2026-03-01T23:00:00Z", "minutes": 60}"#,
        r#"{"type": "start", "scheduledAt": "22:00"}"#,
        r#"{"type": "start", "reason": null}"#,
        r#"{"type": "start", "message": null}"#,
        r#"{"type": "start", "dryRun": 1}"#,
        r#"{"type": "message"}"#,
        r#"{"type": "message", "message": ""}"#,
    ]), @r#"
    minutes is 0: not the length of a window; accepted: a whole number from 1 to 43200
    until is "2026-03-01T22:00:00Z": not after the event's time; accepted: an RFC 3339 time after 2026-03-01T22:00:00Z and not after 2026-03-31T22:00:00Z
    until is "2026-03-01T21:00:00Z": not after the event's time; accepted: an RFC 3339 time after 2026-03-01T21:00:00Z and not after 2026-03-31T21:00:00Z
    until is "2026-03-31T22:00:01Z": too far ahead; accepted: an RFC 3339 time after 2026-03-01T22:00:00Z and not after 2026-03-31T22:00:00Z
    minutes is 60: given with until; accepted: one of until and minutes
    scheduledAt is "22:00": not a time; accepted: an RFC 3339 time such as 2026-03-01T22:00:00Z
    reason is null: not a string; accepted: a string
    message is null: not a string; accepted: a text of 1 to 255 characters without control characters, at most 931 bytes of JSON
    dryRun is 1: not a boolean; accepted: true, false
    message is missing; accepted: a text of 1 to 255 characters without control characters, at most 931 bytes of JSON, or null to clear the message
    message is "": blank; accepted: a text of 1 to 255 characters without control characters, at most 931 bytes of JSON, or null to clear the message
    "#);
}

#[test]
fn no_window_exceeds_the_longest() {
    let refusal = |window: &str| {
        let payload = format!(r#"{{"type": "start", {window}}}"#);
        parse(&payload, time(NOW), 120).err().map(|error| error.to_string())
    };
    assert_eq!(refusal(r#""minutes": 120"#), None);
    assert!(refusal(r#""minutes": 121"#).unwrap().contains("accepted: a whole number from 1 to 120;"));
    assert_eq!(refusal(r#""until": "2026-03-02T00:00:00Z""#), None);
    assert!(refusal(r#""until": "2026-03-02T00:00:01Z""#).unwrap().contains("too far ahead"));
}

#[test]
fn long_names_and_values_are_cut() {
    let long = "점".repeat(10_000);
    for payload in [json!({"type": long}), json!({"type": "end", long.as_str(): long}), json!(long)] {
        let error = read(&payload).unwrap_err().to_string();
        assert!(error.chars().count() < 400, "{error}");
    }
}

#[test]
fn every_event_file_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
    let mut types = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("alb-") {
            continue;
        }
        let payload = std::fs::read_to_string(&path).unwrap();
        let request = parse(&payload, time(NOW), LONGEST_WINDOW_MINUTES);
        let request = request.unwrap_or_else(|error| panic!("{name}: {error}"));
        types.insert(request.command.event_type().to_string());
    }
    assert!(types.is_superset(&["check", "end", "start", "status"].map(str::to_owned).into()), "{types:?}");
}
