//! The answer: what was done, and each listener's status.

use serde::{Serialize, Serializer};

use crate::event::EventType;
use crate::plan::Move;
use crate::record::LastWindow;
use crate::rule::{ListenerArn, Priority, RuleArn, RuleOrder};
use crate::state::State;
use crate::text::Message;
use crate::timestamp::Timestamp;
use crate::warning::Warning;

/// What came of the invocation or of one listener's part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A rule, the record of the window or the published status changed.
    Changed,
    /// All was as the event wants it, or it was a dry run.
    Unchanged,
    /// The event came too late.
    Ignored,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Ignored => "ignored",
        }
    }
}

/// The answer to an invocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// `Changed` if any listener's is, else `Ignored` if any listener's is.
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
#[serde(untagged)]
pub enum ListenerEntry {
    Report(Box<ListenerReport>),
    /// Of a check only: any other event fails.
    #[serde(rename_all = "camelCase")]
    Failed {
        listener_arn: ListenerArn,
        rule_arn: RuleArn,
        error: String,
    },
}

/// One listener's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerReport {
    pub listener_arn: ListenerArn,
    pub rule_arn: RuleArn,
    /// The answer carries it once for all.
    #[serde(skip)]
    pub outcome: Outcome,
    pub state: State,
    /// When the present window began, if that is known.
    pub since: Option<Timestamp>,
    /// The present window's limit: a check ends it then.
    pub until: Option<Timestamp>,
    pub reason: Option<String>,
    /// What the status rule publishes beside the state.
    pub message: Option<Message>,
    /// At rest only.
    pub last_window: Option<LastWindow>,
    /// The rules that changed their number, or would.
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
    #[serde(serialize_with = "as_text")]
    pub priority: Option<Priority>,
    pub rule_arn: RuleArn,
    /// What it matches; nothing for the default rule.
    pub conditions: Vec<String>,
    pub action: String,
}

impl Answer {
    /// Sums the listeners up.
    pub fn new(event_type: EventType, dry_run: bool, listeners: Vec<ListenerEntry>) -> Self {
        let reports = || listeners.iter().filter_map(ListenerEntry::report);
        let any = |outcome: &Outcome| reports().any(|report| report.outcome == *outcome);
        let outcome = [Outcome::Changed, Outcome::Ignored].into_iter().find(any);
        Self { event_type, outcome: outcome.unwrap_or(Outcome::Unchanged), dry_run, listeners, error: None }
    }
}

impl ListenerEntry {
    pub fn report(&self) -> Option<&ListenerReport> {
        match self {
            Self::Report(report) => Some(report),
            Self::Failed { .. } => None,
        }
    }
}

/// The rules as the answer lists them.
pub fn rule_lines(order: &RuleOrder) -> Vec<RuleLine> {
    let default = order.default_rule();
    let numbered = order.rules().iter().map(|rule| RuleLine {
        priority: Some(rule.priority),
        rule_arn: rule.arn.clone(),
        conditions: rule.conditions.clone(),
        action: rule.action.description.clone(),
    });
    let last = RuleLine {
        priority: None,
        rule_arn: default.arn.clone(),
        conditions: Vec::new(),
        action: default.action.description.clone(),
    };
    numbered.chain([last]).collect()
}

/// The API's own form, in which the default rule's priority is a word.
#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn as_text<S: Serializer>(priority: &Option<Priority>, serializer: S) -> Result<S::Ok, S::Error> {
    match priority {
        Some(priority) => serializer.collect_str(priority),
        None => serializer.serialize_str("default"),
    }
}
