//! The environment, read once at init.

use std::fmt::Display;

use regex::bytes::RegexSet;
use serde::de::IgnoredAny;
use thiserror::Error;

use crate::cors::AllowedOrigins;
use crate::page::language::OwnLanguage;
use crate::path_pattern;
use crate::place::{PageUrl, Place};

/// What the environment says about the answers.
#[derive(Debug)]
pub struct Config {
    /// `REDIRECT_PATH_PATTERN`: requests whose path matches are sent to the maintenance page.
    pub(crate) redirect_path: RegexSet,
    /// `REDIRECT_BROWSERS`: whether all other navigations of browsers are sent there, too.
    pub(crate) redirects_navigations: bool,
    /// `MAINTENANCE_PAGE_URL`: the page's address.
    pub(crate) page_url: PageUrl,
    /// `PREVIEW_PATH`: where operators can look at the page.
    pub(crate) preview_path: Option<Place>,
    /// `HOME_PATH`: where the page leads a visitor whose place is not known.
    pub(crate) home: Place,
    /// `UNAVAILABLE_BODY`: the JSON text that answers all other requests, sent as it is written.
    pub(crate) unavailable_body: String,
    /// `RETRY_AFTER_SECONDS`: the time after which clients may come back, 1 to 86,400 (one day).
    pub(crate) retry_after_seconds: u32,
    /// `HEALTH_PATH_PATTERN`: requests whose path matches are health checks.
    pub(crate) health_path: RegexSet,
    /// `CORS_ALLOWED_ORIGINS`: the origins whose pages may read the answers.
    pub(crate) allowed_origins: AllowedOrigins,
    /// `SITE_NAME`: stands above the built-in page's heading and in its title.
    pub(crate) site_name: Option<String>,
    /// `PAGE_TITLE`: replaces the page's heading in every language.
    pub(crate) page_title: Option<String>,
    /// `PAGE_MESSAGE`: replaces the page's message in every language.
    pub(crate) page_message: Option<String>,
    /// `PAGE_LANGUAGE`: the language of the operators' own texts.
    pub(crate) page_language: Option<OwnLanguage>,
    /// `STATUS_PAGE_URL`: a second link of the page.
    pub(crate) status_page_url: Option<String>,
    /// `STATUS_PATH`: where the load balancer publishes the expected end and the operators' message.
    pub(crate) status_path: Option<Place>,
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

const PATTERN: &str = "a regular expression that is searched for in the path, in the syntax of Rust's regex crate \
                       without Unicode classes, such as ^/a(/|$)";
const PAGE_URL: &str = "a path on the same host such as /a/maintenance, or an absolute http or https URL";
const PATH: &str = "a path on the same host such as /shop that is not the maintenance page's";
const ORIGINS: &str = "comma-separated origins such as https://app.example.com, or * or none alone";
const LINE: &str = "plain text in one line";

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
        let redirect_path = env.read("REDIRECT_PATH_PATTERN", 200, PATTERN, path_pattern::parse);
        let browsers = env.read("REDIRECT_BROWSERS", 20, "paths or navigations", parse_redirect_browsers);
        let parse_json = |text: &str| serde_json::from_str::<IgnoredAny>(text).map(|_| text.to_owned());
        let body = env.read("UNAVAILABLE_BODY", 500, "any JSON value", parse_json);
        let seconds = "a whole number of seconds from 1 to 86400";
        let retry_after_seconds = env.read("RETRY_AFTER_SECONDS", 20, seconds, parse_retry_after);
        let health_path = env.read("HEALTH_PATH_PATTERN", 200, PATTERN, path_pattern::parse);
        let allowed_origins = env.read("CORS_ALLOWED_ORIGINS", 500, ORIGINS, AllowedOrigins::parse);
        let message = "plain text, line breaks allowed";
        let language = "a language tag (BCP 47) such as en, ko, ja or de-AT";
        Self {
            redirect_path: redirect_path.or_else(|| path_pattern::parse("^/a(/|$)").ok()).unwrap_or_default(),
            redirects_navigations: browsers.unwrap_or_default(),
            // The page itself may be where others have their front end.
            home: home.or_else(|| parse_place("/a").ok()).unwrap_or_default(),
            unavailable_body: body.unwrap_or_else(|| r#"{"message":"Service Unavailable"}"#.to_owned()),
            retry_after_seconds: retry_after_seconds.unwrap_or(300),
            health_path: health_path.unwrap_or_default(),
            allowed_origins: allowed_origins.unwrap_or_default(),
            site_name: env.read("SITE_NAME", 100, LINE, |text| parse_text(text, None)),
            page_title: env.read("PAGE_TITLE", 100, LINE, |text| parse_text(text, None)),
            page_message: env.read("PAGE_MESSAGE", 500, message, |text| parse_text(text, Some('\n'))),
            page_language: env.read("PAGE_LANGUAGE", 35, language, OwnLanguage::parse),
            status_page_url: env.read("STATUS_PAGE_URL", 150, "an absolute https URL", parse_link),
            status_path: env.read("STATUS_PATH", 60, PATH, parse_place),
            page_url,
            preview_path,
            errors: env.errors,
        }
    }

    /// Whether a browser that asks for `path` is sent to the page.
    pub(crate) fn brings_to_page(&self, path: &str) -> bool {
        self.redirects_navigations || self.redirect_path.is_match(path.as_bytes())
    }

    /// Whether the page is shown at `path` as a preview.
    pub(crate) fn is_preview(&self, path: &str) -> bool {
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
            chars if chars > max_chars => Err(format!("it has {chars} characters, at most {max_chars} fit")),
            _ => parse(value).map_err(|reason| reason.to_string()),
        };
        let refuse =
            |reason| self.errors.push(ConfigError { variable, value: value.to_owned(), reason, accepted });
        parsed.map_err(refuse).ok()
    }
}

fn parse_retry_after(text: &str) -> Result<u32, &'static str> {
    text.parse().ok().filter(|seconds| (1..=86_400).contains(seconds)).ok_or("not such a number")
}

/// Reads text without control characters but `allowed`.
fn parse_text(text: &str, allowed: Option<char>) -> Result<String, String> {
    match text.chars().find(|&character| character.is_control() && Some(character) != allowed) {
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
    let place = Place::parse_setting(text)?;
    if page_url.is_at("", text) || preview.is_some_and(|preview| preview.is_at(text)) {
        return Err("the maintenance page or its preview is there".to_owned());
    }
    Ok(place)
}

fn parse_link(text: &str) -> Result<String, String> {
    if !text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return Err("it does not start with https://".to_owned());
    }
    PageUrl::parse(text).map(|_| text.to_owned())
}
