//! The invariants of docs/design.md, each with its judge.

use std::cell::RefCell;

use priority_switcher::error::SwitchError;
use priority_switcher::plan::Move;
use priority_switcher::record::{Record, Tags, Window};
use priority_switcher::report::{Answer, ListenerReport, Outcome};
use priority_switcher::rule::{OwnRules, Priority, RuleArn};
use priority_switcher::state::Settings;
use priority_switcher::timestamp::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value;
use strict_elb::{Order, StrictElb};

use super::strategy::Company;
use crate::support::run::time;

pub(super) struct Stack {
    pub(super) own: OwnRules,
    pub(super) settings: Settings,
    /// The limits that the starts since the system was last seen open have asked for.
    pub(super) limits: RefCell<Vec<Timestamp>>,
}

/// One stack's part of the listener at one time. Whether it is closed is worked out apart from the switch.
pub(super) struct View {
    order: Order,
    tags: Tags,
    writes: usize,
    /// Where the maintenance rule is.
    own: Priority,
    placeholder: Option<Priority>,
    pub(super) is_closed: bool,
    window: Option<Window>,
}

/// One invocation.
pub(super) struct Run<'a> {
    pub(super) stack: &'a Stack,
    pub(super) event: &'a Value,
    pub(super) now: Timestamp,
    pub(super) company: Company,
    /// Neither another invocation nor another writer changes rules meanwhile.
    pub(super) is_alone: bool,
    /// Nor does one write tags, and no call has a fault.
    pub(super) is_undisturbed: bool,
    pub(super) before: View,
    pub(super) after: View,
    /// Nothing if it was killed.
    pub(super) answer: Option<Result<Answer, SwitchError>>,
}

impl Stack {
    /// When the window of a start has to end.
    pub(super) fn limit_of(&self, start: &Value, now: Timestamp) -> Option<Timestamp> {
        let from = start["scheduledAt"].as_str().map_or(now, time);
        let minutes = start["minutes"].as_u64().map(|minutes| u32::try_from(minutes).unwrap());
        minutes.or(self.settings.max_duration).map(|minutes| from.plus_minutes(minutes))
    }
}

impl View {
    pub(super) fn new(stack: &Stack, elb: &StrictElb, now: Timestamp) -> Self {
        let order = elb.order("web");
        let find = |rule: &RuleArn| order.iter().find(|(_, name)| name == rule.id());
        let place = |rule| find(rule).map(|(place, _)| Priority::try_from(*place).unwrap());
        let own = place(&stack.own.maintenance).unwrap();
        let placeholder = stack.own.placeholder.as_ref().and_then(place);
        // At the active priority, or above a rule of others although it is not at its resting priority.
        let is_other = |name: &str| !name.contains("placeholder") && !name.contains("maintenance");
        let is_above = order.iter().any(|(place, name)| *place > u32::from(own.get()) && is_other(name));
        let is_closed = own <= stack.settings.active || (own != stack.settings.resting && is_above);
        let tags = elb.describe_tags(stack.own.maintenance.as_str()).unwrap();
        let window = Record::read(&tags, now, stack.settings.max_duration).window;
        Self { order, tags, writes: elb.writes.len(), own, placeholder, is_closed, window }
    }

    fn state(&self) -> (&Order, &Tags) {
        (&self.order, &self.tags)
    }

    /// Whether another rule than the stack's two is there.
    fn is_taken(&self, place: Priority) -> bool {
        let is_at = self.order.iter().any(|(taken, _)| *taken == u32::from(place.get()));
        is_at && self.own != place && self.placeholder != Some(place)
    }

    pub(super) fn limit(&self) -> Option<Timestamp> {
        self.window.as_ref()?.limit
    }

    fn running(&self, now: Timestamp) -> Option<&Window> {
        self.window.as_ref().filter(|window| self.is_closed && !window.has_expired(now))
    }
}

impl Run<'_> {
    /// What became of it, for the tally.
    pub(super) fn ending(&self) -> &'static str {
        match &self.answer {
            None => "killed",
            Some(Err(error)) if error.to_string().contains("-priority-taken") => "refused",
            Some(Err(_)) => "failed",
            Some(Ok(_)) if self.is("check") && !self.moves().is_empty() => "opened by a check",
            Some(Ok(_)) => "done",
        }
    }

    /// All but invariants 3 and 4, which are about two of them; the listener in memory judges invariant 1.
    pub(super) fn judge(&self) -> TestCaseResult {
        self.a_switch_reaches_its_places()?;
        self.an_error_is_whole()?;
        self.only_a_start_closes()?;
        self.there_are_two_arrangements()?;
        self.a_check_keeps_to_the_limit()
    }

    /// Invariant 2. A start leaves a window that counts and gets the limit that it asks for, but never a shorter one.
    fn a_switch_reaches_its_places(&self) -> TestCaseResult {
        let (event, after, stack) = (self.event, &self.after, self.stack);
        if !self.is_undisturbed || self.is_ignored() || !matches!(self.answer, Some(Ok(_))) {
            return Ok(());
        }
        if self.is("start") {
            prop_assert!(after.own <= stack.settings.active, "{} left {:?}", event, after.order);
            let (running, limit) = (self.before.running(self.now), after.limit());
            let is_new = running.is_none() && !event["minutes"].is_null();
            let is_shorter = running.zip(limit).is_some_and(|(window, limit)| window.outlasts(limit));
            let is_over = limit.is_some_and(|limit| limit <= self.now);
            let is_good = after.window.is_some() && !is_shorter && !is_over;
            prop_assert!(is_good, "{} left {:?}", event, after.tags);
            prop_assert!(!is_new || limit == stack.limit_of(event, self.now), "{} left {:?}", event, limit);
        } else if self.is("end") {
            prop_assert_eq!((after.own, &after.window), (stack.settings.resting, &None), "{}", event);
            let is_held = after.placeholder.is_none_or(|place| place == stack.settings.active);
            prop_assert!(is_held || after.is_taken(stack.settings.active), "{:?}", after.order);
        }
        Ok(())
    }

    /// Invariant 3.
    pub(super) fn a_repeat_changes_nothing(&self, repeat: &Run<'_>) -> TestCaseResult {
        let (once, twice) = (&self.after, &repeat.after);
        prop_assert_eq!((once.state(), once.writes), (twice.state(), twice.writes), "{} twice", self.event);
        Ok(())
    }

    /// Invariant 4, by what the event leaves where nothing fails.
    pub(super) fn a_retry_ends_as_without_faults(&self, undisturbed: Option<&View>) -> TestCaseResult {
        if let Some(expected) = undisturbed.filter(|_| self.is_quiet() && !self.is_ignored()) {
            prop_assert_eq!(self.after.state(), expected.state(), "{} with faults", self.event);
        }
        Ok(())
    }

    /// Invariant 5: none loses a closed system's record, and if only a foreign rule at a place is wrong, it says so.
    fn an_error_is_whole(&self) -> TestCaseResult {
        let (before, after, stack) = (&self.before, &self.after, self.stack);
        let is_recorded = |view: &View| !view.is_closed || view.window.is_some();
        let is_lost = self.is_quiet() && is_recorded(before) && !is_recorded(after);
        prop_assert!(!is_lost, "{} lost the window's record", self.event);
        let Some(Err(error)) = self.answer.as_ref().filter(|_| self.is_undisturbed) else { return Ok(()) };
        let (place, code) = if self.is("start") {
            prop_assert!(before.own > stack.settings.active, "{}", error);
            prop_assert_eq!((before.state(), before.writes), (after.state(), after.writes));
            (stack.settings.active, "active-priority-taken")
        } else {
            (stack.settings.resting, "resting-priority-taken")
        };
        prop_assert!(before.is_taken(place) && error.to_string().contains(code), "{}", error);
        Ok(())
    }

    /// Invariant 6, whatever the tags say.
    fn only_a_start_closes(&self) -> TestCaseResult {
        let (event, own, active) = (self.event, &self.stack.own.maintenance, self.stack.settings.active);
        let closes = self.moves().iter().any(|one| one.rule == *own && one.to <= active);
        prop_assert!(self.is("start") || !closes, "{} closed the system", event);
        let is_late = event["scheduledAt"].as_str().is_some_and(|at| time(at).plus_minutes(5) < self.now);
        prop_assert!(!self.is("end") || is_late || !self.is_ignored(), "{} was ignored in time", event);
        if self.is_alone && !self.is_ignored() && matches!(self.answer, Some(Ok(_))) {
            prop_assert!(!self.is("start") || self.after.is_closed, "{} left it open", event);
            prop_assert!(!self.is("end") || !self.after.is_closed, "{} left it closed", event);
        }
        Ok(())
    }

    /// Invariant 7.
    fn there_are_two_arrangements(&self) -> TestCaseResult {
        let (active, resting) = (self.stack.settings.active, self.stack.settings.resting);
        let places = (self.after.own, self.after.placeholder);
        let is_legal = [(active, Some(resting)), (resting, Some(active))].contains(&places);
        prop_assert!(is_legal || self.company != Company::None, "{:?}", self.after.order);
        Ok(())
    }

    /// Invariant 8.
    fn a_check_keeps_to_the_limit(&self) -> TestCaseResult {
        let limits = self.stack.limits.borrow();
        let opens = self.company == Company::None && self.ending() == "opened by a check";
        let is_over = limits.iter().any(|limit| *limit <= self.now);
        prop_assert!(!opens || is_over, "a check opened before {:?}", limits);
        Ok(())
    }

    fn is(&self, kind: &str) -> bool {
        self.event["type"] == kind
    }

    /// Whether only faults can have disturbed it.
    fn is_quiet(&self) -> bool {
        self.is_alone && self.company == Company::None
    }

    fn report(&self) -> Option<&ListenerReport> {
        self.answer.as_ref()?.as_ref().ok()?.listeners[0].report()
    }

    fn is_ignored(&self) -> bool {
        self.report().is_some_and(|report| report.outcome == Outcome::Ignored)
    }

    fn moves(&self) -> &[Move] {
        self.report().map(|report| report.moves.as_slice()).unwrap_or_default()
    }
}
