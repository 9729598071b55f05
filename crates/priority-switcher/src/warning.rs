//! What an operator should know although the invocation succeeded.

use serde::Serialize;

use crate::rule::{Rule, Scope};
use crate::state::{Situation, State};

/// A finding with a code for machines and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable; one of the codes in docs/reference.md.
    pub code: &'static str,
    /// What is so and what to do about it.
    pub message: String,
}

impl Situation<'_> {
    /// What is wrong with the listener's set-up. A check, every few minutes, leaves out what may be on purpose.
    pub(crate) fn setup_warnings(&self, is_check: bool) -> Vec<Warning> {
        let at_rest = |warning: Option<Warning>| warning.filter(|_| self.state() == State::Resting);
        let warnings = [
            self.stays_open().filter(|_| !is_check),
            self.active_priority_taken(),
            at_rest(self.placeholder_missing()),
            at_rest(self.reachable_at_rest()),
            at_rest(self.shadows_rules()),
            at_rest(self.stand_in_differs()).filter(|_| !is_check),
        ];
        warnings.into_iter().flatten().collect()
    }

    pub(crate) fn record_invalid(&self) -> Option<Warning> {
        let tags = &self.record.invalid;
        let message = format!(
            "{}: not a time that can be used (RFC 3339, at most five minutes ahead), so it counts as lost; the next window \
             writes it anew",
            tags.join(", ")
        );
        (!tags.is_empty()).then_some(Warning { code: "record-invalid", message })
    }

    /// Whether the rules and the record do not fit together.
    pub(crate) fn drift(&self) -> Option<Warning> {
        let by_hand = "the system is closed, but the tags record no window: the rules were moved by hand, or tags were \
                       lost; if unintended, send `end`";
        let message = match (self.state(), &self.record.window) {
            (State::Resting, Some(window)) => format!(
                "the tags record maintenance since {}, but the system is open: the rules were moved by hand, or a start \
                 was interrupted; send `end` to settle the record, or `start` to close the system",
                window.since
            ),
            (State::Active, None) => by_hand.to_owned(),
            _ => return None,
        };
        Some(Warning { code: "drift", message })
    }

    pub(crate) fn active_priority_taken(&self) -> Option<Warning> {
        let active = self.settings.active;
        let holder = self.foreign_at(active).filter(|_| self.maintenance.priority > active)?;
        let message = format!(
            "a rule that is not the stack's holds the active priority {active}: {}; a start fails until that priority is \
             free; `scripts/maintenance preflight` prints the command that makes room",
            holder.named()
        );
        Some(Warning { code: "active-priority-taken", message })
    }

    fn stays_open(&self) -> Option<Warning> {
        let (own, active) = (&self.maintenance, self.settings.active);
        let stays = |other: &&Rule| {
            self.is_foreign(other)
                && Some(&other.arn) != self.own.status.as_ref()
                && other.scope.shares_a_host_with(&own.scope)
                && !other.scope.is_unreachable()
        };
        let above = self.order.rules().iter().take_while(|other| other.priority < active);
        let above: Vec<String> = above.filter(stays).map(|other| other.priority.to_string()).collect();
        let above = (!above.is_empty())
            .then(|| format!("rules above the active priority {active}: {}", above.join(", ")));
        let rest = match &own.scope {
            Scope { hosts, is_whole: true } if hosts.is_empty() => None,
            Scope { hosts, is_whole: true } => Some(format!("all hosts but {}", hosts.join(", "))),
            _ => Some(format!("all requests but those for {}", own.conditions.join(" and "))),
        };
        let open: Vec<_> = above.into_iter().chain(rest).collect();
        let message = format!("these stay open during maintenance: {}", open.join("; "));
        (!open.is_empty()).then_some(Warning { code: "stays-open", message })
    }

    fn placeholder_missing(&self) -> Option<Warning> {
        let (arn, active) = (self.own.placeholder.as_ref()?, self.settings.active);
        let (what, remedy) = match self.placeholder() {
            Some(rule) if rule.priority == active => return None,
            Some(rule) => (format!("is at {}", rule.priority), "send `end` to put it back"),
            None => (format!("{arn} was deleted"), "bring it back as the runbook's \"A deleted rule\" says"),
        };
        let message = format!(
            "the placeholder rule {what}, so another rule can take the active priority {active}; {remedy}"
        );
        Some(Warning { code: "placeholder-missing", message })
    }

    /// Whether requests reach the responder while the maintenance rule rests.
    pub(crate) fn reachable_at_rest(&self) -> Option<Warning> {
        let own = &self.maintenance;
        let above: Vec<_> = self.above().map(|other| &other.scope).collect();
        if !own.scope.is_whole || own.scope.is_taken_by(&above) {
            return None;
        }
        let (visitors, catch_all) = match &own.scope.hosts[..] {
            [] => ("visitors".to_owned(), "a /* rule"),
            hosts => (format!("visitors of {}", hosts.join(", ")), "a rule for these hosts and /*"),
        };
        let message = format!(
            "{visitors} are turned away now: no rule above the maintenance rule ({}) takes all requests, and the responder \
             answers the rest in place of the listener's default action ({}); put {catch_all} that does the same as that \
             just above",
            own.priority,
            self.order.default_rule().action.description
        );
        Some(Warning { code: "reachable-at-rest", message })
    }

    /// Whether the catch-all rule just above the resting maintenance rule does something else than the default action.
    fn stand_in_differs(&self) -> Option<Warning> {
        let (own, default) = (&self.maintenance, &self.order.default_rule().action);
        // With other conditions it is a rule of the owner's, such as a site's own.
        let stand_in = self.above().last().filter(|last| last.conditions == own.conditions)?;
        let message = format!(
            "at rest, the catch-all rule at {} takes the place of the listener's default action, but does something else: \
             {}, where the default action is {}; make them the same",
            stand_in.priority, stand_in.action.description, default.description
        );
        let differs = own.scope.is_whole && stand_in.action.kind != default.kind;
        differs.then_some(Warning { code: "stand-in-differs", message })
    }

    /// Rules that get no request, or none for its hosts, while the maintenance rule rests.
    fn shadows_rules(&self) -> Option<Warning> {
        let own = &self.maintenance;
        let shadowed: Vec<_> = self.shadowed().map(|other| other.priority.to_string()).collect();
        let requests = match &own.scope.hosts[..] {
            [] => "request".to_owned(),
            hosts => format!("request for {}", hosts.join(", ")),
        };
        let message = format!(
            "the maintenance rule rests at {}, so these rules below it get no {requests}: {}; move it below them",
            own.priority,
            shadowed.join(", ")
        );
        (!shadowed.is_empty()).then_some(Warning { code: "shadows-rules", message })
    }
}

#[cfg(test)]
mod tests;
