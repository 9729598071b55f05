//! The invariants that hold for every single batch.

use priority_switcher::rule::RuleArn;
use strict_elb::Batch;

/// The other rules keep their order, and those above the active priority their numbers.
pub(crate) fn judge(batch: &Batch, maintenance_rule: &RuleArn, active: u32) {
    let [before, after] = [&batch.before, &batch.after]
        .map(|order| order.iter().filter(|(_, rule)| rule != maintenance_rule.as_str()).collect::<Vec<_>>());
    let names = |order: &[&(u32, String)]| order.iter().map(|(_, rule)| rule.clone()).collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after), "the other rules changed their order");
    let pinned = |order: &[&(u32, String)]| {
        order.iter().copied().filter(|(place, _)| *place < active).cloned().collect::<Vec<_>>()
    };
    assert_eq!(pinned(&before), pinned(&after), "a pinned rule moved");
}
