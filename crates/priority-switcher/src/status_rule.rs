//! What the status rule has to publish, worked out from what was read and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::rule::RuleArn;
use crate::state::{Situation, State};
use crate::text;
use crate::timestamp::Timestamp;

/// What visitors and monitors read. Its text form is the body, JSON with its members in this order: the contract in
/// docs/reference.md.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    pub state: State,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub message: Option<String>,
}

/// What an event says of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// Nothing: the message of the present window stays.
    Keep,
    /// This one takes its place, or none does.
    Replace(Option<&'a str>),
}

/// What to do with a status rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusUpdate {
    /// The message that the rule publishes as it was read.
    pub published: Option<String>,
    /// The message that it is to publish.
    pub message: Option<String>,
    /// The new body; nothing if the present one is right.
    pub status: Option<Status>,
    /// Why visitors do not get it.
    pub trouble: Option<String>,
}

/// What of a body counts: the message and the window that it was for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    since: Option<String>,
    message: Option<String>,
}

/// Works out what the status rule has to publish.
pub fn plan(situation: &Situation<'_>, rule: &RuleArn, news: News<'_>) -> StatusUpdate {
    let (state, record, active) = (situation.state(), &situation.record, situation.settings.active);
    let cannot = |why| StatusUpdate { trouble: Some(why), ..StatusUpdate::default() };
    let Some(own) = situation.order.find(rule) else {
        return cannot(format!(
            "the status rule {rule} was deleted; deploy without StatusPath, then with it, to bring it back"
        ));
    };
    let Some(today) = own.fixed_json.as_deref() else {
        return cannot(format!(
            "the status rule at {} is left alone, because it is no fixed response of JSON with status 200, but {}",
            own.priority, own.action.description
        ));
    };
    let window = record.window.as_ref().filter(|_| state == State::Active);
    let body: Body = serde_json::from_str(today).unwrap_or_default();
    let published = body.message.filter(|message| text::is_message(message));
    // Not the window's own `since`, which an extension or a check can count anew, or which was not recorded yet.
    let began: Option<Timestamp> = body.since.and_then(|since| since.parse().ok());
    let is_of_this_window = began.is_none_or(|began| record.ended_at.is_none_or(|ended| began > ended));
    let message = match news {
        News::Replace(message) => message.map(str::to_owned),
        News::Keep => published.clone().filter(|_| is_of_this_window),
    };
    let message = message.filter(|_| state == State::Active);
    let status = Status {
        state,
        since: window.map(|window| window.since),
        until: window.and_then(|window| window.limit),
        message: message.clone(),
    };
    let trouble = if own.priority >= active {
        Some(format!(
            "the status rule is at {}, below the maintenance rule's active priority {active}, where no request reaches it; \
             move it above that",
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
    StatusUpdate { published, message, status: (status.to_string() != today).then_some(status), trouble }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&body)
    }
}

#[cfg(test)]
mod tests;
