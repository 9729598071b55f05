//! What the status rule has to publish, worked out from what was read and nothing else.

use serde::Serialize;
use serde_json::Value;

use crate::rule::RuleArn;
use crate::state::{Situation, State};
use crate::text;
use crate::timestamp::Timestamp;

/// What visitors and monitors read, as JSON with its members in this order: the contract in docs/reference.md.
#[derive(Serialize)]
struct Status<'a> {
    state: State,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    message: Option<&'a str>,
}

/// What an event says of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum News {
    /// Nothing: the message of the present window stays.
    #[default]
    Keep,
    /// This one takes its place, or none does.
    Replace(Option<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpdate {
    /// The message that the rule publishes as it was read.
    pub published: Option<String>,
    /// What it has to publish, and the whole body with it.
    pub message: Option<String>,
    pub body: String,
    /// Whether it does not yet.
    pub is_new: bool,
    /// Why visitors do not get it.
    pub trouble: Option<String>,
}

pub(crate) fn plan(situation: &Situation<'_>, rule: &RuleArn, news: &News) -> Result<StatusUpdate, String> {
    let (state, record, active) = (situation.state(), &situation.record, situation.settings.active);
    let own = situation.order.find(rule).ok_or_else(|| {
        format!(
            "the status rule {rule} was deleted; deploy without StatusPath, then with it, to bring it back"
        )
    })?;
    let today = own.fixed_json.as_deref().ok_or_else(|| {
        format!(
            "the status rule at {} is left alone, because it is no fixed response of JSON with status 200, but {}",
            own.priority, own.action.description
        )
    })?;
    let old: Value = serde_json::from_str(today).unwrap_or_default();
    let published = old["message"].as_str().filter(|message| text::is_message(message));
    // Not the window's own `since`, which an extension or a check can count anew, or which was not recorded yet.
    let began: Option<Timestamp> = old["since"].as_str().and_then(|since| since.parse().ok());
    let is_of_this_window = began.is_none_or(|began| record.ended_at.is_none_or(|ended| began > ended));
    let message = match news {
        News::Replace(message) => message.as_deref(),
        News::Keep => published.filter(|_| is_of_this_window),
    };
    let is_active = state == State::Active;
    let window = record.window.as_ref().filter(|_| is_active);
    let status = Status {
        state,
        since: window.map(|window| window.since),
        until: window.and_then(|window| window.limit),
        message: message.filter(|_| is_active),
    };
    let body = serde_json::to_string(&status).map_err(|error| error.to_string())?;
    let place = own.priority;
    let trouble = if place >= active {
        Some(format!(
            "the status rule is at {place}, below the maintenance rule's active priority {active}, where no request reaches \
             it; move it above that"
        ))
    } else {
        let message = "answers every request; give it the condition of a path of its own";
        own.scope.is_whole.then(|| format!("the status rule at {place} {message}"))
    };
    let [published, message] = [published, status.message].map(|message| message.map(str::to_owned));
    Ok(StatusUpdate { published, message, is_new: body != today, body, trouble })
}

#[cfg(test)]
mod tests;
