//! Findings about the way a listener is set up, whatever the event.

use super::Warning;
use crate::record::Tags;
use crate::rule::{Priority, Rule, RuleArn, RuleOrder};

/// What matters during maintenance.
pub(crate) fn during_maintenance(order: &RuleOrder, rule: &RuleArn, active: Priority) -> Vec<Warning> {
    let pinned = order.rules().iter().filter(|other| other.arn != *rule && other.priority < active).count();
    let pinned = (pinned > 0).then(|| {
        let stay = if pinned == 1 { "1 rule stays".to_owned() } else { format!("{pinned} rules stay") };
        let message = format!("{stay} live during maintenance: above the active priority {active}");
        Warning::new("pinned-rules", message)
    });
    let partial = order.find(rule).filter(|own| !own.catches_all).map(|own| {
        let message = format!(
            "the maintenance rule matches only {}; all other requests reach the system during maintenance",
            own.conditions.join(" and ")
        );
        Warning::new("not-catch-all", message)
    });
    pinned.into_iter().chain(partial).collect()
}

/// Tags that AWS Load Balancer Controller puts on listeners that it owns
/// (<https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/>).
const OF_THE_CONTROLLER: [&str; 4] =
    ["elbv2.k8s.aws/cluster", "ingress.k8s.aws/stack", "ingress.k8s.aws/resource", "service.k8s.aws/stack"];

/// Whether the listener's tags say that somebody else keeps its rules as they are.
pub(crate) fn foreign_owner(listener: &Tags) -> Option<Warning> {
    let (key, value) = OF_THE_CONTROLLER.iter().find_map(|key| listener.get_key_value(*key))?;
    let message = format!(
        "AWS Load Balancer Controller owns this listener (tag {key}: {value}); sooner or later it deletes the rules that \
         it did not make, the maintenance rule too, and moves the others back: keep maintenance in the cluster, or on a \
         listener that is not the controller's"
    );
    Some(Warning::new("foreign-owner", message))
}

/// What matters while the maintenance rule rests, in an order in which it does.
pub(crate) fn at_rest(order: &RuleOrder, rule: &RuleArn) -> Vec<Warning> {
    let Some(own) = order.find(rule).filter(|own| own.catches_all) else { return Vec::new() };
    let above: Vec<&Rule> = order.rules().iter().take_while(|other| other.arn != *rule).collect();
    let default = &order.default_rule().action;
    let reachable = above.iter().all(|other| !other.catches_all).then(|| {
        let message = format!(
            "visitors are being turned away now: what no rule above the maintenance rule ({}) matches, the responder \
             answers, in place of the listener's default action ({}); put a /* rule that does the same as that just \
             above",
            own.priority, default.description
        );
        Warning::new("reachable-at-rest", message)
    });
    let stand_in = above.last().filter(|last| last.catches_all && last.action.kind != default.kind);
    let differs = stand_in.map(|stand_in| {
        let message = format!(
            "at rest, the catch-all rule at {} stands in for the listener's default action, but is of another kind: \
             {}, where the default action is {}; make them the same",
            stand_in.priority, stand_in.action.description, default.description
        );
        Warning::new("stand-in-differs", message)
    });
    reachable.into_iter().chain(differs).chain(shadows(order, rule)).collect()
}

/// Rules that get no request while the maintenance rule rests in this order.
pub(crate) fn shadowed<'a>(order: &'a RuleOrder, rule: &RuleArn) -> &'a [Rule] {
    let own = order.rules().iter().position(|other| other.arn == *rule && other.catches_all);
    own.map_or(&[], |own| &order.rules()[own + 1..])
}

pub(crate) fn shadows(order: &RuleOrder, rule: &RuleArn) -> Option<Warning> {
    let (own, shadowed) = (order.find(rule)?, shadowed(order, rule));
    let first = shadowed.first()?;
    let (who, which, them) = match shadowed.len() {
        1 => ("1 rule gets".to_owned(), "", "it"),
        count => (format!("{count} rules get"), "the first is at ", "them"),
    };
    let message = format!(
        "{who} no request at rest, because the maintenance rule, which catches everything, stands above at {}: \
         {which}{} ({}); move the maintenance rule below {them}",
        own.priority,
        first.priority,
        first.conditions.join(" and ")
    );
    Some(Warning::new("shadows-rules", message))
}
