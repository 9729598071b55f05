//! What has to change at one listener, worked out from what was read and nothing else.
//!
//! The rules from the place on that the maintenance rule takes move down one place each, up to the first
//! free number, and each of them back that still stands there. They are shifted, never swapped: whatever gets lost later,
//! their order among each other is right at every moment.

mod end;
mod layout;
mod start;

use std::fmt;

use crate::event::{Command, MAX_MINUTES_AHEAD};
use crate::record::{CLOCK_SKEW, Origin, Record, Tags, key};
use crate::rule::{Priority, Rule, RuleArn, RuleOrder};
use crate::timestamp::Timestamp;
use crate::warning::Warning;
use layout::Layout;

/// What the configuration fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the maintenance rule stands during maintenance.
    pub active: Priority,
    /// Where it rests when nothing tells where it came from.
    pub resting: Option<Priority>,
    /// The longest window and the default one, in minutes; none for no limit.
    pub max_duration: Option<u32>,
    /// How late a scheduled start may come, in minutes.
    pub stale_after: u32,
}

impl Settings {
    /// The longest window, in minutes.
    fn longest_window(&self) -> u32 {
        self.max_duration.unwrap_or(MAX_MINUTES_AHEAD)
    }
}

/// One listener as it was read.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub order: &'a RuleOrder,
    /// Which of them is the maintenance rule.
    pub rule: &'a RuleArn,
    /// The maintenance rule's.
    pub tags: &'a Tags,
    /// The origin that this same invocation read or wrote before. It counts where the tags no longer
    /// hold one: somebody else's end may clear them between a start's two calls.
    pub recalled: Option<&'a Origin>,
}

/// Whether the system is in maintenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The maintenance rule stands at or above the configured active priority.
    Active,
    /// It stands below the active priority, catches everything and has other rules below it, which get no request; and
    /// this is not the configured resting priority, where that is meant so.
    Partial,
    /// It stands where it does no harm.
    Resting,
}

/// One rule's way.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    #[serde(rename = "ruleArn")]
    pub rule: RuleArn,
    pub from: Priority,
    /// Never the same.
    pub to: Priority,
}

/// One call of the API that changes something; the tags are the maintenance rule's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    AddTags(Tags),
    RemoveTags(Vec<String>),
    /// All at once or none of them.
    SetRulePriorities(Vec<Move>),
}

/// What to do now. An end takes two plans: the record goes once the order has been seen to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The calls in the order in which a crash between them does no harm.
    pub steps: Vec<Step>,
    /// Whether the listener is in maintenance as it stands, before any step.
    pub state: State,
    /// What is recorded of it, with lost parts filled in.
    pub record: Record,
    /// Whether the event came too late to be obeyed.
    pub ignored: bool,
    pub warnings: Vec<Warning>,
}

/// The listener cannot be switched as it is. Nothing was changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("maintenance rule {0} is not among the listener's rules")]
    RuleNotFound(RuleArn),
    /// The default rule has no number to change.
    #[error(
        "maintenance rule {0} is the listener's default rule, which cannot be moved; accepted: a rule with a number"
    )]
    DefaultRule(RuleArn),
    /// Every number below the other rules is taken, and they cannot make room.
    #[error(
        "maintenance rule {0} cannot be put below the other rules: no number up to 50000 can be made free"
    )]
    NoRoom(RuleArn),
}

/// Works out what has to change.
///
/// # Errors
/// If the maintenance rule is no movable rule of the listener, or an end finds no place for it.
pub fn plan(
    view: View<'_>,
    command: &Command,
    settings: &Settings,
    now: Timestamp,
) -> Result<Plan, PlanError> {
    let Some(own) = view.order.find(view.rule) else {
        let rule = view.rule.clone();
        return Err(if view.order.default_rule().arn == rule {
            PlanError::DefaultRule(rule)
        } else {
            PlanError::RuleNotFound(rule)
        });
    };
    let mut record = Record::from_tags(view.tags, settings.active);
    let longest = settings.longest_window();
    let doubts = Warning::record_from_future(&record.bound_times(now, longest));
    let recalled = record.origin.is_none() && view.recalled.is_some();
    record.origin = record.origin.or_else(|| view.recalled.cloned());
    let layout = Layout::new(view.order, own);
    let situation = Situation { view, settings, now, layout, record, recalled, doubts };
    match command {
        Command::Start(start) => Ok(situation.start(start)),
        Command::End { scheduled_at } => situation.end(situation.meant_for(*scheduled_at)),
        Command::Check if situation.has_expired() => situation.end(None),
        Command::Check => Ok(situation.watch()),
        Command::Status => Ok(situation.stay(situation.drift())),
    }
}

/// Everything that a decision needs, in one place.
struct Situation<'a> {
    view: View<'a>,
    settings: &'a Settings,
    now: Timestamp,
    layout: Layout<'a>,
    record: Record,
    recalled: bool,
    /// What the tags say and cannot be.
    doubts: Option<Warning>,
}

impl Situation<'_> {
    /// Taken from the order. The tags count only where the order cannot tell: with nothing below it, the rule does
    /// the same at any number.
    fn state(&self) -> State {
        let own = self.layout.own();
        let stands_above_others = self.layout.stands_above_others();
        // Once its tags are gone, that window is over.
        let recorded = self.record.origin.as_ref().filter(|_| !self.recalled);
        let is_recorded = recorded.is_some_and(|origin| own <= origin.active);
        if own <= self.settings.active && (stands_above_others || is_recorded) {
            State::Active
        } else if self.view.order.shadowed_by(self.view.rule).next().is_some()
            && Some(own) != self.settings.resting
        {
            State::Partial
        } else {
            State::Resting
        }
    }

    /// Whether the tags themselves say that maintenance is on.
    fn is_recorded(&self) -> bool {
        self.record.since.is_some() || (self.record.origin.is_some() && !self.recalled)
    }

    fn has_expired(&self) -> bool {
        // An end that is lost keeps the system closed no longer than one that was kept could.
        let has_end = self.settings.max_duration.is_some() || self.view.tags.contains_key(key::UNTIL);
        let latest = self.record.since.filter(|_| has_end);
        let latest = latest.map(|since| since.plus_minutes(self.settings.longest_window()));
        self.record.until.or(latest).is_some_and(|until| until <= self.now)
    }

    /// Nothing has to end now. A window whose beginning is lost counts from now on, or nothing would bound it.
    fn watch(&self) -> Plan {
        let is_window = self.state() == State::Active && !self.tags_of_a_window(&Tags::new()).is_empty();
        let since = Tags::from([(key::SINCE.to_owned(), self.now.to_string())]);
        let is_lost = is_window && self.record.since.is_none();
        let steps = if is_lost { vec![Step::AddTags(since)] } else { Vec::new() };
        self.proceed(steps, self.drift())
    }

    fn drift(&self) -> Vec<Warning> {
        match (&self.record.origin, self.state()) {
            (Some(origin), State::Partial | State::Resting) => {
                vec![Warning::drift(self.record.since, origin.active, self.layout.own())]
            }
            (Some(origin), State::Active) => {
                Warning::record_incomplete(&origin.displaced).into_iter().collect()
            }
            (None, State::Active) => vec![Warning::record_missing_while_active(self.layout.own())],
            _ => Vec::new(),
        }
    }

    fn stay(&self, warnings: Vec<Warning>) -> Plan {
        self.proceed(Vec::new(), warnings)
    }

    fn ignore(&self, warning: Warning) -> Plan {
        Plan { ignored: true, ..self.stay(vec![warning]) }
    }

    /// Those of the tags that hold parts of a window which `keep` does not name.
    fn tags_of_a_window(&self, keep: &Tags) -> Vec<String> {
        let keys = self.view.tags.keys();
        keys.filter(|key| key::is_of_a_window(key) && !keep.contains_key(*key)).cloned().collect()
    }

    /// When the schedule meant an event to happen. What lies ahead counts as not said: it would outlast every event
    /// to come.
    fn meant_for(&self, scheduled_at: Option<Timestamp>) -> Option<Timestamp> {
        scheduled_at.filter(|scheduled| *scheduled <= self.now.plus_minutes(CLOCK_SKEW))
    }

    fn proceed(&self, steps: Vec<Step>, warnings: Vec<Warning>) -> Plan {
        let warnings = self.doubts.iter().cloned().chain(warnings).collect();
        Plan { steps, state: self.state(), record: self.record.clone(), ignored: false, warnings }
    }
}

impl Step {
    /// What the tags are once the step is taken.
    pub fn update(&self, tags: &mut Tags) {
        match self {
            Self::AddTags(news) => tags.extend(news.clone()),
            Self::RemoveTags(keys) => tags.retain(|key, _| !keys.contains(key)),
            Self::SetRulePriorities(_) => {}
        }
    }
}

impl Plan {
    /// Whether everything is as the command wants it.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The rules that change their number.
    pub fn moves(&self) -> &[Move] {
        let moves = self.steps.iter().find_map(|step| match step {
            Step::SetRulePriorities(moves) => Some(moves.as_slice()),
            Step::AddTags(_) | Step::RemoveTags(_) => None,
        });
        moves.unwrap_or_default()
    }

    /// What the plan makes of the order that it was made for.
    pub fn order_after(&self, order: &RuleOrder) -> RuleOrder {
        let to = |rule: &Rule| self.moves().iter().find(|one| one.rule == rule.arn).map(|one| one.to);
        order.renumbered(|rule| to(rule).unwrap_or(rule.priority))
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}→{}", self.rule.id(), self.from, self.to)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn short(key: &str) -> &str {
            key.strip_prefix("maintenance-mode:").unwrap_or(key)
        }
        let (verb, parts): (_, Vec<String>) = match self {
            Self::AddTags(tags) => {
                ("add tags", tags.iter().map(|(key, value)| format!("{}={value}", short(key))).collect())
            }
            Self::RemoveTags(keys) => ("remove tags", keys.iter().map(|key| short(key).to_owned()).collect()),
            Self::SetRulePriorities(moves) => ("set priorities", moves.iter().map(Move::to_string).collect()),
        };
        write!(f, "{verb} {}", parts.join(", "))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing to do");
        }
        let steps: Vec<String> = self.steps.iter().map(Step::to_string).collect();
        f.write_str(&steps.join("; "))
    }
}

#[cfg(test)]
mod tests;
