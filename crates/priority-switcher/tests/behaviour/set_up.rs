//! The warnings about a listener's set-up.

use crate::support::site::{Site, codes, message};

#[test]
fn a_ready_listener_has_no_warning() {
    let site = Site::new("1 placeholder, 49999 stand-in /* 404, 50000 maintenance /*");
    for event in ["status", "check", "start", "status", "check", "end"] {
        assert_eq!(codes(&site.at("22:00", event)), [""; 0], "{event}");
    }
}

#[test]
fn a_catch_all_below_is_reported() {
    let site = Site::new("1 placeholder, 49000 maintenance /*, 50000 shop /*");
    let status = site.at("22:00", "status");
    insta::assert_snapshot!(message(&status, "shadows-rules"), @"1 rule gets no request at rest, because the maintenance rule is above at 49000: 50000 (path-pattern: /*); move the maintenance rule below it");
    insta::assert_snapshot!(message(&status, "reachable-at-rest"), @"visitors are turned away now: no rule above the maintenance rule (49000) takes all requests, and the responder answers the rest in place of the listener's default action (fixed-response: 404); put a /* rule that does the same as that just above");
    let looked = |event| {
        let measured = site.measured_at("22:00", "check");
        (codes(&site.at("22:00", event)).join(" "), measured.shadowed_rules, measured.is_blocked)
    };
    let at_rest = "reachable-at-rest shadows-rules".to_owned();
    assert_eq!(looked("check"), (at_rest.clone(), 1, true));
    site.at("22:00", "start");
    assert_eq!(looked("check"), (String::new(), 0, false), "in a window");
    assert_eq!(codes(&site.at("22:00", "end")).join(" "), at_rest);
}

#[test]
fn a_stand_in_that_differs_is_reported() {
    let site = Site::new("1 placeholder, 49999 stand-in /*, 50000 maintenance /*");
    insta::assert_snapshot!(message(&site.at("22:00", "status"), "stand-in-differs"), @"at rest, the catch-all rule at 49999 takes the place of the listener's default action, but does something else: forward: targetgroup/stand-in/6d0ecf831eec9f09, where the default action is fixed-response: 404; make them the same");
    assert_eq!(codes(&site.at("22:00", "check")), [""; 0], "it can be on purpose");
}

#[test]
fn what_stays_open_is_named() {
    let stays_open = |rules| message(&Site::new(rules).at("22:00", "status"), "stays-open");
    insta::assert_snapshot!(stays_open("1 shop, 2 placeholder, 50000 maintenance /*"), @"these stay open during maintenance: rules above the active priority 2: 1");
    insta::assert_snapshot!(stays_open("1 placeholder, 50000 maintenance /shop/*"), @"these stay open during maintenance: all requests but those for path-pattern: /shop/*");
}

/// Two stacks at one listener: `a.example.com` and this one's, `b.example.com`.
#[test]
fn another_stacks_rules_are_no_matter() {
    let site = Site::new(
        "1 a-maintenance a.example.com/*, 2 placeholder, 49997 stand-in b.example.com/* 404, \
         49998 maintenance B.example.com/*, 49999 a-stand-in a.example.com/* 404, \
         50000 a-placeholder placeholder.invalid/* 404",
    );
    let status = site.at("22:00", "status");
    insta::assert_snapshot!(message(&status, "stays-open"), @"these stay open during maintenance: all hosts but b.example.com");
    assert_eq!(codes(&status), ["stays-open"]);
    assert_eq!(codes(&site.at("22:00", "check")), [""; 0]);
}

#[test]
fn hosts_without_a_stand_in_are_reported() {
    let rest_of = |host: &str| {
        let rules = format!("1 placeholder, 49999 stand-in {host}/* 404, 50000 maintenance a.example.com/*");
        message(&Site::new(&rules).at("22:00", "status"), "reachable-at-rest")
    };
    insta::assert_snapshot!(rest_of("b.example.com"), @"visitors of a.example.com are turned away now: no rule above the maintenance rule (50000) takes all requests, and the responder answers the rest in place of the listener's default action (fixed-response: 404); put a rule for these hosts and /* that does the same as that just above");
    for host in ["", "*.example.com", "A.example.com"] {
        assert_eq!(rest_of(host), "", "{host:?} takes over");
    }
}

#[test]
fn a_missing_placeholder_is_reported() {
    let site = Site::plain();
    site.move_by_hand("placeholder", 7);
    let missing = |event| message(&site.at("22:00", event), "placeholder-missing");
    insta::assert_snapshot!(missing("status"), @"the placeholder rule is at 7, so another rule can take the active priority 1; send `end` to put it back");
    assert_eq!(missing("end"), "");
    site.remove("placeholder");
    insta::assert_snapshot!(missing("check"), @r#"the placeholder rule arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/web/placeholder was deleted, so another rule can take the active priority 1; bring it back as the runbook's "A deleted rule" says"#);
}

#[test]
fn a_taken_active_priority_is_reported() {
    let site = Site::new("2 placeholder, 50000 maintenance /*");
    site.move_by_hand("placeholder", 7);
    site.add("2 front");
    for event in ["status", "check", "start-dry-run"] {
        assert!(codes(&site.at("22:00", event)).contains(&"active-priority-taken"), "{event}");
    }
    assert!(site.measured_at("22:00", "check").is_blocked);
    site.move_by_hand("maintenance", 1);
    assert!(!codes(&site.at("22:00", "start")).contains(&"active-priority-taken"), "it is above");
}
