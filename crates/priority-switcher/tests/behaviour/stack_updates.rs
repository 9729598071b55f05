//! An update of the stack while the system is closed.
//!
//! For a listener rule it calls `AddTags`, `ModifyRule` and `SetRulePriorities`, as the update handler in the resource
//! schema of `AWS::ElasticLoadBalancingV2::ListenerRule` has it.

use serde_json::json;

use crate::support::run::event_file;
use crate::support::site::{Site, rule};

const MAINTENANCE: (&str, u32) = ("maintenance", 50_000);
const PLACEHOLDER: (&str, u32) = ("placeholder", 1);

/// What an update of a rule does with the numbers of the template, and how the last call ends.
fn update(site: &Site, (name, priority): (&str, u32)) -> Result<(), &'static str> {
    let mut elb = site.elb.borrow_mut();
    let arn = rule(name);
    elb.add_tags(arn.as_str(), &[("Team".to_owned(), "shop".to_owned())].into()).unwrap();
    let forward = json!({"Type": "forward", "TargetGroupArn": crate::support::site::target_group(name)});
    elb.modify(arn.as_str(), None, Some(&[forward])).unwrap();
    elb.set_rule_priorities(&[(arn.as_str().to_owned(), priority)]).map_err(|error| error.code)
}

#[test]
fn an_update_in_a_window_is_refused() {
    for order in [[MAINTENANCE, PLACEHOLDER], [PLACEHOLDER, MAINTENANCE]] {
        let site = Site::new(&[2]);
        site.at("22:00", &event_file("start"));
        // The update of the first rule fails, and so does the rollback, which writes the same numbers.
        for written in [order[0], order[0], order[1]] {
            assert_eq!(update(&site, written), Err("PriorityInUse"), "{written:?}");
            assert_eq!(site.ladder(), "1 maintenance, 2 r2, 50000 placeholder");
        }
        assert_eq!(site.tag("since"), "2026-03-01T22:00:00Z");
        site.at("22:30", &event_file("end"));
        for written in order {
            assert_eq!(update(&site, written), Ok(()), "the rollback goes on after the end");
        }
    }
}
