//! The warnings about a listener's set-up.

use crate::support::site::{Site, codes};

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
