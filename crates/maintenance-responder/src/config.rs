//! The environment, read once at init.

use std::fmt::Display;

use serde::de::IgnoredAny;
use thiserror::Error;

use crate::cors::AllowedOrigins;
use crate::page::language::OwnLanguage;
use crate::path_pattern::PathPattern;
use crate::place::{PageUrl, Place};

/// The longest time after which clients may be asked to come back, in seconds: one day.
pub const MAX_RETRY_AFTER_SECONDS: u32 = 86_400;

/// What the environment says about the answers.
#[derive(Debug)]
pub struct Config {
    /// `REDIRECT_PATH_PATTERN`: requests whose path matches are sent to the maintenance page.
    pub redirect_path: PathPattern,
    /// `REDIRECT_BROWSERS`: whether all other navigations of browsers are sent there, too.
    pub redirects_navigations: bool,
    /// `MAINTENANCE_PAGE_URL`: the page's address.
    pub page_url: PageUrl,
    /// `PREVIEW_PATH`: where operators can look at the page.
    pub preview_path: Option<Place>,
    /// `HOME_PATH`: where the page leads a visitor whose place is not known.
    pub home: Place,
    /// `UNAVAILABLE_BODY`: the JSON text that answers all other requests, sent as it is written.
    pub unavailable_body: String,
    /// `RETRY_AFTER_SECONDS`: 1 to [`MAX_RETRY_AFTER_SECONDS`].
    pub retry_after_seconds: u32,
    /// `HEALTH_PATH_PATTERN`: requests whose path matches are health checks.
    pub health_path: PathPattern,
    /// `CORS_ALLOWED_ORIGINS`: the origins whose pages may read the answers.
    pub allowed_origins: AllowedOrigins,
    /// `SITE_NAME`: stands above the built-in page's heading and in its title.
    pub site_name: Option<String>,
    /// `PAGE_TITLE`: replaces the page's heading in every language.
    pub page_title: Option<String>,
    /// `PAGE_MESSAGE`: replaces the page's message in every language.
    pub page_message: Option<String>,
    /// `PAGE_LANGUAGE`: the language of the operators' own texts.
    pub page_language: Option<OwnLanguage>,
    /// `STATUS_PAGE_URL`: a second link of the page.
    pub status_page_url: Option<String>,
    /// `STATUS_PATH`: where the load balancer publishes the expected end and the operators' message.
    pub status_path: Option<Place>,
    /// The settings that cannot be used, each replaced by its default: visitors must not meet a half-open system.
    pub errors: Vec<ConfigError>,
}

/// An environment variable whose value cannot be used.
#[derive(Debug, Error)]
#[error("{variable} is \"{value}\": {reason}; accepted: {accepted}")]
pub struct ConfigError {
    pub variable: &'static str,
    value: String,
    reason: String,
    accepted: &'static str,
}

const PATTERN: &str = "a regular expression of at most 200 characters that is searched for in the path, in the syntax \
                       of Rust's regex crate without Unicode classes, such as ^/a(/|$)";
const PAGE_URL: &str = "a path on the same host such as /a/maintenance, or an absolute http or https URL, of at most \
                        200 characters";
const ORIGINS: &str = "comma-separated origins as browsers send them, such as https://app.example.com, or * or none \
                       alone, of at most 500 characters";
const PATH: &str =
    "a path on the same host other than the maintenance page's, such as /a, of at most 100 characters";
const STATUS_PATH: &str = "a path on the same host other than the maintenance page's and its preview's, such as \
                           /maintenance-status.json, of at most 60 characters";
const LINE: &str = "plain text in one line of at most 100 characters";
const LANGUAGE: &str = "a language tag (BCP 47) such as en, ko, ja or de-AT, of at most 35 characters";

impl Config {
    /// Reads the configuration through `lookup`, which gives the value of an environment variable. Values are trimmed;
    /// an empty one counts as unset: that is how a template passes a parameter left empty.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let mut env = Environment { lookup, errors: Vec::new() };
        let page_url = env.read("MAINTENANCE_PAGE_URL", 200, PAGE_URL, PageUrl::parse).unwrap_or_default();
        let parse_preview = |text: &str| parse_place(text, &page_url, None);
        let preview_path = env.read("PREVIEW_PATH", 100, PATH, parse_preview);
        let parse_place = |text: &str| parse_place(text, &page_url, preview_path.as_ref());
        let home = env.read("HOME_PATH", 100, PATH, parse_place);
        let redirect_path = env.read("REDIRECT_PATH_PATTERN", 200, PATTERN, PathPattern::parse);
        let browsers = env.read("REDIRECT_BROWSERS", 20, "paths or navigations", parse_redirect_browsers);
        let seconds = "a whole number of seconds from 1 to 86400";
        let body = env.read("UNAVAILABLE_BODY", 500, "any JSON value of at most 500 characters", parse_json);
        let message = "plain text of at most 500 characters, line breaks allowed";
        Self {
            redirect_path: redirect_path.unwrap_or_else(PathPattern::front_end),
            redirects_navigations: browsers.unwrap_or_default(),
            // The page itself may be where others have their front end.
            home: home.or_else(|| parse_place("/a").ok()).unwrap_or_default(),
            status_path: env.read("STATUS_PATH", 60, STATUS_PATH, parse_place),
            unavailable_body: body.unwrap_or_else(|| r#"{"message":"Service Unavailable"}"#.to_owned()),
            retry_after_seconds: env
                .read("RETRY_AFTER_SECONDS", 20, seconds, parse_retry_after)
                .unwrap_or(300),
            health_path: env
                .read("HEALTH_PATH_PATTERN", 200, PATTERN, PathPattern::parse)
                .unwrap_or_default(),
            allowed_origins: env
                .read("CORS_ALLOWED_ORIGINS", 500, ORIGINS, AllowedOrigins::parse)
                .unwrap_or_default(),
            site_name: env.read("SITE_NAME", 100, LINE, parse_line),
            page_title: env.read("PAGE_TITLE", 100, LINE, parse_line),
            page_message: env.read("PAGE_MESSAGE", 500, message, parse_text),
            page_language: env.read("PAGE_LANGUAGE", 35, LANGUAGE, OwnLanguage::parse),
            status_page_url: env.read(
                "STATUS_PAGE_URL",
                150,
                "an absolute https URL of at most 150 characters",
                parse_link,
            ),
            page_url,
            preview_path,
            errors: env.errors,
        }
    }

    /// Whether a browser that asks for `path` is sent to the page.
    pub fn brings_to_page(&self, path: &str) -> bool {
        self.redirects_navigations || self.redirect_path.matches(path)
    }

    /// Whether the page is shown at `path` as a preview.
    pub fn is_preview(&self, path: &str) -> bool {
        self.preview_path.as_ref().is_some_and(|preview| preview.is_at(path))
    }
}

struct Environment<F> {
    lookup: F,
    errors: Vec<ConfigError>,
}

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    /// The value of a variable, if there is one that can be used.
    fn read<T, E: Display>(
        &mut self,
        variable: &'static str,
        max_chars: usize,
        accepted: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = (self.lookup)(variable)?;
        let value = text.trim();
        if value.is_empty() {
            return None;
        }
        let parsed = match value.chars().count() {
            chars if chars > max_chars => Err(format!("it has {chars} characters")),
            _ => parse(value).map_err(|reason| reason.to_string()),
        };
        let refuse =
            |reason| self.errors.push(ConfigError { variable, value: value.to_owned(), reason, accepted });
        parsed.map_err(refuse).ok()
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

fn parse_line(text: &str) -> Result<String, String> {
    if text.contains('\n') {
        Err("it holds the control character '\\n'".to_owned())
    } else {
        parse_text(text)
    }
}

fn parse_text(text: &str) -> Result<String, String> {
    match text.chars().find(|character| character.is_control() && *character != '\n') {
        Some(character) => Err(format!("it holds the control character {character:?}")),
        None => Ok(text.to_owned()),
    }
}

fn parse_redirect_browsers(text: &str) -> Result<bool, &'static str> {
    match text {
        "paths" => Ok(false),
        "navigations" => Ok(true),
        _ => Err("neither of the two"),
    }
}

fn parse_place(text: &str, page_url: &PageUrl, preview: Option<&Place>) -> Result<Place, String> {
    let place = Place::parse_setting(text).map_err(|reason| reason.to_string())?;
    if page_url.is_at("", text) || preview.is_some_and(|preview| preview.is_at(text)) {
        return Err("the maintenance page or its preview is there".to_owned());
    }
    Ok(place)
}

fn parse_link(text: &str) -> Result<String, String> {
    if !text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return Err("it does not start with https://".to_owned());
    }
    PageUrl::parse(text).map(|_| text.to_owned()).map_err(|reason| reason.to_string())
}
