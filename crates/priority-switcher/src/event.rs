//! The payload: read strictly into a command, or refused with a sentence that says what is wrong.

mod json;

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::message::{self, Message};
use crate::reason::Reason;
use crate::timestamp::Timestamp;

/// The farthest that an end can be set ahead, in minutes: 30 days. More is taken for a slip.
pub const MAX_MINUTES_AHEAD: u32 = 30 * 24 * 60;

/// What EventBridge Scheduler sends in place of the time when it does not know the keyword.
const UNREPLACED_KEYWORD: &str = "<aws.scheduler.scheduled-time>";

/// The event's `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EventType {
    Start,
    End,
    Status,
    Check,
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::End => "end",
            Self::Status => "status",
            Self::Check => "check",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub command: Command,
    /// Whether to say what would be done instead of doing it.
    pub dry_run: bool,
}

/// What to do with every configured listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Put the system into maintenance, or extend the window it is in.
    Start(Start),
    /// Bring the system back.
    End {
        /// When the schedule meant it to happen.
        scheduled_at: Option<Timestamp>,
    },
    /// Only look.
    Status,
    /// End what has expired and report what is off.
    Check,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// When maintenance has to end at the latest; always in the future.
    pub until: Option<Timestamp>,
    pub reason: Option<Reason>,
    /// What to tell visitors.
    pub message: Option<Message>,
    /// When the schedule meant it to happen.
    pub scheduled_at: Option<Timestamp>,
}

impl Command {
    pub fn event_type(&self) -> EventType {
        match self {
            Self::Start(_) => EventType::Start,
            Self::End { .. } => EventType::End,
            Self::Status => EventType::Status,
            Self::Check => EventType::Check,
        }
    }

    /// What a start has visitors told.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Start(start) => start.message.as_ref(),
            _ => None,
        }
    }
}

/// The payload is not one of the contract's. Nothing has been read or changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    #[error("type is missing; accepted: {TYPES}; nothing was changed")]
    TypeMissing,
    #[error("{field} is {value}: {reason}; accepted: {accepted}; nothing was changed")]
    Unusable {
        /// Shortened, as is the value, which is JSON.
        field: String,
        value: String,
        reason: String,
        accepted: String,
    },
}

const TYPES: &str = r#""start", "end", "status", "check""#;

/// The payload's JSON.
///
/// # Errors
/// If it cannot be read, or if an object in it has a key twice: nobody can say which of the two is meant.
pub fn read(payload: &str) -> Result<Value, EventError> {
    json::parse(payload).map_err(|problem| unusable("event", payload, problem.to_string(), AN_OBJECT))
}

/// Reads a payload: the command itself, or an EventBridge envelope with the command as its `detail`.
///
/// An envelope's `time` is the `scheduledAt` of a command that has none of its own: EventBridge delivers an event more
/// than once, late after its retries, and again from an archive.
///
/// `max_duration` is the configured longest window in minutes; no `until` may lie farther ahead.
///
/// # Errors
/// On anything that the contract does not name, so that a slip of the pen does nothing.
pub fn parse(payload: &Value, now: Timestamp, max_duration: Option<u32>) -> Result<Request, EventError> {
    let object = object("event", payload)?;
    let fields = match object.get("detail") {
        Some(detail) if object.contains_key("detail-type") || object.contains_key("source") => {
            Fields { own: self::object("detail", detail)?, sent_at: object.get("time") }
        }
        _ => Fields { own: object, sent_at: None },
    };
    fields.request(now, max_duration.unwrap_or(MAX_MINUTES_AHEAD))
}

struct Fields<'a> {
    own: &'a Map<String, Value>,
    /// The envelope's `time`.
    sent_at: Option<&'a Value>,
}

impl Fields<'_> {
    fn request(&self, now: Timestamp, max_ahead: u32) -> Result<Request, EventError> {
        let kind = self.own.get("type").ok_or(EventError::TypeMissing)?;
        let (command, dry_run) = match kind.as_str() {
            Some("start") => {
                self.only(&["type", "until", "minutes", "reason", "message", "scheduledAt", "dryRun"])?;
                let start = Start {
                    until: self.until(now, max_ahead)?,
                    reason: self.reason()?,
                    message: self.message()?,
                    scheduled_at: self.scheduled_at()?,
                };
                (Command::Start(start), self.dry_run()?)
            }
            Some("end") => {
                self.only(&["type", "scheduledAt", "dryRun"])?;
                (Command::End { scheduled_at: self.scheduled_at()? }, self.dry_run()?)
            }
            Some("status") => {
                self.only(&["type"])?;
                (Command::Status, false)
            }
            Some("check") => {
                self.only(&["type"])?;
                (Command::Check, false)
            }
            _ => return Err(error("type", kind, "unknown event type", TYPES)),
        };
        Ok(Request { command, dry_run })
    }

    fn only(&self, known: &[&str]) -> Result<(), EventError> {
        match self.own.iter().find(|(field, _)| !known.contains(&field.as_str())) {
            None => Ok(()),
            Some((field, value)) => {
                let kind = self.own.get("type").and_then(Value::as_str).unwrap_or_default();
                let accepted = format!("the fields of \"{kind}\": {}", known.join(", "));
                Err(error(field, value, "unknown field", accepted))
            }
        }
    }

    fn until(&self, now: Timestamp, max_ahead: u32) -> Result<Option<Timestamp>, EventError> {
        match (self.own.get("until"), self.own.get("minutes")) {
            (None, None) => Ok(None),
            (Some(_), Some(minutes)) => {
                Err(error("minutes", minutes, "given beside until", "one of until and minutes"))
            }
            (Some(value), None) => {
                let latest = now.plus_minutes(max_ahead);
                let accepted = format!("an RFC 3339 time after {now} and not after {latest}");
                let until = time("until", value, &accepted)?;
                if until <= now {
                    return Err(error("until", value, "not in the future", accepted));
                }
                if until > latest {
                    return Err(error("until", value, "too far ahead", accepted));
                }
                Ok(Some(until))
            }
            (None, Some(value)) => {
                let minutes = value.as_u64().and_then(|minutes| u32::try_from(minutes).ok());
                match minutes {
                    Some(minutes) if (1..=max_ahead).contains(&minutes) => {
                        Ok(Some(now.plus_minutes(minutes)))
                    }
                    _ => {
                        let accepted = format!("a whole number from 1 to {max_ahead}");
                        Err(error("minutes", value, "not the length of a window", accepted))
                    }
                }
            }
        }
    }

    fn reason(&self) -> Result<Option<Reason>, EventError> {
        match self.own.get("reason") {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Reason::new(text)),
            Some(other) => Err(error("reason", other, "not a string", "a string")),
        }
    }

    /// Refused where a reason would be adapted: a person writes it for the public, and reads the refusal.
    fn message(&self) -> Result<Option<Message>, EventError> {
        let Some(value) = self.own.get("message") else { return Ok(None) };
        let accepted = format!(
            "a text of 1 to {} characters without control characters, at most {} bytes of JSON",
            message::MAX_LENGTH,
            message::MAX_BYTES
        );
        let Some(text) = value.as_str() else {
            return Err(error("message", value, "not a string", accepted));
        };
        let message = Message::new(text);
        message.map(Some).map_err(|problem| error("message", value, &problem.to_string(), accepted))
    }

    fn scheduled_at(&self) -> Result<Option<Timestamp>, EventError> {
        let own = self.own.get("scheduledAt").filter(|value| *value != UNREPLACED_KEYWORD);
        let meant_for = own.map(|value| ("scheduledAt", value)).or(self.sent_at.map(|value| ("time", value)));
        let accepted = "an RFC 3339 time such as 2026-03-01T22:00:00Z";
        meant_for.map(|(field, value)| time(field, value, accepted)).transpose()
    }

    fn dry_run(&self) -> Result<bool, EventError> {
        match self.own.get("dryRun") {
            None => Ok(false),
            Some(Value::Bool(dry_run)) => Ok(*dry_run),
            Some(other) => Err(error("dryRun", other, "not a boolean", "true, false")),
        }
    }
}

const AN_OBJECT: &str = r#"an object such as {"type":"start"}"#;

fn object<'a>(field: &str, value: &'a Value) -> Result<&'a Map<String, Value>, EventError> {
    value.as_object().ok_or_else(|| error(field, value, "not an object", AN_OBJECT))
}

fn time(field: &str, value: &Value, accepted: &str) -> Result<Timestamp, EventError> {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| error(field, value, "not a time", accepted))
}

fn error(field: &str, value: &Value, reason: &str, accepted: impl Into<String>) -> EventError {
    unusable(field, &value.to_string(), reason.to_owned(), accepted)
}

fn unusable(field: &str, value: &str, reason: String, accepted: impl Into<String>) -> EventError {
    const LONGEST: usize = 100;
    let mut text: String = value.chars().take(LONGEST).collect();
    if text.len() < value.len() {
        text.push('…');
    }
    let field = field.chars().take(LONGEST).collect();
    EventError::Unusable { field, value: text, reason, accepted: accepted.into() }
}

#[cfg(test)]
mod tests;
