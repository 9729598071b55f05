use crate::fixtures::{ARNS, arn, own_rules, rules, settings, situation};
use crate::rule::{OwnRules, Rule};
use crate::state::Settings;

/// What is wrong with these rules, in one line.
fn warned_with(own: &OwnRules, settings: &Settings, rules: Vec<Rule>, is_check: bool) -> String {
    let warnings = situation(own, settings, rules, "").setup_warnings(is_check).into_iter();
    let lines = warnings.map(|warning| format!("{}: {}", warning.code, warning.message));
    lines.collect::<Vec<_>>().join("; ").replace(ARNS, "")
}

fn warned(order: &str) -> String {
    warned_with(&own_rules(), &settings(), rules(order), false)
}

#[test]
fn the_active_priority_has_to_be_held() {
    insta::assert_snapshot!(warned("P1 a2 W49999 M50000"), @"");
    insta::assert_snapshot!(warned("P7 W49999 M50000"), @"placeholder-missing: the placeholder rule is at 7, so another rule can take the active priority 1; send `end` to put it back");
    insta::assert_snapshot!(warned("W49999 M50000"), @r#"placeholder-missing: the placeholder rule P was deleted, so another rule can take the active priority 1; bring it back as the runbook's "A deleted rule" says"#);
    assert_eq!(warned("M1 P7 a8"), "", "in a window");
    let second = Settings { active: "4".parse().unwrap(), ..settings() };
    assert_eq!(warned_with(&own_rules(), &second, rules("M3 a4"), false), "", "it is above");
    insta::assert_snapshot!(warned("a1 P2 W49999 M50000"), @"active-priority-taken: a rule that is not the stack's holds the active priority 1: a (path-pattern: /a); a start fails until that priority is free; `scripts/maintenance preflight` prints the command that makes room; placeholder-missing: the placeholder rule is at 2, so another rule can take the active priority 1; send `end` to put it back");
}

#[test]
fn no_request_reaches_the_responder_at_rest() {
    insta::assert_snapshot!(warned("P1 a2 M50000"), @"reachable-at-rest: visitors are turned away now: no rule above the maintenance rule (50000) takes all requests, and the responder answers the rest in place of the listener's default action (redirect: 301); put a /* rule that does the same as that just above");
    let resting = Settings { resting: "49000".parse().unwrap(), ..settings() };
    insta::assert_snapshot!(warned_with(&own_rules(), &resting, rules("P1 M49000 a49001 W50000"), false), @"reachable-at-rest: visitors are turned away now: no rule above the maintenance rule (49000) takes all requests, and the responder answers the rest in place of the listener's default action (redirect: 301); put a /* rule that does the same as that just above; shadows-rules: the maintenance rule rests at 49000, so these rules below it get no request: 49001, 50000; move it below them");
    insta::assert_snapshot!(warned("P1 W49999@b.example.com M50000@a.example.com"), @"stays-open: these stay open during maintenance: all hosts but a.example.com; reachable-at-rest: visitors of a.example.com are turned away now: no rule above the maintenance rule (50000) takes all requests, and the responder answers the rest in place of the listener's default action (redirect: 301); put a rule for these hosts and /* that does the same as that just above");
    insta::assert_snapshot!(warned("P1 W49999@*.example.com M50000@A.example.com"), @"stays-open: these stay open during maintenance: all hosts but a.example.com");
    insta::assert_snapshot!(warned("P1 W49999 M50000@a.example.com"), @"stays-open: these stay open during maintenance: all hosts but a.example.com");
    let mut others = rules("P1 W49999 M50000");
    others[1].action.kind = "forward".to_owned();
    others[1].action.description = "forward: shop".to_owned();
    insta::assert_snapshot!(warned_with(&own_rules(), &settings(), others.clone(), false), @"stand-in-differs: at rest, the catch-all rule at 49999 takes the place of the listener's default action, but does something else: forward: shop, where the default action is redirect: 301; make them the same");
    assert_eq!(warned_with(&own_rules(), &settings(), others, true), "", "it can be on purpose");
}

#[test]
fn rules_and_record_have_to_fit() {
    let (own, settings) = (own_rules(), settings());
    let drift = |order, record| situation(&own, &settings, rules(order), record).drift().unwrap().message;
    insta::assert_snapshot!(drift("P1 M50000", "since=20:00"), @"the tags record maintenance since 2026-03-01T20:00:00Z, but the system is open: the rules were moved by hand, or a start was interrupted; send `end` to settle the record, or `start` to close the system");
    insta::assert_snapshot!(drift("M1 P50000", ""), @"the system is closed, but the tags record no window: the rules were moved by hand, or tags were lost; if unintended, send `end`");
}

#[test]
fn what_stays_open_is_named() {
    let second = Settings { active: "4".parse().unwrap(), ..settings() };
    let second = |order: &str| warned_with(&own_rules(), &second, rules(order), false);
    insta::assert_snapshot!(second("S1 a2 p3@placeholder.invalid P4 W49999 M50000"), @"stays-open: these stay open during maintenance: rules above the active priority 4: 2");
    insta::assert_snapshot!(second("W1@b.example.com P4 M49998@a.example.com x49999@b.example.com"), @"stays-open: these stay open during maintenance: all hosts but a.example.com; reachable-at-rest: visitors of a.example.com are turned away now: no rule above the maintenance rule (49998) takes all requests, and the responder answers the rest in place of the listener's default action (redirect: 301); put a rule for these hosts and /* that does the same as that just above");
    let resting = Settings { resting: "7".parse().unwrap(), ..settings() };
    let narrow = OwnRules { maintenance: arn("n"), ..own_rules() };
    insta::assert_snapshot!(warned_with(&narrow, &resting, rules("P1 n7 a8"), false), @"stays-open: these stay open during maintenance: all requests but those for path-pattern: /n");
}
