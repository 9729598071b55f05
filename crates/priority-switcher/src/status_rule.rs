//! What the rule that tells the state has to say, worked out from what was read and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::message::Message;
use crate::plan::State;
use crate::record::Record;
use crate::rule::{Priority, RuleArn, RuleOrder};
use crate::timestamp::Timestamp;
use crate::warning::Warning;

/// What visitors and monitors are told. Its text form is the body, JSON with its members in this order: the contract
/// in docs/reference.md.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    pub state: State,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub message: Option<Message>,
}

/// What is so, and the message that would be told with it.
#[derive(Clone, Copy, Debug)]
pub struct Truth<'a> {
    pub state: State,
    /// Counts unless the state is at rest.
    pub record: &'a Record,
    /// Since when it has been on for whoever asked before, if this invocation has changed that.
    pub earlier: Option<Timestamp>,
    /// In place of the message that is told already.
    pub news: Option<&'a Message>,
}

/// The one call that makes the status rule tell the truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    pub rule: RuleArn,
    /// Never the same as what it says.
    pub status: Status,
}

/// What to do with a status rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// What it tells beside the state as it was read, if that can be read.
    pub told: Option<Message>,
    /// What it is to tell beside the state.
    pub message: Option<Message>,
    /// Nothing if it tells the truth, or cannot tell anything.
    pub step: Option<Tell>,
    /// Why those whom it is for are not told.
    pub trouble: Option<Warning>,
}

/// What of a body counts: the message and the window that it was for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    since: Option<String>,
    message: Option<String>,
}

/// Works out what the status rule has to say. `active` is where the maintenance rule stands during maintenance.
pub fn plan(order: &RuleOrder, rule: &RuleArn, active: Priority, truth: &Truth<'_>) -> Telling {
    let cannot = |why| Telling { trouble: Some(Warning::status_not_told(why)), ..Telling::default() };
    let Some(own) = order.find(rule) else {
        return cannot(format!(
            "the status rule {rule} is not among the listener's rules; deploy again to bring it back"
        ));
    };
    let Some(today) = own.fixed_json.as_deref() else {
        return cannot(format!(
            "the status rule at {} is left alone, because it is no fixed response of JSON with status 200, but {}",
            own.priority, own.action.description
        ));
    };
    let said: Said = serde_json::from_str(today).unwrap_or_default();
    let told = said.message.and_then(|text| Message::new(&text).ok());
    let is_on = truth.state != State::Resting;
    let (since, until) = (truth.record.since.filter(|_| is_on), truth.record.until.filter(|_| is_on));
    let is_of_this_window = [since, truth.earlier.or(since)]
        .iter()
        .any(|since| since.map(|since| since.to_string()) == said.since);
    let kept = told.clone().filter(|_| is_of_this_window);
    let message = truth.news.cloned().or(kept).filter(|_| is_on);
    let status = Status { state: truth.state, since, until, message: message.clone() };
    let step = (status.to_string() != today).then(|| Tell { rule: rule.clone(), status });
    let why = if own.priority >= active {
        Some(format!(
            "the status rule stands at {}, where nobody reaches it while the maintenance rule stands at {active}; move it \
             above that",
            own.priority
        ))
    } else {
        own.scope.is_whole().then(|| {
            format!(
                "the status rule at {} answers every request; give it the condition of a path of its own",
                own.priority
            )
        })
    };
    Telling { told, message, step, trouble: why.map(Warning::status_not_told) }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&body)
    }
}

impl fmt::Display for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tell {} {}", self.rule.id(), self.status)
    }
}

#[cfg(test)]
mod tests;
