//! The environment, checked once at init.

use std::fmt::Display;

use serde::de::IgnoredAny;
use thiserror::Error;

use crate::cors::AllowedOrigins;
use crate::page_url::PageUrl;
use crate::path_pattern::PathPattern;

/// The longest title of the built-in page, in characters.
pub const MAX_TITLE_CHARS: usize = 200;
/// The longest message of the built-in page, in characters.
pub const MAX_MESSAGE_CHARS: usize = 2_000;
/// The longest time after which clients may be asked to come back, in seconds: one day.
pub const MAX_RETRY_AFTER_SECONDS: u32 = 86_400;

/// What the environment says about the answers.
#[derive(Debug)]
pub struct Config {
    /// `REDIRECT_PATH_PATTERN`: requests whose path matches are sent to the maintenance page.
    pub redirect_path: PathPattern,
    /// `MAINTENANCE_PAGE_URL`: where they are sent.
    pub page_url: PageUrl,
    /// `UNAVAILABLE_BODY`: the JSON text that answers everything else, sent as it is written.
    pub unavailable_body: String,
    /// `RETRY_AFTER_SECONDS`: 1 to [`MAX_RETRY_AFTER_SECONDS`].
    pub retry_after_seconds: u32,
    /// `HEALTH_PATH_PATTERN`: requests whose path matches are health checks.
    pub health_path: Option<PathPattern>,
    /// `CORS_ALLOWED_ORIGINS`: the origins whose pages may read the answers.
    pub allowed_origins: AllowedOrigins,
    /// `PAGE_TITLE`: replaces the built-in page's title in every language, at most [`MAX_TITLE_CHARS`].
    pub page_title: Option<String>,
    /// `PAGE_MESSAGE`: replaces the built-in page's message in every language, at most [`MAX_MESSAGE_CHARS`].
    pub page_message: Option<String>,
}

/// An environment variable whose value cannot be used.
#[derive(Debug, Error)]
#[error("{variable} is \"{value}\": {reason}; accepted: {accepted}")]
pub struct ConfigError {
    variable: &'static str,
    value: String,
    reason: String,
    accepted: &'static str,
}

const PATTERN: &str = "a regular expression that is searched for in the path, in the syntax of Rust's regex crate \
                       without Unicode classes, such as ^/a(/|$)";

impl Config {
    /// Reads the configuration through `lookup`, which gives the value of an environment variable. Values are
    /// trimmed; an empty one counts as unset: that is how a template passes a parameter left empty.
    ///
    /// # Errors
    /// The first variable whose value cannot be used, with the value, the reason and what is accepted.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let environment = Environment(lookup);
        Ok(Self {
            redirect_path: environment.or_default(
                "REDIRECT_PATH_PATTERN",
                r"^/a(/|$)",
                PATTERN,
                PathPattern::parse,
            )?,
            page_url: environment.or_default(
                "MAINTENANCE_PAGE_URL",
                "/a/maintenance",
                "a path on the same host such as /a/maintenance, or an absolute http or https URL",
                PageUrl::parse,
            )?,
            unavailable_body: environment.or_default(
                "UNAVAILABLE_BODY",
                r#"{"message":"Service Unavailable"}"#,
                "any JSON value",
                parse_json,
            )?,
            retry_after_seconds: environment.or_default(
                "RETRY_AFTER_SECONDS",
                "300",
                "a whole number of seconds from 1 to 86400",
                parse_retry_after,
            )?,
            health_path: environment.optional("HEALTH_PATH_PATTERN", PATTERN, PathPattern::parse)?,
            allowed_origins: environment
                .optional(
                    "CORS_ALLOWED_ORIGINS",
                    "comma-separated origins as browsers send them, such as https://app.example.com, or * alone",
                    AllowedOrigins::parse,
                )?
                .unwrap_or_default(),
            page_title: environment.optional("PAGE_TITLE", "1 to 200 characters of plain text in one line", |text| {
                parse_text(text, MAX_TITLE_CHARS, char::is_control)
            })?,
            page_message: environment.optional(
                "PAGE_MESSAGE",
                "1 to 2000 characters of plain text, line breaks allowed",
                |text| parse_text(text, MAX_MESSAGE_CHARS, |character| character.is_control() && character != '\n'),
            )?,
        })
    }
}

struct Environment<F>(F);

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    fn or_default<T, E: Display>(
        &self,
        variable: &'static str,
        default: &str,
        accepted: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, ConfigError> {
        let value = self.value(variable).unwrap_or_else(|| default.to_owned());
        parse(&value).map_err(|reason| ConfigError { variable, reason: reason.to_string(), value, accepted })
    }

    fn optional<T, E: Display>(
        &self,
        variable: &'static str,
        accepted: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.value(variable) else {
            return Ok(None);
        };
        match parse(&value) {
            Ok(parsed) => Ok(Some(parsed)),
            Err(reason) => Err(ConfigError { variable, reason: reason.to_string(), value, accepted }),
        }
    }

    fn value(&self, variable: &str) -> Option<String> {
        let value = (self.0)(variable)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }
}

fn parse_json(text: &str) -> Result<String, serde_json::Error> {
    serde_json::from_str::<IgnoredAny>(text).map(|_| text.to_owned())
}

fn parse_retry_after(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(seconds @ 1..=MAX_RETRY_AFTER_SECONDS) => Ok(seconds),
        Ok(_) => Err("out of range"),
        Err(_) => Err("not a whole number"),
    }
}

fn parse_text(text: &str, max_chars: usize, refused: impl Fn(char) -> bool) -> Result<String, String> {
    if let Some(character) = text.chars().find(|&character| refused(character)) {
        return Err(format!("it holds the control character {character:?}"));
    }
    let chars = text.chars().count();
    if chars > max_chars {
        return Err(format!("it has {chars} characters"));
    }
    Ok(text.to_owned())
}
