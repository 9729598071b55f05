//! The environment, read once at init.

use std::fmt::Display;

use serde::de::IgnoredAny;
use thiserror::Error;

use crate::cors::AllowedOrigins;
use crate::known_path::{KnownPath, PathError};
use crate::page::language::OwnLanguage;
use crate::page_url::{PageUrl, PageUrlError};
use crate::path_pattern::PathPattern;
use crate::return_path::ReturnPath;

/// The longest time after which clients may be asked to come back, in seconds: one day.
pub const MAX_RETRY_AFTER_SECONDS: u32 = 86_400;

/// What the environment says about the answers.
#[derive(Debug)]
pub struct Config {
    /// `REDIRECT_PATH_PATTERN`: requests whose path matches are sent to the maintenance page.
    pub redirect_path: PathPattern,
    /// `REDIRECT_BROWSERS`: whether, besides, every request for HTML is.
    pub redirects_navigations: bool,
    /// `MAINTENANCE_PAGE_URL`: where they are sent.
    pub page_url: PageUrl,
    /// `PREVIEW_PATH`: where the page is shown as a preview.
    pub preview_path: Option<KnownPath>,
    /// `HOME_PATH`: where the page brings visitors back to whose place is not known.
    pub home: ReturnPath,
    /// `UNAVAILABLE_BODY`: the JSON text that answers everything else, sent as it is written.
    pub unavailable_body: String,
    /// `RETRY_AFTER_SECONDS`: 1 to [`MAX_RETRY_AFTER_SECONDS`].
    pub retry_after_seconds: u32,
    /// `HEALTH_PATH_PATTERN`: requests whose path matches are health checks.
    pub health_path: PathPattern,
    /// `CORS_ALLOWED_ORIGINS`: the origins whose pages may read the answers.
    pub allowed_origins: AllowedOrigins,
    /// `PAGE_TITLE`: replaces the built-in page's title in every language.
    pub page_title: Option<String>,
    /// `PAGE_MESSAGE`: replaces the built-in page's message in every language.
    pub page_message: Option<String>,
    /// `PAGE_LANGUAGE`: the language of these two.
    pub page_language: Option<OwnLanguage>,
    /// `STATUS_PAGE_URL`: what the built-in page links to, besides.
    pub status_page_url: Option<String>,
    /// `STATUS_PATH`: where the load balancer tells the expected end and the operators' message.
    pub status_path: Option<ReturnPath>,
    /// What could not be used. In its place stands the default: visitors must not meet a system that is half open.
    pub errors: Vec<ConfigError>,
}

/// Why a path is not one to show a preview at, to bring visitors back to, or to ask for the status at.
#[derive(Debug, Error)]
enum OtherPathError {
    #[error(transparent)]
    Path(#[from] PathError),
    #[error("a browser or a server could take it for another place than it seems")]
    Unsafe,
    #[error("there stands the maintenance page or its preview")]
    Page,
}

/// Why a text is not a link to a status page.
#[derive(Debug, Error)]
enum LinkError {
    #[error("it does not start with https://")]
    Scheme,
    #[error(transparent)]
    Url(#[from] PageUrlError),
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

impl Config {
    /// Reads the configuration through `lookup`, which gives the value of an environment variable. Values are trimmed;
    /// an empty one counts as unset: that is how a template passes a parameter left empty.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let mut environment = Environment { lookup, errors: Vec::new() };
        let page_url = environment
            .read("MAINTENANCE_PAGE_URL", PAGE_URL, at_most(200, PageUrl::parse))
            .unwrap_or_default();
        let preview_path =
            environment.read("PREVIEW_PATH", PATH, at_most(100, |text| parse_preview(text, &page_url)));
        let parse_place = |text: &str| parse_place(text, &page_url, preview_path.as_ref());
        let home = environment.read("HOME_PATH", PATH, at_most(100, parse_place));
        let status_path = environment.read("STATUS_PATH", STATUS_PATH, at_most(60, parse_place));
        Self {
            redirect_path: environment
                .read("REDIRECT_PATH_PATTERN", PATTERN, at_most(200, PathPattern::parse))
                .unwrap_or_else(PathPattern::front_end),
            redirects_navigations: environment
                .read("REDIRECT_BROWSERS", "paths or navigations", parse_redirect_browsers)
                .unwrap_or_default(),
            // The page itself may stand where others have their front end.
            home: home.or_else(|| parse_place("/a").ok()).unwrap_or_default(),
            status_path,
            page_url,
            preview_path,
            unavailable_body: environment
                .read(
                    "UNAVAILABLE_BODY",
                    "any JSON value of at most 500 characters",
                    at_most(500, parse_json),
                )
                .unwrap_or_else(|| r#"{"message":"Service Unavailable"}"#.to_owned()),
            retry_after_seconds: environment
                .read("RETRY_AFTER_SECONDS", "a whole number of seconds from 1 to 86400", parse_retry_after)
                .unwrap_or(300),
            health_path: environment
                .read("HEALTH_PATH_PATTERN", PATTERN, at_most(200, PathPattern::parse))
                .unwrap_or_default(),
            allowed_origins: environment
                .read("CORS_ALLOWED_ORIGINS", ORIGINS, at_most(500, AllowedOrigins::parse))
                .unwrap_or_default(),
            page_title: environment.read(
                "PAGE_TITLE",
                "plain text in one line of at most 100 characters",
                at_most(100, |text| parse_text(text, char::is_control)),
            ),
            page_message: environment.read(
                "PAGE_MESSAGE",
                "plain text of at most 500 characters, line breaks allowed",
                at_most(500, |text| {
                    parse_text(text, |character| character.is_control() && character != '\n')
                }),
            ),
            page_language: environment.read(
                "PAGE_LANGUAGE",
                "a language tag (BCP 47) such as en, ko, ja or de-AT, of at most 35 characters",
                at_most(35, OwnLanguage::parse),
            ),
            status_page_url: environment.read(
                "STATUS_PAGE_URL",
                "an absolute https URL of at most 150 characters",
                at_most(150, parse_link),
            ),
            errors: environment.errors,
        }
    }

    /// Whether a browser that asks for `path` is brought to the page.
    pub fn brings_to_page(&self, path: &str) -> bool {
        self.redirects_navigations || self.redirect_path.matches(path)
    }

    /// Whether the page is shown at `path` as a preview.
    pub fn is_preview(&self, path: &str) -> bool {
        self.preview_path.as_ref().is_some_and(|preview| preview.is(path))
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
        accepted: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = (self.lookup)(variable)?;
        let value = text.trim();
        if value.is_empty() {
            return None;
        }
        let refuse = |reason: E| {
            let (value, reason) = (value.to_owned(), reason.to_string());
            self.errors.push(ConfigError { variable, value, reason, accepted });
        };
        parse(value).map_err(refuse).ok()
    }
}

fn at_most<T, E: Display>(
    max_chars: usize,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> impl FnOnce(&str) -> Result<T, String> {
    move |text| match text.chars().count() {
        chars if chars > max_chars => Err(format!("it has {chars} characters")),
        _ => parse(text).map_err(|reason| reason.to_string()),
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

fn parse_text(text: &str, refused: impl Fn(char) -> bool) -> Result<String, String> {
    match text.chars().find(|&character| refused(character)) {
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

fn parse_preview(text: &str, page_url: &PageUrl) -> Result<KnownPath, OtherPathError> {
    let path = KnownPath::parse(text)?;
    if page_url.is_at("", text) { Err(OtherPathError::Page) } else { Ok(path) }
}

fn parse_place(
    text: &str,
    page_url: &PageUrl,
    preview: Option<&KnownPath>,
) -> Result<ReturnPath, OtherPathError> {
    KnownPath::parse(text)?;
    if page_url.is_at("", text) || preview.is_some_and(|preview| preview.is(text)) {
        return Err(OtherPathError::Page);
    }
    ReturnPath::parse(text).ok_or(OtherPathError::Unsafe)
}

fn parse_link(text: &str) -> Result<String, LinkError> {
    if !text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return Err(LinkError::Scheme);
    }
    Ok(PageUrl::parse(text).map(|_| text.to_owned())?)
}
