use super::*;
use crate::event::Start;
use crate::fixtures::{ARNS, arn, own_rules, rules, settings, situation, tags};
use crate::rule::OwnRules;
use crate::state::Settings;

/// A command such as `start at=21:00 until=23:00 reason=new`.
fn command(text: &str) -> Command {
    let (kind, fields) = text.split_once(' ').unwrap_or((text, ""));
    let field = |key: &str| tags(fields).get(&format!("maintenance-mode:{key}")).cloned();
    let time = |key: &str| field(key).map(|time| time.parse().unwrap());
    let (scheduled_at, until, reason) = (time("at"), time("until"), field("reason"));
    match kind {
        "start" => Command::Start(Start { until, reason, message: None, scheduled_at }),
        "end" => Command::End { scheduled_at },
        "check" => Command::Check,
        _ => Command::Message(None),
    }
}

/// The plan in one line, with the times of the test's day as clocks.
fn planned_with(settings: &Settings, order: &str, record: &str, text: &str) -> String {
    let plan = plan(&situation(&own_rules(), settings, rules(order), record), &command(text));
    let codes = plan.warnings.iter().map(|warning| format!(" ({})", warning.code));
    let failure = plan.failure.iter().map(|failure| format!(" FAILS {failure}"));
    let text = format!("{plan}{}{}", codes.collect::<String>(), failure.collect::<String>());
    text.replace("2026-03-01T", "").replace(":00Z", "").replace(ARNS, "")
}

fn planned(order: &str, record: &str, command: &str) -> String {
    planned_with(&settings(), order, record, command)
}

#[test]
fn a_start_swaps_the_two_rules() {
    insta::assert_snapshot!(planned("P1 a2 b49999 M50000", "", "start"), @"add tags reason=, since=22:00, until=; set priorities M 50000→1, P 1→50000");
    insta::assert_snapshot!(planned("a2 M50000", "", "start"), @"add tags reason=, since=22:00, until=; set priorities M 50000→1");
    insta::assert_snapshot!(planned("a2 P7 M50000", "", "start"), @"add tags reason=, since=22:00, until=; set priorities M 50000→1");
    insta::assert_snapshot!(planned("P1 M40000", "", "start"), @"add tags reason=, since=22:00, until=; set priorities M 40000→1, P 1→50000");
    insta::assert_snapshot!(planned("P1 M40000 a50000", "", "start"), @"add tags reason=, since=22:00, until=; set priorities M 40000→1, P 1→40000");
    insta::assert_snapshot!(planned("M1 P2", "since=20:00 until= reason=", "start"), @"nothing to do");
}

#[test]
fn a_taken_active_priority_fails_a_start() {
    insta::assert_snapshot!(planned("a1 P2 M50000", "", "start"), @"nothing to do FAILS active-priority-taken: a rule that is not the stack's holds the active priority 1: a (path-pattern: /a); a start fails until that priority is free; `scripts/maintenance preflight` prints the command that makes room; nothing was changed");
    insta::assert_snapshot!(planned("a1 P2 M50000", "", "end"), @"add tags ended-at=22:00");
    insta::assert_snapshot!(planned("a1 M50000", "", "check"), @"nothing to do");
}

#[test]
fn an_end_swaps_them_back() {
    insta::assert_snapshot!(planned("M1 a2 P50000", "since=20:00", "end"), @"set priorities M 1→50000, P 50000→1; add tags ended-at=22:00");
    insta::assert_snapshot!(planned("M1 a2", "since=20:00", "end"), @"set priorities M 1→50000; add tags ended-at=22:00");
    insta::assert_snapshot!(planned("M1 P40000", "since=20:00", "end"), @"set priorities M 1→50000, P 40000→1; add tags ended-at=22:00");
    insta::assert_snapshot!(planned("P1 M7 a8", "since=20:00", "end"), @"set priorities M 7→50000; add tags ended-at=22:00");
    insta::assert_snapshot!(planned("P7 M50000", "", "end"), @"set priorities P 7→1; add tags ended-at=22:00");
    insta::assert_snapshot!(planned("a1 M3 P50000", "since=20:00", "end"), @"set priorities M 3→50000, P 50000→3; add tags ended-at=22:00");
}

#[test]
fn an_end_without_its_place_still_opens() {
    insta::assert_snapshot!(planned("M1 a2 b50000", "since=20:00", "end"), @"set priorities M 1→49999 FAILS resting-priority-taken: another rule holds the resting priority 50000: b (path-pattern: /b); move that rule to another priority, then send the end again");
    insta::assert_snapshot!(planned("M1 P2 b50000", "since=20:00", "end"), @"set priorities M 1→49999, P 2→1 FAILS resting-priority-taken: another rule holds the resting priority 50000: b (path-pattern: /b); move that rule to another priority, then send the end again");
    insta::assert_snapshot!(planned("P1 M49999 b50000", "since=20:00", "end"), @"nothing to do FAILS resting-priority-taken: another rule holds the resting priority 50000: b (path-pattern: /b); move that rule to another priority, then send the end again");
}

#[test]
fn the_state_comes_from_the_order() {
    let state =
        |own: &OwnRules, settings: &Settings, order| situation(own, settings, rules(order), "").state();
    for order in ["M1 a2 P50000", "M1", "P1 M7 a8"] {
        assert_eq!(state(&own_rules(), &settings(), order), State::Active, "{order}");
    }
    for order in ["P1 a8 M40000", "a6 M7 P8", "P1 a8 M50000"] {
        assert_eq!(state(&own_rules(), &settings(), order), State::Resting, "{order}");
    }
    let narrow = OwnRules { maintenance: arn("n"), ..own_rules() };
    assert_eq!(state(&narrow, &settings(), "P1 n7 a8"), State::Active);
    let resting = Settings { resting: "7".parse().unwrap(), ..settings() };
    assert_eq!(state(&own_rules(), &resting, "P1 M7 a8"), State::Resting);
}

#[test]
fn other_starts_begin_a_window() {
    insta::assert_snapshot!(planned("P1 M50000", "since=20:00 until=21:00 reason=old ended-at=21:00", "start until=23:00"), @"add tags reason=, since=22:00, until=23:00; set priorities M 50000→1, P 1→50000");
    insta::assert_snapshot!(planned("P1 M50000", "since=21:59 until=23:00 reason=", "start until=23:00"), @"add tags since=22:00; set priorities M 50000→1, P 1→50000");
    insta::assert_snapshot!(planned("M1 P50000", "since=20:00 until=21:00 reason=old", "start until=23:00"), @"add tags reason=, since=22:00, until=23:00");
    insta::assert_snapshot!(planned("M1 P50000", "since=20:00 until=23:30 ended-at=21:00", "start until=23:00"), @"add tags reason=, since=22:00, until=23:00");
    insta::assert_snapshot!(planned("P1 M50000", "ended-at=22:04", "start until=23:00"), @"add tags reason=, since=22:04:01Z, until=23:00; set priorities M 50000→1, P 1→50000");
}

#[test]
fn a_start_in_a_running_window_never_shortens_it() {
    let running = |until: &str| format!("since=20:00 until={until} reason=old");
    let asks = |until: &str, command: &str| planned("M1 P50000", &running(until), command);
    insta::assert_snapshot!(asks("23:00", "start until=23:30"), @"add tags until=23:30");
    insta::assert_snapshot!(asks("23:00", "start until=22:30"), @"nothing to do (window-kept)");
    insta::assert_snapshot!(planned("P1 M7 a8", &running("23:00"), "start until=22:30"), @"set priorities M 7→1, P 1→50000 (window-kept)");
    insta::assert_snapshot!(asks("23:00", "start until=23:00"), @"nothing to do");
    insta::assert_snapshot!(asks("23:00", "start"), @"nothing to do");
    insta::assert_snapshot!(asks("", "start until=22:30"), @"add tags until=22:30");
    insta::assert_snapshot!(asks("23:00", "start reason=new"), @"add tags reason=new");
}

#[test]
fn a_window_that_outlasts_the_longest_counts_anew() {
    let settings = Settings { max_duration: Some(120), ..settings() };
    let asks = |record: &str, command: &str| planned_with(&settings, "M1 P50000", record, command);
    insta::assert_snapshot!(asks("since=21:00 until=22:30", "start until=23:00"), @"add tags until=23:00");
    insta::assert_snapshot!(asks("since=21:00 until=22:30", "start until=23:30"), @"add tags since=22:00, until=23:30");
    insta::assert_snapshot!(asks("since=21:00 until=23:30", "start until=22:50"), @"nothing to do (window-kept)");
    insta::assert_snapshot!(asks("since=21:00 until=23:30", "start until=23:10"), @"add tags since=22:00, until=23:10");
}

#[test]
fn a_stale_start_is_ignored() {
    insta::assert_snapshot!(planned("P1 M50000", "ended-at=21:30", "start at=21:30"), @"nothing to do (stale-event)");
    insta::assert_snapshot!(planned("P1 M50000", "ended-at=21:29", "start at=21:30"), @"add tags reason=, since=21:30, until=; set priorities M 50000→1, P 1→50000");
    insta::assert_snapshot!(planned("P1 M50000", "", "start at=20:59:59"), @"nothing to do (stale-event)");
    insta::assert_snapshot!(planned("P1 M50000", "", "start at=21:00"), @"add tags reason=, since=21:00, until=; set priorities M 50000→1, P 1→50000");
    insta::assert_snapshot!(planned("P1 M50000", "", "start at=21:30 until=22:00"), @"nothing to do (stale-event)");
    insta::assert_snapshot!(planned("P1 M50000", "", "start at=21:30 until=22:01"), @"add tags reason=, since=21:30, until=22:01; set priorities M 50000→1, P 1→50000");
    let settings = Settings { max_duration: Some(30), ..settings() };
    insta::assert_snapshot!(planned_with(&settings, "P1 M50000", "", "start at=21:30"), @"nothing to do (stale-event)");
}

#[test]
fn only_late_ends_are_ignored() {
    insta::assert_snapshot!(planned("M1 P50000", "since=21:55", "end at=21:54"), @"nothing to do (stale-event)");
    insta::assert_snapshot!(planned("M1 P50000", "since=21:54", "end at=21:54"), @"set priorities M 1→50000, P 50000→1; add tags ended-at=21:54");
    insta::assert_snapshot!(planned("M1 P50000", "since=21:59", "end at=21:55"), @"set priorities M 1→50000, P 50000→1; add tags ended-at=21:59");
    insta::assert_snapshot!(planned("M1 P50000", "since=21:59", "end"), @"set priorities M 1→50000, P 50000→1; add tags ended-at=22:00");
}

#[test]
fn an_end_at_rest_settles_the_record() {
    let at_rest = |record: &str, command: &str| planned("P1 M50000", record, command);
    insta::assert_snapshot!(at_rest("since=21:00", "end at=21:30"), @"add tags ended-at=21:30");
    insta::assert_snapshot!(at_rest("since=21:59 ended-at=21:58", "end at=21:57"), @"add tags ended-at=21:59");
    insta::assert_snapshot!(at_rest("since=20:00 ended-at=21:00", "end at=21:30"), @"add tags ended-at=21:30");
    insta::assert_snapshot!(at_rest("since=20:00 ended-at=21:30", "end at=21:30"), @"nothing to do");
    insta::assert_snapshot!(at_rest("since=20:00 ended-at=21:30", "end"), @"add tags ended-at=22:00");
    insta::assert_snapshot!(planned("P7 M50000", "since=20:00 ended-at=21:30", "end at=21:00"), @"set priorities P 7→1");
}

#[test]
fn a_check_opens_only_what_has_expired() {
    let check = |rules: &str, record: &str| planned(rules, record, "check");
    insta::assert_snapshot!(check("M1 P50000", "since=20:00 until=22:00"), @"set priorities M 1→50000, P 50000→1; add tags ended-at=22:00");
    insta::assert_snapshot!(check("M1 P50000", "since=20:00 until=22:01"), @"nothing to do");
    insta::assert_snapshot!(check("M1 P50000", "since=20:00 until="), @"nothing to do");
    insta::assert_snapshot!(check("M1 P50000", "since=20:00 until=21:00 reason=old ended-at=21:00"), @"add tags reason=, since=22:00, until= (drift)");
    insta::assert_snapshot!(check("P1 M50000", "since=20:00 until=22:00"), @"add tags ended-at=22:00");
    insta::assert_snapshot!(check("P1 M50000", "since=soon"), @"nothing to do (record-invalid)");
    insta::assert_snapshot!(check("P1 M50000", "since=20:00 until=22:01"), @"nothing to do (drift)");
    insta::assert_snapshot!(check("P1 M50000", "since=20:00 until=21:00 ended-at=21:00"), @"nothing to do");
}

#[test]
fn a_message_needs_a_window() {
    insta::assert_snapshot!(planned("P1 M50000", "", "message"), @"nothing to do FAILS the system is open: a message can be published in a window only; nothing was changed");
    insta::assert_snapshot!(planned("M1 P50000", "since=20:00", "message"), @"nothing to do");
}
