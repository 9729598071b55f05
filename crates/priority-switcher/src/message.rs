//! Text for visitors that has to fit into the status rule's body.

use std::fmt;

use serde::Serialize;

/// What a fixed response can hold, in bytes. The API counts characters
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_FixedResponseActionConfig.html>).
pub const LONGEST_BODY: usize = 1_024;

/// What the body takes with an empty message and both times, in bytes.
const REST_OF_THE_BODY: usize = 93;

/// The longest message, in characters.
pub const MAX_LENGTH: usize = 255;

/// The most that a message takes as a JSON string without its quotation marks, in bytes of UTF-8.
pub const MAX_BYTES: usize = LONGEST_BODY - REST_OF_THE_BODY;

/// What visitors are told of a window: 1 to 255 characters, not only white space, that fit into the body of the status
/// rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Message(String);

/// Why a text cannot be a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAMessage {
    #[error("it says nothing")]
    Blank,
    #[error("it is longer than {MAX_LENGTH} characters")]
    TooLong,
    /// In JSON, a quotation mark and a backslash take two bytes.
    #[error("it takes {0} bytes of JSON, and the status rule has room for {MAX_BYTES}")]
    TooManyBytes(usize),
    #[error("it has a control character, such as a line break")]
    ControlCharacter,
}

impl Message {
    /// Takes the text as it is.
    ///
    /// # Errors
    /// If visitors could not be told it.
    pub fn new(text: &str) -> Result<Self, NotAMessage> {
        // The API's answers are XML, which has no room for the last two, not even escaped: no rule could be read then.
        if text.contains(|c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')) {
            return Err(NotAMessage::ControlCharacter);
        }
        if text.trim().is_empty() {
            return Err(NotAMessage::Blank);
        }
        if text.chars().count() > MAX_LENGTH {
            return Err(NotAMessage::TooLong);
        }
        let escaped = text.matches(['"', '\\']).count();
        match text.len() + escaped {
            bytes if bytes > MAX_BYTES => Err(NotAMessage::TooManyBytes(bytes)),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
