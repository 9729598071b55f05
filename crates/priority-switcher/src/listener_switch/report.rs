//! What is said of one listener, from the last reading.

use crate::event::{Command, Request};
use crate::plan::Plan;
use crate::report::{ListenerReport, Outcome, rule_lines};
use crate::state::{Situation, State};
use crate::warning::Warning;

pub(super) struct Switched<'a> {
    pub(super) before: Situation<'a>,
    /// What the plan makes of it.
    pub(super) planned: Situation<'a>,
    /// As it was read last.
    pub(super) after: Situation<'a>,
    pub(super) plan: Plan,
}

impl Switched<'_> {
    pub(super) fn report(&self, request: &Request) -> ListenerReport {
        let Self { before, planned, after, plan } = self;
        let state = after.state();
        let is_changed = before.order != planned.order || before.record.window != planned.record.window;
        // Of a rehearsed start, the window that would be.
        let shown = if request.dry_run && planned.state() == State::Active { planned } else { after };
        let window = shown.record.window.as_ref().filter(|_| shown.state() == State::Active);
        let mut warnings = plan.warnings.clone();
        if !request.dry_run && planned.state() != state {
            let message = "another event or a person moved the rules back right after this event; the later one counts; \
                           if unintended, send this event again";
            warnings.push(Warning { code: "overtaken", message: message.to_owned() });
        }
        warnings.extend(after.setup_warnings(request.command == Command::Check));
        ListenerReport {
            outcome: match plan.ignored {
                true => Outcome::Ignored,
                false if is_changed && !request.dry_run => Outcome::Changed,
                false => Outcome::Unchanged,
            },
            state,
            since: window.filter(|_| state == State::Active).map(|window| window.since),
            until: window.and_then(|window| window.limit),
            reason: window.and_then(|window| window.reason.clone()),
            message: None,
            last_window: after.record.last_window().filter(|_| state == State::Resting),
            moves: plan.moves.clone(),
            rules: rule_lines(&after.order),
            warnings,
        }
    }
}
