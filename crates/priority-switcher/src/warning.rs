//! What an operator should know although the invocation succeeded.

use serde::Serialize;

use crate::reason::Reason;
use crate::rule::{Priority, RuleArn, RuleOrder};
use crate::timestamp::Timestamp;

/// A finding with a code for machines and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable; one of the codes in the README.
    pub code: &'static str,
    /// What is so and what to do about it.
    pub message: String,
}

/// Findings about the way a switch went.
impl Warning {
    pub(crate) fn record_missing_while_active(own: Priority) -> Self {
        Self::new(
            "record-missing",
            format!(
                "the maintenance rule stands at {own} and its tags do not say where it came from; \
                 an end will put it below all other rules and leave them as they are"
            ),
        )
    }

    pub(crate) fn record_missing_at_end(place: Priority) -> Self {
        Self::new(
            "record-missing",
            format!(
                "the maintenance rule's tags did not say where it came from; it goes to {place}, below all \
                 other rules, which keep their numbers: compare them with what you expect"
            ),
        )
    }

    pub(crate) fn home_taken(home: Priority, place: Priority) -> Self {
        Self::new(
            "home-taken",
            format!(
                "another rule has come to the maintenance rule's place {home}, or below it, since the start; \
                 the maintenance rule goes to {place}, below all other rules"
            ),
        )
    }

    pub(crate) fn active_place_taken(active: Priority) -> Self {
        Self::new(
            "drift",
            format!(
                "another rule has taken priority {active} since the start; \
                 the rules that had made room keep the numbers they have, in the right order"
            ),
        )
    }

    pub(crate) fn drift(since: Option<Timestamp>, active: Priority, own: Priority) -> Self {
        let since = since.map(|since| format!(" since {since}")).unwrap_or_default();
        Self::new(
            "drift",
            format!(
                "the tags say maintenance{since} at priority {active}, but the maintenance rule stands at {own}: \
                 somebody moved it, or a switch was interrupted; send start or end to settle it"
            ),
        )
    }

    pub(crate) fn start_before_end(scheduled: Timestamp, ended: Timestamp) -> Self {
        Self::new(
            "stale-start",
            format!(
                "ignored: this start was meant for {scheduled}, and maintenance was ended after that, at {ended}"
            ),
        )
    }

    pub(crate) fn start_too_late(scheduled: Timestamp, late: i64, limit: u32) -> Self {
        Self::new(
            "stale-start",
            format!(
                "ignored: this start was meant for {scheduled}, {late} minutes ago; \
                 accepted: at most {limit} (STALE_AFTER_MINUTES)"
            ),
        )
    }

    pub(crate) fn end_before_start(scheduled: Timestamp, since: Timestamp) -> Self {
        Self::new(
            "stale-end",
            format!(
                "ignored: this end was meant for {scheduled}, before the present maintenance began, at {since}"
            ),
        )
    }

    pub(crate) fn reason_adapted(reason: &Reason) -> Option<Self> {
        reason.was_adapted().then(|| {
            Self::new(
                "reason-adapted",
                format!("the reason was changed to what a tag can hold: \"{reason}\""),
            )
        })
    }

    pub(crate) fn no_healthy_target(target_group: &str) -> Self {
        Self::new(
            "no-healthy-target",
            format!(
                "{target_group} has no target that can answer; during maintenance clients get the \
                 load balancer's own error page"
            ),
        )
    }

    fn new(code: &'static str, message: String) -> Self {
        Self { code, message }
    }
}

/// Findings about the way a listener is set up, whatever the event.
pub fn of_order(order: &RuleOrder, rule: &RuleArn, active: Priority) -> Vec<Warning> {
    let Some(own) = order.find(rule) else { return Vec::new() };
    let mut warnings = Vec::new();
    let pinned = order.rules().iter().filter(|other| other.arn != *rule && other.priority < active).count();
    if pinned > 0 {
        let rules = if pinned == 1 { "1 rule stays".to_owned() } else { format!("{pinned} rules stay") };
        let message = format!("{rules} live during maintenance: above the active priority {active}");
        warnings.push(Warning::new("pinned-rules", message));
    }
    if !own.catches_all {
        let message = format!(
            "the maintenance rule matches only {}; all other requests reach the system during maintenance",
            own.conditions.join(" and ")
        );
        warnings.push(Warning::new("not-catch-all", message));
        return warnings;
    }
    let covered = order.rules().iter().any(|other| other.catches_all && other.priority < own.priority);
    let last = order.rules().last().is_some_and(|last| last.arn == *rule);
    if last && !covered {
        let message = format!(
            "the maintenance rule matches everything that no rule above it does, at rest too: \
             the listener's default action ({}) is never reached",
            order.default_rule().action.description
        );
        warnings.push(Warning::new("reachable-at-rest", message));
    }
    warnings
}
