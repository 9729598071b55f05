//! What an operator should know although the invocation succeeded.

pub(crate) mod setup;

use serde::Serialize;

use crate::reason::Reason;
use crate::record::Displaced;
use crate::rule::Priority;
use crate::timestamp::Timestamp;

const WINDOW_KEPT: &str = "window-kept";

/// A finding with a code for machines and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable; one of the codes in docs/reference.md.
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
                "the maintenance rule's place {home} is taken, or other rules stand below it, which would get no \
                 request; the maintenance rule goes to {place}, below all other rules"
            ),
        )
    }

    /// If tags that name displaced rules were lost.
    pub(crate) fn record_incomplete(displaced: &Displaced) -> Option<Self> {
        let (count, lost) = (displaced.count(), displaced.lost());
        let message = format!(
            "{count} rules made room for the maintenance rule, and its tags no longer name {lost} of them; \
             an end leaves those where they stand: compare them with what you expect"
        );
        (lost > 0).then(|| Self::new("record-missing", message))
    }

    /// If there are times that the tags of these keys say.
    pub(crate) fn record_from_future(times: &[(&'static str, Timestamp)]) -> Option<Self> {
        let tags: Vec<_> = times.iter().map(|(key, time)| format!("{key} says {time}")).collect();
        let message = format!(
            "{}: farther ahead than can be, so it counts as lost; a clock was wrong, or somebody changed the tag; \
             an end writes the record anew",
            tags.join(", ")
        );
        (!tags.is_empty()).then(|| Self::new("record-from-future", message))
    }

    /// If some of the `displaced` rules `stay` where they are.
    pub(crate) fn others_moved(stay: usize, displaced: usize) -> Option<Self> {
        let message = format!(
            "not taken back: {stay} of the {displaced} rules that made room at the start; somebody moved them since, \
             or took their own numbers"
        );
        (stay > 0).then(|| Self::new("drift", message))
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

    /// `in_force` is when the window ends; nothing if it has no end.
    pub(crate) fn window_kept(asked: Timestamp, in_force: Option<Timestamp>, reason: Option<&str>) -> Self {
        let in_force = in_force.map_or_else(|| "without an end".to_owned(), |until| format!("until {until}"));
        let reason = reason.map_or_else(|| "no reason given".to_owned(), |reason| format!("\"{reason}\""));
        Self::new(
            WINDOW_KEPT,
            format!(
                "maintenance is on {in_force} ({reason}), and this start's earlier end, {asked}, changes nothing; \
                 send an end to stop it sooner"
            ),
        )
    }

    /// Whether the start changed nothing for it.
    pub(crate) fn is_window_kept(&self) -> bool {
        self.code == WINDOW_KEPT
    }

    pub(crate) fn no_healthy_target(target_group: &str) -> Self {
        Self::new(
            "no-healthy-target",
            format!(
                "{target_group} has no target that can answer; whom the maintenance rule sends there gets the \
                 load balancer's own error page"
            ),
        )
    }

    pub(crate) fn status_not_told(why: String) -> Self {
        Self::new("status-not-told", why)
    }

    fn new(code: &'static str, message: String) -> Self {
        Self { code, message }
    }
}
