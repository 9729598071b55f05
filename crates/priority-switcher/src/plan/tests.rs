use super::*;
use crate::event::Start;
use crate::reason::Reason;
use crate::record::{Displaced, key};
use crate::rule::{Action, DefaultRule, Rule, Scope};

const NOW: &str = "2026-03-01T22:00:00Z";

fn arn(name: &str) -> RuleArn {
    format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/1/2/{name}")
        .parse()
        .unwrap()
}

fn number(place: u32) -> Priority {
    place.try_into().unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn action() -> Action {
    Action { kind: "forward".into(), description: String::new() }
}

fn rule(name: &str, place: u32) -> Rule {
    Rule {
        arn: arn(name),
        priority: number(place),
        conditions: Vec::new(),
        action: action(),
        scope: Scope::of_hosts(Vec::new(), false),
        fixed_json: None,
        target_groups: Vec::new(),
    }
}

/// The maintenance rule `M` at a place and others, named by letters in their order.
fn order(own: u32, others: &[u32]) -> RuleOrder {
    let names = "abcdefghijklmnopqrstuvwxyz".chars();
    let others = names.zip(others).map(|(name, place)| rule(&name.to_string(), *place));
    let default = DefaultRule { arn: arn("default"), action: action() };
    RuleOrder::new(others.chain([rule("M", own)]).collect(), default).unwrap()
}

fn settings() -> Settings {
    Settings { active: Priority::FIRST, resting: None, max_duration: None, stale_after: 60 }
}

fn start() -> Command {
    Command::Start(Start::default())
}

fn end() -> Command {
    Command::End { scheduled_at: None }
}

fn origin(home: u32, displaced: usize, below: u16) -> Origin {
    let displaced = Displaced::new(["a", "b", "c"].into_iter().take(displaced));
    Origin { home: number(home), active: Priority::FIRST, displaced, below }
}

/// What a start records that displaced the first rules of the alphabet, so many of them.
fn record(home: u32, displaced: usize, below: u16) -> Tags {
    Record {
        origin: Some(origin(home, displaced, below)),
        since: Some(time("2026-03-01T21:00:00Z")),
        ..Record::default()
    }
    .to_tags()
}

fn planned(order: &RuleOrder, tags: &Tags, command: &Command, settings: &Settings) -> Plan {
    let view = View { order, rule: &arn("M"), tags, recalled: None };
    plan(view, command, settings, time(NOW)).unwrap()
}

fn codes(plan: &Plan) -> Vec<&str> {
    plan.warnings.iter().map(|warning| warning.code).collect()
}

#[test]
fn a_start_displaces_the_unbroken_run_at_the_top_and_records_it_first() {
    let plan = planned(&order(99, &[1, 2, 3, 5]), &Tags::new(), &start(), &settings());
    insta::assert_snapshot!(plan, @"add tags active-priority=1, below=0, displaced=3: a b c, home-priority=99, since=2026-03-01T22:00:00Z; set priorities M 99→1, a 1→2, b 2→3, c 3→4");
}

#[test]
fn a_start_moves_one_rule_only_if_the_active_priority_is_free() {
    let plan = planned(&order(99, &[2, 3]), &Tags::new(), &start(), &settings());
    insta::assert_snapshot!(plan, @"add tags active-priority=1, below=0, displaced=0, home-priority=99, since=2026-03-01T22:00:00Z; set priorities M 99→1");
}

#[test]
fn the_maintenance_rules_own_place_counts_as_free() {
    let plan = planned(&order(3, &[1, 2, 4]), &Tags::new(), &start(), &settings());
    insta::assert_snapshot!(plan, @"add tags active-priority=1, below=1, displaced=2: a b, home-priority=3, since=2026-03-01T22:00:00Z; set priorities M 3→1, a 1→2, b 2→3");
}

#[test]
fn rules_above_the_active_priority_stay() {
    let settings = Settings { active: number(10), ..settings() };
    let plan = planned(&order(99, &[8, 9, 10, 11]), &Tags::new(), &start(), &settings);
    insta::assert_snapshot!(plan, @"add tags active-priority=10, below=0, displaced=2: c d, home-priority=99, since=2026-03-01T22:00:00Z; set priorities M 99→10, c 10→11, d 11→12");
}

#[test]
fn a_rule_that_is_asked_last_at_any_number_is_not_moved() {
    let settings = Settings { active: number(10), ..settings() };
    let plan = planned(&order(5, &[1]), &Tags::new(), &start(), &settings);
    insta::assert_snapshot!(plan, @"add tags active-priority=5, below=0, displaced=0, home-priority=5, since=2026-03-01T22:00:00Z");
}

#[test]
fn a_start_clears_what_an_interrupted_end_left_before_it_writes() {
    let mut tags = record(99, 3, 0);
    tags.insert(key::UNTIL.into(), "2026-03-01T21:30:00Z".into());
    let plan = planned(&order(99, &[1, 2]), &tags, &start(), &settings());
    insta::assert_snapshot!(plan, @"remove tags until; add tags displaced=2: a b, since=2026-03-01T22:00:00Z; set priorities M 99→1, a 1→2, b 2→3");
}

#[test]
fn an_end_moves_everything_back_before_it_clears_the_record() {
    let plan = planned(&order(1, &[2, 3, 4, 5]), &record(99, 3, 0), &end(), &settings());
    insta::assert_snapshot!(plan, @"set priorities M 1→99, a 2→1, b 3→2, c 4→3");
    let plan = planned(&order(99, &[1, 2, 3, 5]), &record(99, 3, 0), &end(), &settings());
    insta::assert_snapshot!(plan, @"add tags ended-at=2026-03-01T22:00:00Z; remove tags active-priority, below, displaced, home-priority, since");
}

/// The maintenance rule `M` and others, each by its name and where it stands.
fn listener(rules: &[(&str, u32)]) -> RuleOrder {
    let rules = rules.iter().map(|(name, place)| rule(name, *place)).collect();
    RuleOrder::new(rules, DefaultRule { arn: arn("default"), action: action() }).unwrap()
}

/// What an end does after a start that displaced a, b and c: its first plan and the warnings.
fn ended(rules: &[(&str, u32)]) -> String {
    let plan = planned(&listener(rules), &record(99, 3, 0), &end(), &settings());
    let warnings = plan.warnings.iter().map(|warning| format!("\n{}: {}", warning.code, warning.message));
    format!("{plan}{}", warnings.collect::<String>())
}

#[test]
fn an_end_gives_every_remaining_rule_its_old_number_if_one_has_gone() {
    insta::assert_snapshot!(ended(&[("M", 1), ("b", 3), ("c", 4), ("d", 5)]), @"set priorities M 1→99, b 3→2, c 4→3");
}

#[test]
fn an_end_leaves_a_rule_alone_that_its_owner_put_back() {
    insta::assert_snapshot!(ended(&[("M", 1), ("b", 2), ("c", 3)]), @"set priorities M 1→99");
    insta::assert_snapshot!(ended(&[("M", 1), ("b", 2), ("c", 4)]), @"set priorities M 1→99, c 4→3");
}

#[test]
fn an_end_leaves_a_rule_alone_that_somebody_moved_elsewhere_and_says_so() {
    insta::assert_snapshot!(ended(&[("M", 1), ("a", 2), ("c", 4), ("b", 40)]), @"
    set priorities M 1→99, a 2→1, c 4→3
    drift: not taken back: 1 of the 3 rules that made room at the start; somebody moved them since, or took their own numbers
    ");
}

#[test]
fn an_end_leaves_a_rule_alone_that_came_since_and_the_ones_whose_numbers_it_took() {
    insta::assert_snapshot!(ended(&[("M", 1), ("a", 2), ("x", 3), ("c", 4)]), @"
    set priorities M 1→99, a 2→1
    drift: not taken back: 1 of the 3 rules that made room at the start; somebody moved them since, or took their own numbers
    ");
    insta::assert_snapshot!(ended(&[("x", 1), ("a", 2), ("b", 3), ("c", 4), ("M", 50)]), @"
    set priorities M 50→99
    drift: not taken back: 3 of the 3 rules that made room at the start; somebody moved them since, or took their own numbers
    ");
}

#[test]
fn an_end_moves_back_what_a_start_moved_that_took_effect_in_part() {
    insta::assert_snapshot!(ended(&[("a", 1), ("b", 3), ("c", 4), ("M", 99)]), @"set priorities b 3→2, c 4→3");
}

#[test]
fn an_end_leaves_the_rules_alone_that_the_tags_no_longer_name_and_says_so() {
    let mut tags = record(99, 2, 0);
    tags.insert(key::DISPLACED.into(), "3: a b".into());
    let order = order(1, &[2, 3, 4]);
    let plan = planned(&order, &tags, &end(), &settings());
    insta::assert_snapshot!(plan, @"set priorities M 1→99, a 2→1, b 3→2");
    insta::assert_snapshot!(plan.warnings[0].message, @"3 rules made room for the maintenance rule, and its tags no longer name 1 of them; an end leaves those where they stand: compare them with what you expect");
    assert_eq!(codes(&plan), ["record-missing"]);
    for command in [Command::Status, Command::Check, start()] {
        assert_eq!(codes(&planned(&order, &tags, &command, &settings())), ["record-missing"], "{command:?}");
    }
}

#[test]
fn an_end_without_a_record_puts_the_rule_last_and_leaves_the_others() {
    let plan = planned(&order(1, &[2, 3, 70]), &Tags::new(), &end(), &settings());
    insta::assert_snapshot!(plan, @"set priorities M 1→71; add tags ended-at=2026-03-01T22:00:00Z");
    assert_eq!(codes(&plan), ["record-missing"]);
}

#[test]
fn an_end_without_a_record_uses_the_resting_priority_if_that_is_below_all_others() {
    let resting = |resting| Settings { resting: Some(number(resting)), ..settings() };
    let plan = planned(&order(1, &[2, 70]), &Tags::new(), &end(), &resting(500));
    insta::assert_snapshot!(plan, @"set priorities M 1→500; add tags ended-at=2026-03-01T22:00:00Z");
    let plan = planned(&order(1, &[2, 70]), &Tags::new(), &end(), &resting(60));
    insta::assert_snapshot!(plan, @"set priorities M 1→71; add tags ended-at=2026-03-01T22:00:00Z");
}

#[test]
fn the_last_rules_make_room_if_they_reach_to_the_last_number() {
    let plan = planned(&order(1, &[2, 49_999, 50_000]), &Tags::new(), &end(), &settings());
    insta::assert_snapshot!(plan, @"set priorities M 1→50000, b 49999→49998, c 50000→49999; add tags ended-at=2026-03-01T22:00:00Z");
}

#[test]
fn an_end_for_which_no_number_can_be_made_free_says_so() {
    let settings = Settings { active: number(49_999), ..settings() };
    let (order, tags) = (order(49_998, &[49_999, 50_000]), Tags::new());
    let view = View { order: &order, rule: &arn("M"), tags: &tags, recalled: None };
    assert_eq!(plan(view, &end(), &settings, time(NOW)), Err(PlanError::NoRoom(arn("M"))));
}

#[test]
fn a_rule_whose_home_was_taken_goes_below_all_others() {
    let plan = planned(&order(1, &[2, 99]), &record(99, 1, 0), &end(), &settings());
    insta::assert_snapshot!(plan, @"set priorities M 1→100, a 2→1");
    assert_eq!(codes(&plan), ["home-taken"]);
}

#[test]
fn a_rule_that_came_below_home_during_the_window_is_not_covered() {
    let plan = planned(&order(1, &[2, 120]), &record(99, 1, 0), &end(), &settings());
    insta::assert_snapshot!(plan, @"set priorities M 1→121, a 2→1");
    assert_eq!(codes(&plan), ["home-taken"]);
}

#[test]
fn a_rule_goes_home_above_others_only_at_the_configured_resting_priority_and_if_it_had_others_below() {
    let end = |below, resting| {
        let settings = Settings { resting: Some(number(resting)), ..settings() };
        let plan = planned(&order(1, &[2, 120]), &record(99, 1, below), &end(), &settings);
        format!("{plan} {:?}", codes(&plan))
    };
    insta::assert_snapshot!(end(1, 99), @"set priorities M 1→99, a 2→1 []");
    insta::assert_snapshot!(end(0, 99), @r#"set priorities M 1→121, a 2→1 ["home-taken"]"#);
    insta::assert_snapshot!(end(1, 98), @r#"set priorities M 1→121, a 2→1 ["home-taken"]"#);
}

/// A maintenance rule that matches every request, at a place of its own, and rules a, b and so on.
fn catching_all(own: u32, others: &[u32]) -> RuleOrder {
    let order = order(own, others);
    let rules = order.rules().iter().cloned();
    let rules =
        rules.map(|rule| Rule { scope: Scope::of_hosts(Vec::new(), rule.arn == arn("M")), ..rule }).collect();
    RuleOrder::new(rules, DefaultRule { arn: arn("default"), action: action() }).unwrap()
}

#[test]
fn a_catch_all_with_rules_below_is_in_maintenance_in_part_unless_it_is_meant_to_rest_there() {
    let resting = Settings { resting: Some(number(50)), ..settings() };
    let last = settings();
    let state = |own, settings| {
        planned(&catching_all(own, &[10, 60]), &Tags::new(), &Command::Status, settings).state
    };
    assert_eq!(state(40, &resting), State::Partial);
    assert_eq!(state(50, &resting), State::Resting);
    assert_eq!(state(50, &last), State::Partial);
    assert_eq!(state(70, &resting), State::Resting);
    assert_eq!(state(1, &resting), State::Active);
    let matches_less = planned(&order(40, &[10, 60]), &Tags::new(), &Command::Status, &resting);
    assert_eq!(matches_less.state, State::Resting);
}

#[test]
fn maintenance_in_part_is_closed_by_a_start_opened_by_an_end_and_left_alone_by_a_check() {
    let partial = catching_all(40, &[10, 60]);
    let plan = |tags: &Tags, command: &Command| planned(&partial, tags, command, &settings()).to_string();
    insta::assert_snapshot!(plan(&Tags::new(), &start()), @"add tags active-priority=1, below=1, displaced=0, home-priority=40, since=2026-03-01T22:00:00Z; set priorities M 40→1");
    insta::assert_snapshot!(plan(&Tags::new(), &end()), @"set priorities M 40→61; add tags ended-at=2026-03-01T22:00:00Z");
    insta::assert_snapshot!(plan(&Tags::new(), &Command::Check), @"nothing to do");
    // Somebody moved the rule away in a window.
    insta::assert_snapshot!(plan(&record(99, 0, 0), &Command::Check), @"nothing to do");
    let expired = saying(key::UNTIL, "2026-03-01T21:30:00Z", &record(99, 0, 0));
    insta::assert_snapshot!(plan(&expired, &Command::Check), @"set priorities M 40→99");
}

#[test]
fn a_recorded_active_priority_makes_no_start_believe_that_maintenance_is_on() {
    let tags = saying(key::ACTIVE_PRIORITY, "50000", &record(50_000, 0, 0));
    insta::assert_snapshot!(planned(&order(50_000, &[1, 2]), &tags, &start(), &settings()), @"add tags active-priority=1, displaced=2: a b, since=2026-03-01T22:00:00Z; set priorities M 50000→1, a 1→2, b 2→3");
    let at_rest_above_others = Settings { resting: Some(number(49_999)), ..settings() };
    insta::assert_snapshot!(planned(&order(49_999, &[1, 50_000]), &tags, &start(), &at_rest_above_others), @"add tags active-priority=1, below=1, displaced=1: a, home-priority=49999, since=2026-03-01T22:00:00Z; set priorities M 49999→1, a 1→2");
}

#[test]
fn a_recorded_active_priority_keeps_no_end_from_making_room_below_the_others() {
    let tags = saying(key::ACTIVE_PRIORITY, "50000", &record(99, 0, 0));
    insta::assert_snapshot!(planned(&order(1, &[99, 50_000]), &tags, &end(), &settings()), @"set priorities M 1→50000, b 50000→49999");
}

#[test]
fn an_end_brings_back_what_was_displaced_although_the_rule_was_moved_home_by_hand() {
    let plan = planned(&order(99, &[2, 3, 4]), &record(99, 3, 0), &end(), &settings());
    insta::assert_snapshot!(plan, @"set priorities a 2→1, b 3→2, c 4→3");
}

/// What a start does in a window that displaced a, b and c, and in which somebody moved the maintenance rule away.
fn started_in_a_disturbed_window(rules: &[(&str, u32)]) -> String {
    planned(&listener(rules), &record(99, 3, 0), &start(), &settings()).to_string()
}

#[test]
fn a_start_after_the_rule_was_moved_away_by_hand_keeps_the_record() {
    insta::assert_snapshot!(started_in_a_disturbed_window(&[("a", 2), ("b", 3), ("c", 4), ("M", 50)]), @"set priorities M 50→1");
    insta::assert_snapshot!(started_in_a_disturbed_window(&[("a", 1), ("b", 3), ("c", 4), ("M", 50)]), @"set priorities M 50→1, a 1→2");
}

#[test]
fn a_start_in_a_disturbed_window_moves_no_rule_up_and_records_the_rules_that_make_room_now() {
    insta::assert_snapshot!(started_in_a_disturbed_window(&[("a", 2), ("c", 4), ("b", 40), ("M", 50)]), @"set priorities M 50→1");
    insta::assert_snapshot!(started_in_a_disturbed_window(&[("x", 1), ("b", 3), ("c", 4), ("a", 40), ("M", 50)]), @"add tags displaced=3: x b c; set priorities M 50→1, x 1→2");
    insta::assert_snapshot!(started_in_a_disturbed_window(&[("x", 1), ("a", 2), ("b", 3), ("c", 4), ("M", 50)]), @"add tags displaced=4: x a b c, since=2026-03-01T22:00:00Z; set priorities M 50→1, x 1→2, a 2→3, b 3→4, c 4→5");
}

#[test]
fn an_end_finds_rules_that_are_back_already_below_a_maintenance_rule_that_was_moved_up() {
    let mut tags = record(99, 1, 0);
    tags.insert(key::ACTIVE_PRIORITY.into(), "5".into());
    let plan = planned(&order(3, &[5, 6]), &tags, &end(), &settings());
    insta::assert_snapshot!(plan, @"set priorities M 3→99");
    assert!(codes(&plan).is_empty());
}

#[test]
fn an_end_undoes_the_start_of_its_own_window_whatever_the_configuration_is_now() {
    let settings = Settings { active: number(10), ..settings() };
    let plan = planned(&order(1, &[2, 3, 10]), &record(99, 2, 0), &end(), &settings);
    insta::assert_snapshot!(plan, @"set priorities M 1→99, a 2→1, b 3→2");
}

#[test]
fn a_record_that_another_end_cleared_meanwhile_is_written_again() {
    let origin = origin(99, 2, 0);
    let (order, tags) = (order(1, &[2, 3]), Tags::new());
    let view = View { order: &order, rule: &arn("M"), tags: &tags, recalled: Some(&origin) };
    let plan = plan(view, &start(), &settings(), time(NOW)).unwrap();
    insta::assert_snapshot!(plan, @"add tags active-priority=1, below=0, displaced=2: a b, home-priority=99, since=2026-03-01T22:00:00Z");
}

#[test]
fn a_start_at_a_rule_that_was_put_on_top_by_hand_records_no_place() {
    let plan = planned(&order(1, &[2, 3]), &Tags::new(), &start(), &settings());
    insta::assert_snapshot!(plan, @"add tags since=2026-03-01T22:00:00Z");
    assert_eq!(codes(&plan), ["record-missing"]);
}

#[test]
fn a_repeated_start_and_a_repeated_end_have_nothing_to_do() {
    let on = planned(&order(1, &[2, 3]), &record(99, 2, 0), &start(), &settings());
    insta::assert_snapshot!(on, @"nothing to do");
    let ended = Tags::from([(key::ENDED_AT.to_owned(), "2026-03-01T21:00:00Z".to_owned())]);
    let off = planned(&order(99, &[1, 2]), &ended, &end(), &settings());
    insta::assert_snapshot!(off, @"nothing to do");
}

/// A start at 22:00 with an end and a reason of its own, in a window that these tags record: the plan and the warnings.
fn started_again(until: &str, tags: &Tags) -> String {
    let start = Start { until: Some(time(until)), reason: Reason::new("new"), ..Start::default() };
    let plan = planned(&order(1, &[2, 3]), tags, &Command::Start(start), &settings());
    let warnings = plan.warnings.iter().map(|warning| format!("\n{}: {}", warning.code, warning.message));
    format!("{plan}{}", warnings.collect::<String>())
}

fn window(until: Option<&str>) -> Tags {
    let mut tags = record(99, 2, 0);
    tags.insert(key::REASON.into(), "DB upgrade".into());
    tags.extend(until.map(|until| (key::UNTIL.to_owned(), until.to_owned())));
    tags
}

#[test]
fn a_start_never_shortens_a_running_window() {
    let until_23 = window(Some("2026-03-01T23:00:00Z"));
    insta::assert_snapshot!(started_again("2026-03-01T22:59:59Z", &until_23), @r#"
    nothing to do
    window-kept: maintenance is on until 2026-03-01T23:00:00Z ("DB upgrade"), and this start's earlier end, 2026-03-01T22:59:59Z, changes nothing; send an end to stop it sooner
    "#);
    let without_a_way_back = Tags::from([(key::UNTIL.to_owned(), "2026-03-01T23:00:00Z".to_owned())]);
    let started = started_again("2026-03-01T22:30:00Z", &without_a_way_back);
    assert!(started.contains("window-kept") && started.contains("record-missing"), "{started}");
    insta::assert_snapshot!(started_again("2026-03-01T22:30:00Z", &window(None)), @r#"
    nothing to do
    window-kept: maintenance is on without an end ("DB upgrade"), and this start's earlier end, 2026-03-01T22:30:00Z, changes nothing; send an end to stop it sooner
    "#);
}

#[test]
fn a_start_with_an_end_that_is_not_earlier_takes_the_window_and_its_reason_over() {
    let until_23 = window(Some("2026-03-01T23:00:00Z"));
    insta::assert_snapshot!(started_again("2026-03-01T23:00:00Z", &until_23), @"add tags reason=new");
    insta::assert_snapshot!(started_again("2026-03-01T23:30:00Z", &until_23), @"add tags reason=new, until=2026-03-01T23:30:00Z");
}

#[test]
fn a_window_whose_end_has_passed_or_cannot_be_read_keeps_no_start_from_setting_one() {
    let lapsed = window(Some("2026-03-01T22:00:00Z"));
    insta::assert_snapshot!(started_again("2026-03-01T22:30:00Z", &lapsed), @"add tags reason=new, until=2026-03-01T22:30:00Z");
    insta::assert_snapshot!(started_again("2026-03-01T22:30:00Z", &window(Some("tonight"))), @"add tags reason=new, until=2026-03-01T22:30:00Z");
}

#[test]
fn a_scheduled_end_that_finds_nothing_to_end_keeps_the_late_start_of_its_window_out() {
    let scheduled = time("2026-03-01T22:00:00Z");
    let command = Command::End { scheduled_at: Some(scheduled) };
    let rules = order(99, &[1, 2]);
    let plan = planned(&rules, &Tags::new(), &command, &settings());
    insta::assert_snapshot!(plan, @"add tags ended-at=2026-03-01T22:00:00Z");
    let Step::AddTags(tags) = &plan.steps[0] else { panic!("{plan}") };
    assert!(planned(&rules, tags, &command, &settings()).is_empty(), "a second one has nothing to add");
    let late = Start { scheduled_at: Some(time("2026-03-01T21:30:00Z")), ..Start::default() };
    let late = planned(&rules, tags, &Command::Start(late), &settings());
    assert!(late.ignored && late.is_empty(), "{late}");
}

/// Tags in which this key says a time.
fn saying(key: &str, time: &str, tags: &Tags) -> Tags {
    let mut tags = tags.clone();
    tags.insert(key.to_owned(), time.to_owned());
    tags
}

#[test]
fn an_ended_at_from_the_future_keeps_no_start_out_and_the_next_end_writes_it_anew() {
    let tags = saying(key::ENDED_AT, "2027-03-01T22:00:00Z", &Tags::new());
    let rules = order(99, &[1, 2]);
    let scheduled = Command::Start(Start { scheduled_at: Some(time(NOW)), ..Start::default() });
    let plan = planned(&rules, &tags, &scheduled, &settings());
    assert!(!plan.ignored && !plan.moves().is_empty(), "{plan}");
    insta::assert_snapshot!(plan.warnings[0].message, @"maintenance-mode:ended-at says 2027-03-01T22:00:00Z: farther ahead than can be, so it counts as lost; a clock was wrong, or somebody changed the tag; an end writes the record anew");
    assert_eq!(codes(&plan), ["record-from-future"]);
    insta::assert_snapshot!(planned(&rules, &tags, &end(), &settings()), @"add tags ended-at=2026-03-01T22:00:00Z");
    let of_a_clock_that_is_a_little_ahead = saying(key::ENDED_AT, "2026-03-01T22:05:00Z", &Tags::new());
    assert!(planned(&rules, &of_a_clock_that_is_a_little_ahead, &scheduled, &settings()).ignored);
}

#[test]
fn a_since_from_the_future_keeps_no_end_out_and_a_start_writes_it_anew() {
    let tags = saying(key::SINCE, "2027-03-01T22:00:00Z", &record(99, 2, 0));
    let rules = order(1, &[2, 3]);
    let scheduled = Command::End { scheduled_at: Some(time(NOW)) };
    let plan = planned(&rules, &tags, &scheduled, &settings());
    assert!(!plan.ignored && !plan.moves().is_empty(), "{plan}");
    assert_eq!(codes(&plan), ["record-from-future"]);
    insta::assert_snapshot!(planned(&rules, &tags, &start(), &settings()), @"add tags since=2026-03-01T22:00:00Z");
    let of_a_clock_that_is_a_little_ahead = saying(key::SINCE, "2026-03-01T22:05:00Z", &record(99, 2, 0));
    assert!(planned(&rules, &of_a_clock_that_is_a_little_ahead, &scheduled, &settings()).ignored);
}

#[test]
fn no_end_that_tags_say_outlasts_the_longest_window() {
    let check = |until: &str, max_duration| {
        let settings = Settings { max_duration, ..settings() };
        let plan = planned(&order(1, &[2, 3]), &window(Some(until)), &Command::Check, &settings);
        (plan.record.until.map(|until| until.to_string()), !plan.moves().is_empty())
    };
    assert_eq!(check("2026-03-02T21:00:00Z", None), (Some("2026-03-02T21:00:00Z".into()), false));
    assert_eq!(check("2026-03-02T21:00:00Z", Some(61)), (Some("2026-03-01T22:01:00Z".into()), false));
    assert_eq!(check("2026-03-02T21:00:00Z", Some(60)), (Some("2026-03-01T22:00:00Z".into()), true));
    assert_eq!(check("some day", Some(61)), (None, false));
    assert_eq!(check("some day", Some(60)), (None, true));
}

#[test]
fn no_lost_beginning_or_end_lets_a_window_outlast_the_longest_one() {
    let settings = Settings { max_duration: Some(60), ..settings() };
    let check = |tags: &Tags| planned(&order(1, &[2, 3]), tags, &Command::Check, &settings);
    insta::assert_snapshot!(check(&window(None)), @"set priorities M 1→99, a 2→1, b 3→2");
    let mut tags = saying(key::SINCE, "2099-03-01T22:00:00Z", &window(Some("2026-03-20T22:00:00Z")));
    insta::assert_snapshot!(check(&tags), @"add tags since=2026-03-01T22:00:00Z");
    tags.retain(|key, _| key == key::UNTIL);
    insta::assert_snapshot!(check(&tags), @"add tags since=2026-03-01T22:00:00Z");
    let passed = saying(key::UNTIL, NOW, &Tags::new());
    insta::assert_snapshot!(check(&passed), @"set priorities M 1→4; add tags ended-at=2026-03-01T22:00:00Z");
    insta::assert_snapshot!(check(&Tags::new()), @"nothing to do");
}

#[test]
fn a_start_that_lets_a_window_outlast_the_longest_one_counts_it_anew() {
    let settings = Settings { max_duration: Some(90), ..settings() };
    let extended = |until| {
        let start = Command::Start(Start { until: Some(time(until)), ..Start::default() });
        planned(&order(1, &[2, 3]), &window(Some("2026-03-01T22:30:00Z")), &start, &settings).to_string()
    };
    insta::assert_snapshot!(extended("2026-03-01T22:30:00Z"), @"nothing to do");
    insta::assert_snapshot!(extended("2026-03-01T23:30:00Z"), @"add tags since=2026-03-01T22:00:00Z, until=2026-03-01T23:30:00Z");
}

#[test]
fn an_until_later_than_any_start_can_set_it_keeps_no_start_from_setting_one() {
    let tags = window(Some("2027-03-01T22:00:00Z"));
    insta::assert_snapshot!(started_again("2026-03-01T22:30:00Z", &tags), @"
    add tags reason=new, until=2026-03-01T22:30:00Z
    record-from-future: maintenance-mode:until says 2027-03-01T22:00:00Z: farther ahead than can be, so it counts as lost; a clock was wrong, or somebody changed the tag; an end writes the record anew
    ");
    let latest = window(Some("2026-03-31T22:00:00Z"));
    assert!(started_again("2026-03-01T22:30:00Z", &latest).contains("window-kept"));
}

#[test]
fn an_event_that_was_meant_for_a_time_to_come_leaves_no_trace_of_that_time() {
    let ahead = Some(time("2027-03-01T22:00:00Z"));
    let end = Command::End { scheduled_at: ahead };
    insta::assert_snapshot!(planned(&order(99, &[1, 2]), &record(99, 2, 0), &end, &settings()), @"add tags ended-at=2026-03-01T22:00:00Z; remove tags active-priority, below, displaced, home-priority, since");
    insta::assert_snapshot!(planned(&order(99, &[1, 2]), &Tags::new(), &end, &settings()), @"nothing to do");
}

#[test]
fn a_recorded_home_above_a_rule_that_is_asked_now_counts_as_taken() {
    let plan = planned(&order(50, &[10, 120]), &record(5, 0, 2), &end(), &settings());
    insta::assert_snapshot!(plan, @"set priorities M 50→121");
    insta::assert_snapshot!(plan.warnings[0].message, @"the maintenance rule's place 5 is taken, or other rules stand below it, which would get no request; the maintenance rule goes to 121, below all other rules");
}

#[test]
fn a_start_after_the_rule_was_moved_up_by_hand_still_knows_where_it_rested() {
    let plan = planned(&order(50, &[10, 60]), &record(99, 0, 0), &start(), &settings());
    insta::assert_snapshot!(plan, @"add tags since=2026-03-01T22:00:00Z; set priorities M 50→1");
    let planted = planned(&order(99, &[10, 60]), &record(20, 0, 1), &start(), &settings());
    assert!(planted.to_string().contains("home-priority=99"), "{planted}");
}

#[test]
fn the_default_rule_and_a_rule_of_no_listener_cannot_be_switched() {
    let (order, tags) = (order(99, &[1]), Tags::new());
    let at = |rule: &RuleArn| {
        plan(View { order: &order, rule, tags: &tags, recalled: None }, &start(), &settings(), time(NOW))
    };
    assert_eq!(at(&arn("default")), Err(PlanError::DefaultRule(arn("default"))));
    assert_eq!(at(&arn("gone")), Err(PlanError::RuleNotFound(arn("gone"))));
}
