//! Findings about the way a listener is set up, whatever the event.

use super::Warning;
use crate::record::Tags;
use crate::rule::{Priority, Rule, RuleArn, RuleOrder, Scope};

/// What matters during maintenance. A rule that is there to tell the state is above the active priority on purpose.
pub(crate) fn during_maintenance(
    order: &RuleOrder,
    rule: &RuleArn,
    status_rule: Option<&RuleArn>,
    active: Priority,
) -> Vec<Warning> {
    let is_other = |other: &&Rule| other.arn != *rule && Some(&other.arn) != status_rule;
    let pinned = order.rules().iter().filter(is_other).filter(|other| other.priority < active).count();
    let pinned = (pinned > 0).then(|| {
        let stay = if pinned == 1 { "1 rule stays".to_owned() } else { format!("{pinned} rules stay") };
        let message = format!("{stay} live during maintenance: above the active priority {active}");
        Warning::new("pinned-rules", message)
    });
    let partial = order.find(rule).filter(|own| own.scope != Scope::ALL).map(|own| {
        let message = if own.scope.is_whole() {
            format!("closes only these hosts: {}; all others stay open", own.scope.hosts().join(", "))
        } else {
            format!(
                "the maintenance rule matches only {}; all other requests reach the system during maintenance",
                own.conditions.join(" and ")
            )
        };
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
    let Some(own) = order.find(rule).filter(|own| own.scope.is_whole()) else { return Vec::new() };
    let above: Vec<&Rule> = order.rules().iter().take_while(|other| other.arn != *rule).collect();
    let default = &order.default_rule().action;
    let scopes: Vec<_> = above.iter().map(|other| &other.scope).collect();
    let reachable = !own.scope.is_taken_by(&scopes);
    let reachable = reachable.then(|| {
        let (visitors, catch_all) = match own.scope.hosts() {
            [] => ("visitors".to_owned(), "a /* rule".to_owned()),
            hosts => (format!("visitors of {}", hosts.join(", ")), "a rule for these hosts and /*".to_owned()),
        };
        let message = format!(
            "{visitors} are being turned away now: what no rule above the maintenance rule ({}) matches, the responder \
             answers, in place of the listener's default action ({}); put {catch_all} that does the same as that just \
             above",
            own.priority, default.description
        );
        Warning::new("reachable-at-rest", message)
    });
    // With other conditions, it is a rule of the owner's, such as a site's own.
    let stand_in = above.last().filter(|last| last.conditions == own.conditions);
    let stand_in = stand_in.filter(|last| last.action.kind != default.kind);
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

/// Rules that get no request, or none for its hosts, while the maintenance rule rests in this order.
pub(crate) fn shadows(order: &RuleOrder, rule: &RuleArn) -> Option<Warning> {
    let own = order.find(rule)?;
    let shadowed: Vec<_> = order.shadowed_by(rule).collect();
    let first = shadowed.first()?;
    let (who, which, them) = match shadowed.len() {
        1 => ("1 rule gets".to_owned(), "", "it"),
        count => (format!("{count} rules get"), "the first is at ", "them"),
    };
    let (request, everything) = match own.scope.hosts() {
        [] => ("request".to_owned(), "everything".to_owned()),
        hosts => (format!("request for {}", hosts.join(", ")), "everything there".to_owned()),
    };
    let message = format!(
        "{who} no {request} at rest, because the maintenance rule, which catches {everything}, stands above at {}: \
         {which}{} ({}); move the maintenance rule below {them}",
        own.priority,
        first.priority,
        first.conditions.join(" and ")
    );
    Some(Warning::new("shadows-rules", message))
}
