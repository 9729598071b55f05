use serde_json::json;

use super::*;

const NOW: &str = "2026-03-01T22:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(payload: &Value) -> Result<Request, EventError> {
    assert_eq!(
        super::read(&payload.to_string()).as_ref(),
        Ok(payload),
        "JSON that is not as serde_json reads it"
    );
    parse(payload, time(NOW), None)
}

fn refusal(payload: &Value) -> String {
    read(payload).unwrap_err().to_string()
}

#[test]
fn the_four_types_are_read() {
    let start = Request { command: Command::Start(Start::default()), dry_run: false };
    assert_eq!(read(&json!({"type": "start"})), Ok(start));
    let end = Request { command: Command::End { scheduled_at: None }, dry_run: true };
    assert_eq!(read(&json!({"type": "end", "dryRun": true})), Ok(end));
    assert_eq!(read(&json!({"type": "status"})).unwrap().command, Command::Status);
    assert_eq!(read(&json!({"type": "check"})).unwrap().command, Command::Check);
}

#[test]
fn a_start_is_read_with_all_its_fields() {
    let request = read(&json!({
        "type": "start", "minutes": 90, "reason": "DB upgrade", "message": "곧 돌아옵니다", "scheduledAt": "2026-03-02T06:59:30+09:00"
    }));
    let start = Start {
        until: Some(time("2026-03-01T23:30:00Z")),
        reason: Reason::new("DB upgrade"),
        message: Message::new("곧 돌아옵니다").ok(),
        scheduled_at: Some(time("2026-03-01T21:59:30Z")),
    };
    assert_eq!(request.unwrap().command, Command::Start(start));
}

#[test]
fn an_eventbridge_envelope_carries_the_command_as_its_detail() {
    let envelope = json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "Maintenance",
        "source": "ops.calendar", "account": "123456789012", "time": NOW, "region": "eu-central-1",
        "resources": [], "detail": {"type": "start", "minutes": 30}
    });
    assert_eq!(read(&envelope), read(&json!({"type": "start", "minutes": 30, "scheduledAt": NOW})));
    let mut wrong = envelope.clone();
    wrong["time"] = json!(1_772_402_400);
    insta::assert_snapshot!(refusal(&wrong), @"time is 1772402400: not a time; accepted: an RFC 3339 time such as 2026-03-01T22:00:00Z; nothing was changed");
    let mut wrong = envelope;
    wrong["detail"] = json!("start");
    insta::assert_snapshot!(refusal(&wrong), @r#"detail is "start": not an object; accepted: an object such as {"type":"start"}; nothing was changed"#);
}

#[test]
fn an_envelopes_time_is_the_scheduled_one_of_a_command_that_has_none() {
    let envelope = |detail: Value| read(&json!({"source": "ops.calendar", "time": NOW, "detail": detail}));
    let end = |time: &str| Command::End { scheduled_at: Some(time.parse().unwrap()) };
    assert_eq!(envelope(json!({"type": "end"})).unwrap().command, end(NOW));
    let unreplaced = json!({"type": "end", "scheduledAt": "<aws.scheduler.scheduled-time>"});
    assert_eq!(envelope(unreplaced).unwrap().command, end(NOW));
    let own = "2026-03-01T21:00:00Z";
    assert_eq!(envelope(json!({"type": "end", "scheduledAt": own})).unwrap().command, end(own));
    assert_eq!(envelope(json!({"type": "status"})).unwrap().command, Command::Status);
}

#[test]
fn a_keyword_that_the_scheduler_did_not_replace_counts_as_absent() {
    let request = read(&json!({"type": "start", "scheduledAt": "<aws.scheduler.scheduled-time>"}));
    assert_eq!(request.unwrap().command, Command::Start(Start::default()));
}

#[test]
fn a_type_with_a_typo_is_refused() {
    insta::assert_snapshot!(refusal(&json!({"type": "strat"})), @r#"type is "strat": unknown event type; accepted: "start", "end", "status", "check"; nothing was changed"#);
    insta::assert_snapshot!(refusal(&json!({"type": "START"})), @r#"type is "START": unknown event type; accepted: "start", "end", "status", "check"; nothing was changed"#);
    insta::assert_snapshot!(refusal(&json!({"type": 1})), @r#"type is 1: unknown event type; accepted: "start", "end", "status", "check"; nothing was changed"#);
    insta::assert_snapshot!(refusal(&json!({})), @r#"type is missing; accepted: "start", "end", "status", "check"; nothing was changed"#);
}

#[test]
fn a_field_that_the_type_does_not_have_is_refused() {
    insta::assert_snapshot!(refusal(&json!({"type": "start", "dry_run": true})), @r#"dry_run is true: unknown field; accepted: the fields of "start": type, until, minutes, reason, message, scheduledAt, dryRun; nothing was changed"#);
    insta::assert_snapshot!(refusal(&json!({"type": "end", "minutes": 5})), @r#"minutes is 5: unknown field; accepted: the fields of "end": type, scheduledAt, dryRun; nothing was changed"#);
    insta::assert_snapshot!(refusal(&json!({"type": "status", "dryRun": true})), @r#"dryRun is true: unknown field; accepted: the fields of "status": type; nothing was changed"#);
}

#[test]
fn a_payload_that_is_no_object_is_refused() {
    for payload in [json!(null), json!("start"), json!(["start"]), json!(1)] {
        let error = refusal(&payload);
        assert!(error.starts_with(&format!("event is {payload}: not an object; accepted:")), "{error}");
    }
}

#[test]
fn a_field_of_the_wrong_kind_is_refused() {
    let wrong = [
        ("until", json!(1_772_402_400)),
        ("until", json!("tomorrow")),
        ("until", json!(null)),
        ("minutes", json!("60")),
        ("minutes", json!(1.5)),
        ("minutes", json!(null)),
        ("reason", json!(42)),
        ("message", json!(42)),
        ("message", json!(null)),
        ("scheduledAt", json!("22:00")),
        ("scheduledAt", json!(0)),
        ("dryRun", json!("true")),
        ("dryRun", json!(1)),
    ];
    for (field, value) in wrong {
        let error = refusal(&json!({"type": "start", field: value.clone()}));
        assert!(error.starts_with(&format!("{field} is {value}: not ")), "{error}");
    }
}

#[test]
fn a_window_that_cannot_be_is_refused() {
    insta::assert_snapshot!(refusal(&json!({"type": "start", "minutes": 0})), @"minutes is 0: not the length of a window; accepted: a whole number from 1 to 43200; nothing was changed");
    insta::assert_snapshot!(refusal(&json!({"type": "start", "minutes": -5})), @"minutes is -5: not the length of a window; accepted: a whole number from 1 to 43200; nothing was changed");
    insta::assert_snapshot!(refusal(&json!({"type": "start", "minutes": 10_000_000_000_u64})), @"minutes is 10000000000: not the length of a window; accepted: a whole number from 1 to 43200; nothing was changed");
    insta::assert_snapshot!(refusal(&json!({"type": "start", "until": NOW})), @r#"until is "2026-03-01T22:00:00Z": not in the future; accepted: an RFC 3339 time after 2026-03-01T22:00:00Z and not after 2026-03-31T22:00:00Z; nothing was changed"#);
    insta::assert_snapshot!(refusal(&json!({"type": "start", "until": "2062-03-01T22:00:00Z"})), @r#"until is "2062-03-01T22:00:00Z": too far ahead; accepted: an RFC 3339 time after 2026-03-01T22:00:00Z and not after 2026-03-31T22:00:00Z; nothing was changed"#);
    insta::assert_snapshot!(refusal(&json!({"type": "start", "until": "2026-03-01T23:00:00Z", "minutes": 60})), @"minutes is 60: given beside until; accepted: one of until and minutes; nothing was changed");
}

#[test]
fn no_window_may_be_longer_than_the_configured_maximum() {
    let within = |minutes: u32| parse(&json!({"type": "start", "minutes": minutes}), time(NOW), Some(120));
    assert!(within(120).is_ok());
    insta::assert_snapshot!(within(121).unwrap_err(), @"minutes is 121: not the length of a window; accepted: a whole number from 1 to 120; nothing was changed");
    let until = parse(&json!({"type": "start", "until": "2026-03-02T00:00:01Z"}), time(NOW), Some(120));
    assert!(until.unwrap_err().to_string().contains("too far ahead"));
}

#[test]
fn a_long_value_is_cut_in_the_error() {
    let error = read(&json!({"type": "x".repeat(10_000)})).unwrap_err();
    assert!(error.to_string().len() < 300, "{error}");
}

#[test]
fn every_event_file_for_the_switcher_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
    let mut types = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("alb-") {
            continue;
        }
        let payload = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        types.insert(
            read(&payload).unwrap_or_else(|error| panic!("{name}: {error}")).command.event_type().to_string(),
        );
    }
    assert_eq!(Vec::from_iter(types), ["check", "end", "start", "status"]);
}

#[test]
fn a_message_that_visitors_could_not_be_told_is_refused_and_nothing_is_cut() {
    let refusal = |text: &str| refusal(&json!({"type": "start", "message": text}));
    insta::assert_snapshot!(refusal(""), @r#"message is "": it says nothing; accepted: a text of 1 to 255 characters without control characters, at most 931 bytes of JSON; nothing was changed"#);
    insta::assert_snapshot!(refusal("Back\nsoon"), @r#"message is "Back\nsoon": it has a control character, such as a line break; accepted: a text of 1 to 255 characters without control characters, at most 931 bytes of JSON; nothing was changed"#);
    insta::assert_snapshot!(refusal(&"점".repeat(256)), @r#"message is "점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점점…: it is longer than 255 characters; accepted: a text of 1 to 255 characters without control characters, at most 931 bytes of JSON; nothing was changed"#);
    insta::assert_snapshot!(refusal(&"🚧".repeat(233)), @r#"message is "🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧🚧…: it takes 932 bytes of JSON, and the status rule has room for 931; accepted: a text of 1 to 255 characters without control characters, at most 931 bytes of JSON; nothing was changed"#);
    assert!(refusal(" \u{a0}").contains("it says nothing"));
    for unfit in ["\u{7f}", "\u{85}", "\u{fffe}", "\u{ffff}"] {
        assert!(refusal(&format!("Back{unfit}soon")).contains("control character"), "{unfit:?}");
    }
    let read = |text: &str| read(&json!({"type": "start", "message": text})).is_ok();
    assert!(read(&"점".repeat(255)) && read(&"🚧".repeat(232)) && read(&"\"".repeat(255)));
}
