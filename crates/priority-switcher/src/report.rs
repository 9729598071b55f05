//! The answer: what was done, and each listener's status.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::listener::ListenerError;
use crate::plan::Move;
use crate::record::LastWindow;
use crate::rule::{Action, RuleArn, RuleOrder};
use crate::state::State;
use crate::timestamp::Timestamp;
use crate::warning::Warning;

/// What came of one listener's part in the invocation; of the whole, the greatest of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// All was as the event wants it, or it was a dry run.
    Unchanged,
    /// The event came too late.
    Ignored,
    /// A rule, the record of the window or the published status changed.
    Changed,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    #[serde(rename = "type")]
    pub event_type: &'static str,
    pub outcome: Outcome,
    /// Whether `moves` are only what would be done.
    pub dry_run: bool,
    /// One for each configured rule, in the order of the configuration.
    pub listeners: Vec<ListenerEntry>,
    /// Why a check could not begin: a setting that cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerEntry {
    pub listener_arn: String,
    pub rule_arn: RuleArn,
    /// The answer to a check alone can have an error here: any other event fails.
    #[serde(flatten, serialize_with = "report_or_error")]
    pub result: Result<ListenerReport, ListenerError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerReport {
    /// The answer carries it once for all.
    #[serde(skip)]
    pub outcome: Outcome,
    pub state: State,
    pub since: Option<Timestamp>,
    /// The limit: a check ends the window then.
    pub until: Option<Timestamp>,
    pub reason: Option<String>,
    /// What the status rule publishes beside the state.
    pub message: Option<String>,
    /// At rest only.
    pub last_window: Option<LastWindow>,
    pub moves: Vec<Move>,
    /// All rules after the last call, the default rule last.
    pub rules: Vec<RuleLine>,
    pub warnings: Vec<Warning>,
}

/// One rule, as the console shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleLine {
    /// Its number, or `"default"`.
    pub priority: String,
    pub rule_arn: RuleArn,
    pub conditions: Vec<String>,
    pub action: String,
}

impl Answer {
    pub fn new(event_type: &'static str, dry_run: bool, listeners: Vec<ListenerEntry>) -> Self {
        let outcomes = listeners.iter().filter_map(ListenerEntry::report).map(|report| report.outcome);
        let outcome = outcomes.max().unwrap_or(Outcome::Unchanged);
        Self { event_type, outcome, dry_run, listeners, error: None }
    }
}

impl ListenerEntry {
    pub fn report(&self) -> Option<&ListenerReport> {
        self.result.as_ref().ok()
    }
}

fn report_or_error<S: Serializer>(
    result: &Result<ListenerReport, ListenerError>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match result {
        Ok(report) => report.serialize(serializer),
        Err(error) => serializer.collect_map([("error", error.to_string())]),
    }
}

pub fn rule_lines(order: &RuleOrder) -> Vec<RuleLine> {
    let line = |priority: String, arn: &RuleArn, conditions: &[String], action: &Action| RuleLine {
        priority,
        rule_arn: arn.clone(),
        conditions: conditions.to_vec(),
        action: action.description.clone(),
    };
    let default = order.default_rule();
    let numbered = order.rules().iter();
    let numbered =
        numbered.map(|rule| line(rule.priority.to_string(), &rule.arn, &rule.conditions, &rule.action));
    numbered.chain([line("default".to_owned(), &default.arn, &[], &default.action)]).collect()
}
