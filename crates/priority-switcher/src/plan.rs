//! What has to change at one listener, worked out from what was read and nothing else.
//!
//! Two rules of the stack change places; no other rule ever moves. Read docs/design.md for the reasons.

mod arrange;
mod check;
mod end;
mod start;

use std::fmt;

use crate::event::Command;
use crate::record::{Record, Tags, Window, key};
use crate::rule::{OwnRules, Priority, RuleArn, RuleOrder};
use crate::settings::Settings;
use crate::state::State;
use crate::timestamp::Timestamp;
use crate::warning::Warning;

/// One listener as it was read.
#[derive(Clone, Debug)]
pub struct Reading {
    pub order: RuleOrder,
    /// The maintenance rule's.
    pub tags: Tags,
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

/// One call of the API that changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Writes these tags of the maintenance rule.
    AddTags(Tags),
    /// One or two of our rules, in one call.
    SetRulePriorities(Vec<Move>),
}

/// What to do at one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The calls in the order in which a crash between them does no harm.
    pub steps: Vec<Step>,
    pub record: Record,
    /// Whether a start begins a window, so that an earlier window's message no longer counts.
    pub begins: bool,
    /// Whether the event came too late.
    pub ignored: bool,
    /// Why the invocation fails, after the steps.
    pub failure: Option<PlanError>,
    pub warnings: Vec<Warning>,
}

/// Why a listener cannot be brought to where the event wants it. The sentence has what an operator does about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("{}; nothing was changed", .0.coded())]
    ActivePriorityTaken(Warning),
    #[error(
        "resting-priority-taken: another rule holds the resting priority {priority}: {rule} ({conditions}); move that \
         rule to another priority, then send the end again"
    )]
    RestingPriorityTaken { rule: RuleArn, conditions: String, priority: Priority },
    #[error("the system is open: a message can be published in a window only; nothing was changed")]
    NoWindow,
}

/// Works out what has to change.
pub fn plan(
    reading: &Reading,
    rules: &OwnRules,
    command: &Command,
    settings: &Settings,
    now: Timestamp,
) -> Plan {
    let record = Record::read(&reading.tags, now, settings.max_duration);
    let state = State::of(&reading.order, rules, settings);
    let situation = Situation { reading, rules, settings, now, state, record };
    match command {
        Command::Start(start) => situation.start(start),
        Command::End { scheduled_at } => situation.end(*scheduled_at),
        Command::Check => situation.check(),
        Command::Status => situation.stay(situation.drift()),
        Command::Message(_) => situation.message(),
    }
}

/// Everything that a decision needs.
struct Situation<'a> {
    reading: &'a Reading,
    rules: &'a OwnRules,
    settings: &'a Settings,
    now: Timestamp,
    state: State,
    record: Record,
}

impl Situation<'_> {
    /// The window in which the system is closed, if its record counts and its limit has not passed.
    fn running(&self) -> Option<&Window> {
        let window = self.record.window.as_ref().filter(|window| !window.has_expired(self.now));
        window.filter(|_| self.state == State::Active)
    }

    fn message(&self) -> Plan {
        let failure = (self.state == State::Resting).then_some(PlanError::NoWindow);
        Plan { failure, ..self.stay(self.drift()) }
    }

    fn drift(&self) -> Vec<Warning> {
        Warning::drift(self.state, self.record.window.as_ref().map(|window| window.since))
            .into_iter()
            .collect()
    }

    fn stay(&self, warnings: Vec<Warning>) -> Plan {
        self.proceed(Vec::new(), warnings)
    }

    fn ignore(&self, warning: Warning) -> Plan {
        Plan { ignored: true, ..self.stay(vec![warning]) }
    }

    fn proceed(&self, steps: Vec<Step>, warnings: Vec<Warning>) -> Plan {
        Plan {
            steps,
            record: self.record.clone(),
            begins: false,
            ignored: false,
            failure: None,
            warnings: Warning::record_invalid(&self.record.invalid).into_iter().chain(warnings).collect(),
        }
    }

    /// Writes those of these tags that have a value and differ.
    fn write<const N: usize>(&self, tags: [(&str, Option<String>); N]) -> Option<Step> {
        let given = tags.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        let news: Tags = given.filter(|(key, value)| self.reading.tags.get(key) != Some(value)).collect();
        (!news.is_empty()).then_some(Step::AddTags(news))
    }
}

impl Plan {
    pub fn moves(&self) -> &[Move] {
        let moves = self.steps.iter().find_map(|step| match step {
            Step::SetRulePriorities(moves) => Some(moves.as_slice()),
            Step::AddTags(_) => None,
        });
        moves.unwrap_or_default()
    }

    /// What the plan makes of the order that it was made for.
    pub fn order_after(&self, order: &RuleOrder) -> RuleOrder {
        arrange::after(order, self.moves())
    }

    /// What the plan makes of the tags that it was made for.
    pub fn tags_after(&self, tags: &Tags) -> Tags {
        let mut tags = tags.clone();
        for step in &self.steps {
            if let Step::AddTags(news) = step {
                tags.extend(news.clone());
            }
        }
        tags
    }

    /// Whether it changes the order or the window, and not only when the last one ended.
    pub fn changes(&self) -> bool {
        self.record.window.is_some() && !self.steps.is_empty()
            || self.steps.iter().any(|step| match step {
                Step::SetRulePriorities(_) => true,
                Step::AddTags(tags) => tags.contains_key(key::SINCE),
            })
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}→{}", self.rule.id(), self.from, self.to)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |key: &str| key.trim_start_matches("maintenance-mode:").to_owned();
        let (verb, parts): (_, Vec<String>) = match self {
            Self::AddTags(tags) => {
                ("add tags", tags.iter().map(|(key, value)| format!("{}={value}", short(key))).collect())
            }
            Self::SetRulePriorities(moves) => ("set priorities", moves.iter().map(Move::to_string).collect()),
        };
        write!(f, "{verb} {}", parts.join(", "))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<String> = self.steps.iter().map(Step::to_string).collect();
        f.write_str(if steps.is_empty() { "nothing to do".to_owned() } else { steps.join("; ") }.as_str())
    }
}

#[cfg(test)]
mod tests;
