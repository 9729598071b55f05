//! The payload: read strictly into a command, or refused with a sentence that says what is wrong.

mod fields;

use std::fmt;

use serde::Serialize;

use crate::text::{self, Message, Reason};
use crate::timestamp::{CLOCK_SKEW_MINUTES, Timestamp};
use fields::{Field, Fields};

/// What EventBridge Scheduler sends in place of the time when it does not know the keyword.
const UNREPLACED_KEYWORD: &str = "<aws.scheduler.scheduled-time>";

const TYPES: &str = r#""start", "end", "status", "check", "message""#;

/// The event's `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EventType {
    Start,
    End,
    Status,
    Check,
    Message,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub command: Command,
    /// Whether to return the plan and change nothing.
    pub dry_run: bool,
}

/// What to do with every configured listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Close the system, or extend the window that is running.
    Start(Start),
    /// Open the system.
    End { scheduled_at: Option<Timestamp> },
    /// Read only.
    Status,
    /// End what has expired, and report what is wrong.
    Check,
    /// Publish another message; none clears it.
    Message(Option<Message>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// When maintenance must end at the latest. After the event's time, but in the past if the event was late.
    pub until: Option<Timestamp>,
    pub reason: Option<Reason>,
    pub message: Option<Message>,
    /// When the schedule meant it to run; at most [`CLOCK_SKEW_MINUTES`] ahead.
    pub scheduled_at: Option<Timestamp>,
}

/// The payload is not one of the contract's. No listener has been read or changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; nothing was changed")]
pub struct EventError(String);

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Command {
    pub fn event_type(&self) -> EventType {
        match self {
            Self::Start(_) => EventType::Start,
            Self::End { .. } => EventType::End,
            Self::Status => EventType::Status,
            Self::Check => EventType::Check,
            Self::Message(_) => EventType::Message,
        }
    }

    /// The message that a start or a message event brings.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Start(Start { message, .. }) | Self::Message(message) => message.as_ref(),
            Self::End { .. } | Self::Status | Self::Check => None,
        }
    }
}

/// Reads a payload: the command itself, or an EventBridge event with the command as its `detail`.
///
/// EventBridge delivers an event more than once, late after its retries, and again from an archive: so its `time` is
/// the `scheduledAt` of a command without one.
///
/// `now` is the invocation's start. `longest` is the longest window in minutes, counted from the event's time.
///
/// # Errors
/// On anything that the contract does not name, so that a typing error changes nothing.
pub fn parse(text: &str, now: Timestamp, longest: u32) -> Result<Request, EventError> {
    let event = Fields::of_object("event", text)?;
    let is_from_eventbridge = event.get("detail-type").or(event.get("source")).is_some();
    let payload = match event.get("detail").filter(|_| is_from_eventbridge) {
        Some(detail) => {
            let sent_at = event.get("time").map(|time| believed(time, now)).transpose()?.flatten();
            Payload { fields: Fields::of_object("detail", detail.value)?, sent_at, now, longest }
        }
        None => Payload { fields: event, sent_at: None, now, longest },
    };
    payload.request()
}

struct Payload<'a> {
    fields: Fields<'a>,
    /// The `time` of EventBridge's event.
    sent_at: Option<Timestamp>,
    now: Timestamp,
    longest: u32,
}

impl Payload<'_> {
    fn request(&self) -> Result<Request, EventError> {
        let event_type = self.required("type", TYPES)?;
        let unknown = || event_type.error("unknown event type", TYPES);
        let name = string(event_type, TYPES).map_err(|_| unknown())?;
        let (command, known) = match name.as_str() {
            "start" => {
                (Command::Start(self.start()?), "type, until, minutes, reason, message, scheduledAt, dryRun")
            }
            "end" => (Command::End { scheduled_at: self.scheduled_at()? }, "type, scheduledAt, dryRun"),
            "status" => (Command::Status, "type"),
            "check" => (Command::Check, "type"),
            "message" => (Command::Message(self.new_message()?), "type, message"),
            _ => return Err(unknown()),
        };
        self.fields.only(&name, known)?;
        let dry_run = self.read("dryRun", |field| field.read("a boolean", "true, false"))?;
        Ok(Request { command, dry_run: dry_run.unwrap_or(false) })
    }

    fn start(&self) -> Result<Start, EventError> {
        let scheduled_at = self.scheduled_at()?;
        Ok(Start {
            until: self.until(scheduled_at.unwrap_or(self.now))?,
            reason: self
                .read("reason", |field| string(field, "a string"))?
                .and_then(|text| Reason::new(&text)),
            message: self.read("message", |field| message(field, ""))?,
            scheduled_at,
        })
    }

    /// `from` is the event's time.
    fn until(&self, from: Timestamp) -> Result<Option<Timestamp>, EventError> {
        match (self.fields.get("until"), self.fields.get("minutes")) {
            (None, None) => Ok(None),
            (Some(_), Some(minutes)) => Err(minutes.error("given with until", "one of until and minutes")),
            (Some(until), None) => {
                let latest = from.plus_minutes(self.longest);
                let accepted = format!("an RFC 3339 time after {from} and not after {latest}");
                match time(until, &accepted)? {
                    time if time <= from => Err(until.error("not after the event's time", accepted)),
                    time if time > latest => Err(until.error("too far ahead", accepted)),
                    time => Ok(Some(time)),
                }
            }
            (None, Some(minutes)) => {
                let accepted = format!("a whole number from 1 to {}", self.longest);
                match minutes.read("the length of a window", &accepted)? {
                    length if (1..=self.longest).contains(&length) => Ok(Some(from.plus_minutes(length))),
                    _ => Err(minutes.error("not the length of a window", accepted)),
                }
            }
        }
    }

    /// Of a message event, which has to say what it wants.
    fn new_message(&self) -> Result<Option<Message>, EventError> {
        let or_null = ", or null to clear the message";
        let field = self.required("message", text_for_visitors(or_null))?;
        if field.value == "null" { Ok(None) } else { message(field, or_null).map(Some) }
    }

    fn scheduled_at(&self) -> Result<Option<Timestamp>, EventError> {
        let own = self.read("scheduledAt", |field| match string(field, A_TIME)?.as_str() {
            UNREPLACED_KEYWORD => Ok(None),
            _ => believed(field, self.now),
        })?;
        Ok(own.flatten().or(self.sent_at))
    }

    fn required(&self, name: &str, accepted: impl fmt::Display) -> Result<&Field<'_>, EventError> {
        let missing = || EventError(format!("{name} is missing; accepted: {accepted}"));
        self.fields.get(name).ok_or_else(missing)
    }

    fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Field<'_>) -> Result<T, EventError>,
    ) -> Result<Option<T>, EventError> {
        self.fields.get(name).map(read).transpose()
    }
}

const A_TIME: &str = "an RFC 3339 time such as 2026-03-01T22:00:00Z";

/// A time at which an event can have been meant to run: one that lies ahead counts as absent, since every later event
/// would be older.
fn believed(field: &Field<'_>, now: Timestamp) -> Result<Option<Timestamp>, EventError> {
    Ok(Some(time(field, A_TIME)?).filter(|time| *time <= now.plus_minutes(CLOCK_SKEW_MINUTES)))
}

fn time(field: &Field<'_>, accepted: &str) -> Result<Timestamp, EventError> {
    let text: String = field.read("a time", accepted)?;
    text.parse().map_err(|_| field.error("not a time", accepted))
}

/// Refused where a reason would be adapted: a person writes it for the public, and reads the refusal.
fn message(field: &Field<'_>, or: &str) -> Result<Message, EventError> {
    let accepted = text_for_visitors(or);
    let message = Message::new(&string(field, &accepted)?);
    message.map_err(|problem| field.error(problem, accepted))
}

fn text_for_visitors(or: &str) -> String {
    format!(
        "a text of 1 to {} characters without control characters, at most {} bytes of JSON{or}",
        text::MAX_LENGTH,
        text::MAX_MESSAGE_BYTES
    )
}

fn string(field: &Field<'_>, accepted: &str) -> Result<String, EventError> {
    field.read("a string", accepted)
}

#[cfg(test)]
mod tests;
