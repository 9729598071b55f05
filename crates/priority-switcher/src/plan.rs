//! What has to change at one listener, worked out from what was read and nothing else: two rules of the stack change
//! places; no other rule ever moves. Read docs/design.md for the reasons.

mod end;
mod start;

use std::fmt;

use crate::event::Command;
use crate::record::Tags;
use crate::rule::{Priority, Rule, RuleArn};
use crate::state::{Situation, State};
use crate::status_rule::News;
use crate::timestamp::Timestamp;
use crate::warning::Warning;

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Move {
    #[serde(rename = "ruleArn")]
    pub rule: RuleArn,
    pub from: Priority,
    /// Never the same.
    pub to: Priority,
}

/// What to do at one listener, in the order in which a crash between two calls does no harm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What to write to the maintenance rule before the moves.
    pub tags_before: Tags,
    /// One or two of our rules, in one call.
    pub moves: Vec<Move>,
    pub tags_after: Tags,
    /// A start that begins a window clears an earlier window's message.
    pub news: News,
    /// Whether the event came too late.
    pub ignored: bool,
    /// Why the invocation fails in the end, and what an operator does about it.
    pub failure: Option<String>,
    pub warnings: Vec<Warning>,
}

pub fn plan(situation: &Situation<'_>, command: &Command) -> Plan {
    let mut plan = match command {
        Command::Start(start) => situation.start(start),
        Command::End { scheduled_at } => situation.end(*scheduled_at),
        Command::Check => situation.check(),
        Command::Status => situation.stay(),
        Command::Message(message) => situation.message(message.clone()),
    };
    plan.warnings.splice(0..0, situation.record_invalid());
    plan
}

impl Situation<'_> {
    /// Changes nothing; warns if the rules and the record do not fit together.
    fn stay(&self) -> Plan {
        Plan { warnings: self.drift().into_iter().collect(), ..Plan::default() }
    }

    fn message(&self, message: Option<String>) -> Plan {
        let failure = "the system is open: a message can be published in a window only; nothing was changed";
        let failure = (self.state() == State::Resting).then(|| failure.to_owned());
        Plan { failure, news: News::Replace(message), ..self.stay() }
    }

    /// Those of these tags that have a value and differ from what is there.
    fn changed<const N: usize>(&self, tags: [(&str, Option<String>); N]) -> Tags {
        let given = tags.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        given.filter(|(key, value)| self.tags.get(key) != Some(value)).collect()
    }
}

/// What of this is no move is left out.
fn moves(wanted: [(Option<&Rule>, Priority); 2]) -> Vec<Move> {
    let wanted = wanted.into_iter().filter_map(|(rule, to)| Some((rule?, to)));
    let news = wanted.filter(|(rule, to)| rule.priority != *to);
    news.map(|(rule, to)| Move { rule: rule.arn.clone(), from: rule.priority, to }).collect()
}

impl Plan {
    /// Nothing is done, because the event came too late.
    fn ignored(kind: &str, scheduled: Timestamp, why: &str) -> Self {
        let message = format!("ignored: this {kind} was scheduled for {scheduled}, {why}");
        Self { ignored: true, warnings: vec![Warning { code: "stale-event", message }], ..Self::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.tags_before.is_empty() && self.moves.is_empty() && self.tags_after.is_empty()
    }

    /// What it makes of the listener that it is for.
    pub fn result<'a>(&self, before: &Situation<'a>) -> Situation<'a> {
        let mut tags = before.tags.clone();
        tags.extend(self.tags_before.clone());
        tags.extend(self.tags_after.clone());
        let place = |rule: &Rule| {
            self.moves.iter().find(|one| one.rule == rule.arn).map_or(rule.priority, |one| one.to)
        };
        let after = before.clone();
        let maintenance = Rule { priority: place(&after.maintenance), ..after.maintenance };
        Situation { order: after.order.renumbered(place), maintenance, ..after }.tagged(tags)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tag = |(key, value): (&String, &String)| {
            format!("{}={value}", key.trim_start_matches("maintenance-mode:"))
        };
        let step = |one: &Move| format!("{} {}→{}", one.rule.id(), one.from, one.to);
        let calls = [
            ("add tags", self.tags_before.iter().map(tag).collect::<Vec<_>>()),
            ("set priorities", self.moves.iter().map(step).collect()),
            ("add tags", self.tags_after.iter().map(tag).collect()),
        ];
        let calls = calls.iter().filter(|(_, parts)| !parts.is_empty());
        let calls: Vec<_> = calls.map(|(verb, parts)| format!("{verb} {}", parts.join(", "))).collect();
        f.write_str(if calls.is_empty() { "nothing to do".to_owned() } else { calls.join("; ") }.as_str())
    }
}

#[cfg(test)]
mod tests;
