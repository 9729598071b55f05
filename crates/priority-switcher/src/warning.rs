//! What an operator should know although the invocation succeeded.

pub(crate) mod setup;

use serde::Serialize;

use crate::record::Window;
use crate::rule::Rule;
use crate::state::State;
use crate::timestamp::Timestamp;

/// A finding with a code for machines and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable; one of the codes in docs/reference.md.
    pub code: &'static str,
    /// What is so and what to do about it.
    pub message: String,
}

impl Warning {
    /// Both in one line.
    pub fn coded(&self) -> String {
        format!("{}: {}", self.code, self.message)
    }

    pub(crate) fn active_priority_taken(holder: &Rule) -> Self {
        Self::new(
            "active-priority-taken",
            format!(
                "a rule that is not the stack's holds the active priority {}: {} ({}); a start fails until that priority \
                 is free; `scripts/maintenance preflight` prints the command that makes room",
                holder.priority,
                holder.arn,
                holder.conditions.join(" and ")
            ),
        )
    }

    /// `since` is that of the record, if it counts.
    pub(crate) fn drift(state: State, since: Option<Timestamp>) -> Option<Self> {
        let message = match (state, since) {
            (State::Resting, Some(since)) => format!(
                "the tags record maintenance since {since}, but the system is open: the rules were moved by hand, or a \
                 start was interrupted; send `end` to settle the record, or `start` to close the system"
            ),
            (State::Active, None) => {
                "the system is closed, but the tags record no window: the rules were moved by hand, \
                                      or tags were lost; if unintended, send `end`"
                    .to_owned()
            }
            _ => return None,
        };
        Some(Self::new("drift", message))
    }

    pub(crate) fn record_invalid(tags: &[String]) -> Option<Self> {
        let message = format!(
            "{}: not a time that can be used (RFC 3339, at most five minutes ahead), so it counts as lost; the next window \
             writes it anew",
            tags.join(", ")
        );
        (!tags.is_empty()).then(|| Self::new("record-invalid", message))
    }

    pub(crate) fn stale_event(kind: &str, scheduled: Timestamp, why: &str) -> Self {
        Self::new("stale-event", format!("ignored: this {kind} was scheduled for {scheduled}, {why}"))
    }

    pub(crate) fn window_kept(asked: Timestamp, window: &Window) -> Self {
        let until = window.limit.map(|limit| format!(" until {limit}")).unwrap_or_default();
        let reason = window.reason.as_deref().unwrap_or("none given");
        let message = format!(
            "the running window lasts{until} (reason: {reason}); this start asks for an earlier end, {asked}, which is \
             refused; to open the system sooner, send `end`"
        );
        Self::new("window-kept", message)
    }

    pub(crate) fn overtaken() -> Self {
        let message = "another event or a person moved the rules back right after this event; the later one counts; if \
                       unintended, send this event again";
        Self::new("overtaken", message.to_owned())
    }

    pub(crate) fn no_healthy_target(target_group: &str) -> Self {
        let name = target_group.rsplit(':').next().unwrap_or_default();
        let message = format!(
            "{name} has no target that can answer; visitors of the maintenance rule get the load balancer's own \
             error page"
        );
        Self::new("no-healthy-target", message)
    }

    pub(crate) fn status_not_published(why: String) -> Self {
        Self::new("status-not-published", why)
    }

    fn new(code: &'static str, message: String) -> Self {
        Self { code, message }
    }
}
