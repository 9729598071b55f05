//! Findings about the way a listener is set up, whatever the event.

use super::Warning;
use crate::rule::{OwnRules, Rule, RuleOrder, Scope};
use crate::settings::Settings;

/// What stays open during maintenance.
pub(crate) fn stays_open(order: &RuleOrder, rules: &OwnRules, settings: &Settings) -> Option<Warning> {
    let own = order.find(&rules.maintenance)?;
    let stays = |other: &&Rule| {
        rules.is_foreign(other)
            && Some(&other.arn) != rules.status.as_ref()
            && other.scope.shares_a_host_with(&own.scope)
            && !other.scope.is_unreachable()
    };
    let above = order.rules().iter().take_while(|other| other.priority < settings.active);
    let above: Vec<String> = above.filter(stays).map(|other| other.priority.to_string()).collect();
    let above = (!above.is_empty())
        .then(|| format!("rules above the active priority {}: {}", settings.active, above.join(", ")));
    let rest = (own.scope != Scope::ALL).then(|| {
        if own.scope.is_whole() {
            format!("all hosts but {}", own.scope.hosts().join(", "))
        } else {
            format!("all requests but those for {}", own.conditions.join(" and "))
        }
    });
    let open: Vec<_> = above.into_iter().chain(rest).collect();
    (!open.is_empty()).then(|| {
        Warning::new("stays-open", format!("these stay open during maintenance: {}", open.join("; ")))
    })
}

/// Whether the placeholder holds the active priority at rest.
pub(crate) fn placeholder_missing(
    order: &RuleOrder,
    rules: &OwnRules,
    settings: &Settings,
) -> Option<Warning> {
    let arn = rules.placeholder.as_ref()?;
    let message = match rules.placeholder(order) {
        Some(rule) if rule.priority == settings.active => return None,
        Some(rule) => format!(
            "the placeholder rule is at {}, so another rule can take the active priority {}; send `end` to put it back",
            rule.priority, settings.active
        ),
        None => format!(
            "the placeholder rule {arn} was deleted, so another rule can take the active priority {}; bring it back as \
             the runbook's \"A deleted rule\" says",
            settings.active
        ),
    };
    Some(Warning::new("placeholder-missing", message))
}

/// Whether requests reach the responder while the maintenance rule rests in this order.
pub(crate) fn reachable_at_rest(order: &RuleOrder, rules: &OwnRules) -> Option<Warning> {
    let own = order.find(&rules.maintenance).filter(|own| own.scope.is_whole())?;
    let above: Vec<_> = above(order, own).map(|other| &other.scope).collect();
    if own.scope.is_taken_by(&above) {
        return None;
    }
    let (visitors, catch_all) = match own.scope.hosts() {
        [] => ("visitors".to_owned(), "a /* rule".to_owned()),
        hosts => (format!("visitors of {}", hosts.join(", ")), "a rule for these hosts and /*".to_owned()),
    };
    let message = format!(
        "{visitors} are turned away now: no rule above the maintenance rule ({}) takes all requests, and the responder \
         answers the rest in place of the listener's default action ({}); put {catch_all} that does the same as that just \
         above",
        own.priority,
        order.default_rule().action.description
    );
    Some(Warning::new("reachable-at-rest", message))
}

/// Whether the catch-all rule just above the resting maintenance rule does something else than the default action.
pub(crate) fn stand_in_differs(order: &RuleOrder, rules: &OwnRules) -> Option<Warning> {
    let own = order.find(&rules.maintenance).filter(|own| own.scope.is_whole())?;
    let default = &order.default_rule().action;
    // With other conditions it is a rule of the owner's, such as a site's own.
    let stand_in = above(order, own).last().filter(|last| last.conditions == own.conditions)?;
    (stand_in.action.kind != default.kind).then(|| {
        let message = format!(
            "at rest, the catch-all rule at {} takes the place of the listener's default action, but does something else: \
             {}, where the default action is {}; make them the same",
            stand_in.priority, stand_in.action.description, default.description
        );
        Warning::new("stand-in-differs", message)
    })
}

/// Rules that get no request, or none for its hosts, while the maintenance rule rests in this order.
pub(crate) fn shadows_rules(order: &RuleOrder, rules: &OwnRules) -> Option<Warning> {
    let own = order.find(&rules.maintenance)?;
    let shadowed: Vec<_> = rules.shadowed(order).collect();
    let first = shadowed.first()?;
    let (count, which, them) = match shadowed.len() {
        1 => ("1 rule gets".to_owned(), "", "it"),
        count => (format!("{count} rules get"), "the first is at ", "them"),
    };
    let requests = match own.scope.hosts() {
        [] => "request".to_owned(),
        hosts => format!("request for {}", hosts.join(", ")),
    };
    let message = format!(
        "{count} no {requests} at rest, because the maintenance rule is above at {}: {which}{} ({}); move the maintenance \
         rule below {them}",
        own.priority,
        first.priority,
        first.conditions.join(" and ")
    );
    Some(Warning::new("shadows-rules", message))
}

fn above<'a>(order: &'a RuleOrder, own: &Rule) -> impl Iterator<Item = &'a Rule> {
    let own = own.priority;
    order.rules().iter().take_while(move |other| other.priority < own)
}
