//! What is said of one listener, from the last reading.

use super::ListenerSwitch;
use crate::event::Command;
use crate::listener::Listener;
use crate::plan::Plan;
use crate::report::{ListenerReport, Outcome, rule_lines};
use crate::state::{Situation, State};
use crate::warning::Warning;

impl<L: Listener> ListenerSwitch<'_, L> {
    /// `planned` is what the plan makes of `before`, `after` what was read last.
    pub(super) fn report(
        &self,
        before: &Situation<'_>,
        planned: &Situation<'_>,
        after: &Situation<'_>,
        plan: &Plan,
    ) -> ListenerReport {
        let state = after.state();
        let is_changed = before.order != planned.order || before.record.window != planned.record.window;
        // Of a rehearsed start, the window that would be.
        let shown = if self.is_rehearsed_start() { planned } else { after };
        let window = shown.record.window.as_ref().filter(|_| shown.state() == State::Active);
        ListenerReport {
            outcome: match plan.ignored {
                true => Outcome::Ignored,
                false if is_changed && !self.request.dry_run => Outcome::Changed,
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
            warnings: self.warnings(planned, after, plan),
        }
    }

    fn warnings(&self, planned: &Situation<'_>, after: &Situation<'_>, plan: &Plan) -> Vec<Warning> {
        let mut warnings = plan.warnings.clone();
        if !self.request.dry_run && planned.state() != after.state() {
            let message = "another event or a person moved the rules back right after this event; the later one counts; \
                           if unintended, send this event again";
            warnings.push(Warning::new("overtaken", message));
        }
        // A check comes every few minutes: it says what has to be mended, and not what may be on purpose.
        let is_check = self.request.command == Command::Check;
        warnings.extend(after.stays_open().filter(|_| !is_check));
        warnings.extend(after.active_priority_taken());
        let is_rehearsed_end = self.request.dry_run && matches!(self.request.command, Command::End { .. });
        let at_rest = if is_rehearsed_end { planned } else { after };
        if at_rest.state() == State::Resting {
            warnings.extend(at_rest.placeholder_missing());
            warnings.extend(at_rest.reachable_at_rest());
            warnings.extend(at_rest.shadows_rules());
            warnings.extend(at_rest.stand_in_differs().filter(|_| !is_check));
        }
        warnings
    }
}
