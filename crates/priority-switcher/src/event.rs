//! The payload: read strictly into a command, or refused with a sentence that says what is wrong.

mod fields;

use serde::Deserialize;

use crate::error::SwitchError;
use crate::text;
use crate::timestamp::{CLOCK_SKEW_MINUTES, Timestamp};
use fields::{Fields, missing};

/// What EventBridge Scheduler sends in place of the time when it does not know the keyword.
const UNREPLACED_KEYWORD: &str = "<aws.scheduler.scheduled-time>";

const TYPES: &str = r#""start", "end", "status", "check", "message""#;
const START: &str = "type, until, minutes, reason, message, scheduledAt, dryRun";
const A_TIME: &str = "an RFC 3339 time such as 2026-03-01T22:00:00Z";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub command: Command,
    /// Whether to return the plan and change nothing.
    pub dry_run: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Start(Start),
    End {
        scheduled_at: Option<Timestamp>,
    },
    Status,
    Check,
    /// None clears the message.
    Message(Option<String>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// When maintenance must end at the latest. After the event's time, but in the past if the event was late.
    pub until: Option<Timestamp>,
    /// Fits into a tag.
    pub reason: Option<String>,
    pub message: Option<String>,
    /// When the schedule meant it to run; at most [`CLOCK_SKEW_MINUTES`] ahead.
    pub scheduled_at: Option<Timestamp>,
}

impl Command {
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Start(_) => "start",
            Self::End { .. } => "end",
            Self::Status => "status",
            Self::Check => "check",
            Self::Message(_) => "message",
        }
    }
}

/// Reads a command, or an EventBridge event with the command as its `detail`. EventBridge delivers an event more than
/// once, late after its retries, and again from an archive: so its `time` is the `scheduledAt` of a command without one.
///
/// `now` is the invocation's start. `longest` is the longest window in minutes, counted from the event's time.
/// Anything that the contract does not name is an error, so that a typing error changes nothing.
pub(crate) fn parse(text: &str, now: Timestamp, longest: u32) -> Result<Request, SwitchError> {
    let event = Fields::of_object("event", text)?;
    let is_from_eventbridge = event.get("detail-type").or(event.get("source")).is_some();
    let (fields, sent_at) = match event.get("detail").filter(|_| is_from_eventbridge) {
        Some(detail) => (Fields::of_object("detail", detail)?, event.read("time", A_TIME, time)?),
        None => (event, None),
    };
    Payload { fields, sent_at, now, longest }.request()
}

struct Payload<'a> {
    fields: Fields<'a>,
    /// The `time` of EventBridge's event.
    sent_at: Option<Timestamp>,
    now: Timestamp,
    longest: u32,
}

impl Payload<'_> {
    fn request(&self) -> Result<Request, SwitchError> {
        let end = |scheduled_at| Command::End { scheduled_at };
        let read = |event_type: &str| match json::<String>(event_type)?.as_str() {
            "start" => Some((self.start().map(Command::Start), START)),
            "end" => Some((self.scheduled_at().map(end), "type, scheduledAt, dryRun")),
            "status" => Some((Ok(Command::Status), "type")),
            "check" => Some((Ok(Command::Check), "type")),
            "message" => Some((self.new_message().map(Command::Message), "type, message")),
            _ => None,
        };
        let (command, known) =
            self.fields.read("type", TYPES, read)?.ok_or_else(|| missing("type", TYPES))?;
        self.fields.only(known)?;
        let dry_run = self.fields.read("dryRun", "true, false", json)?.unwrap_or(false);
        Ok(Request { command: command?, dry_run })
    }

    fn start(&self) -> Result<Start, SwitchError> {
        let scheduled_at = self.scheduled_at()?;
        let reason: Option<String> = self.fields.read("reason", "a string", json)?;
        Ok(Start {
            until: self.until(scheduled_at.unwrap_or(self.now))?,
            reason: reason.and_then(|text| text::reason(&text)),
            message: self.fields.read("message", &message_text(), message)?,
            scheduled_at,
        })
    }

    /// `from` is the event's time.
    fn until(&self, from: Timestamp) -> Result<Option<Timestamp>, SwitchError> {
        let latest = from.plus_minutes(self.longest);
        let accepted = format!("an RFC 3339 time after {from} and not after {latest}");
        let until = |text| time(text).filter(|until| *until > from && *until <= latest);
        if let Some(until) = self.fields.read("until", &accepted, until)? {
            let refused = self.fields.read("minutes", "one of until and minutes", |_| None)?;
            return Ok(refused.or(Some(until)));
        }
        let accepted = format!("a whole number from 1 to {}", self.longest);
        let minutes = |text| json(text).filter(|minutes| (1..=self.longest).contains(minutes));
        let minutes = self.fields.read("minutes", &accepted, minutes)?;
        Ok(minutes.map(|minutes| from.plus_minutes(minutes)))
    }

    /// Required, so that a typing error does not clear the message.
    fn new_message(&self) -> Result<Option<String>, SwitchError> {
        let accepted = format!("{}, or null to clear the message", message_text());
        let or_null = |text| if text == "null" { Some(None) } else { message(text).map(Some) };
        self.fields.read("message", &accepted, or_null)?.ok_or_else(|| missing("message", &accepted))
    }

    fn scheduled_at(&self) -> Result<Option<Timestamp>, SwitchError> {
        let own = self.fields.read("scheduledAt", A_TIME, |text| match json::<String>(text)?.as_str() {
            UNREPLACED_KEYWORD => Some(None),
            _ => time(text).map(Some),
        })?;
        // Believed, a time that lies ahead would make every later event a late one.
        let latest = self.now.plus_minutes(CLOCK_SKEW_MINUTES);
        Ok([own.flatten(), self.sent_at].into_iter().flatten().find(|time| *time <= latest))
    }
}

fn json<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn time(text: &str) -> Option<Timestamp> {
    json::<String>(text)?.parse().ok()
}

/// Refused where a reason would be adapted: the person who writes it for the public reads the refusal.
fn message(text: &str) -> Option<String> {
    json::<String>(text).filter(|message| text::is_message(message))
}

fn message_text() -> String {
    let (length, bytes) = (text::MAX_LENGTH, text::MAX_MESSAGE_BYTES);
    format!(
        "a text of 1 to {length} characters, not blank, without line breaks and other control characters, at most \
         {bytes} bytes of JSON"
    )
}

#[cfg(test)]
mod tests;
