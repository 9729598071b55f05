//! The answer: what was done and how every listener stands now.

use serde::{Serialize, Serializer};

use crate::event::EventType;
use crate::message::Message;
use crate::plan::{Move, State};
use crate::rule::{ListenerArn, Priority, RuleArn, RuleOrder};
use crate::timestamp::Timestamp;
use crate::warning::Warning;

/// What came of the invocation or of one listener's part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A rule, the record of the window or what the status rule tells changed.
    Changed,
    /// All was as the event wants it, or it was a dry run.
    Unchanged,
    /// The event came too late to be obeyed.
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

/// The answer to an invocation that succeeded.
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
    pub listeners: Vec<ListenerReport>,
}

/// One listener's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerReport {
    pub listener_arn: ListenerArn,
    pub rule_arn: RuleArn,
    /// What came of it; the answer carries it once for all.
    #[serde(skip)]
    pub outcome: Outcome,
    /// For the metrics.
    #[serde(skip)]
    pub standing: Standing,
    /// Whether the listener is in maintenance now.
    pub state: State,
    /// Since when, if it is, in part too, and that is known.
    pub since: Option<Timestamp>,
    /// Until when at the latest, if it is and that was said.
    pub until: Option<Timestamp>,
    /// What for, if it is and that was said.
    pub reason: Option<String>,
    /// What the status rule tells visitors beside the state.
    pub message: Option<Message>,
    /// The rules that changed their number, or would.
    pub moves: Vec<Move>,
    /// All rules as they stand after the call, the default rule last.
    pub rules: Vec<RuleLine>,
    pub warnings: Vec<Warning>,
}

/// Where a listener stands, as far as it was read: known of one that failed, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub listener_arn: ListenerArn,
    pub state: State,
    /// Until when at the latest, if that was said.
    pub until: Option<Timestamp>,
    /// How many rules get no request because the maintenance rule rests above them.
    pub shadowed_rules: usize,
    /// Whether every target group of the maintenance rule has a target that can answer, if that is known.
    pub responder_can_answer: Option<bool>,
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
    pub fn new(event_type: EventType, dry_run: bool, listeners: Vec<ListenerReport>) -> Self {
        let any = |outcome| listeners.iter().any(|listener| listener.outcome == outcome);
        let outcome = [Outcome::Changed, Outcome::Ignored].into_iter().find(|outcome| any(*outcome));
        Self { event_type, outcome: outcome.unwrap_or(Outcome::Unchanged), dry_run, listeners }
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
