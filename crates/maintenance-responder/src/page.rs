//! The built-in page, which brings visitors back when the maintenance is over.
//!
//! One script asks for the visitor's place and goes there, ever more slowly; another shows what is published at
//! `STATUS_PATH`. Where the first does not run, a refresh goes there, if that leads back to the page during maintenance. A
//! preview does neither, and a visitor sent by another site has to click.

pub(crate) mod language;

use askama::Template;

use crate::config::Config;
use crate::place::Place;
use crate::return_path::ReturnPath;

pub use language::{LANGUAGES, Language};

/// What the page may load and do: its own style and scripts, known by their hashes, and requests to its own origin.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
     style-src 'sha256-sCv7ofY5dIBGQmCddw7LWAhllRi5uzQJ7fKxNAqC3mk='; \
     script-src 'sha256-xuuIgcf/IYL6ECmvrpTbRN/FO+zZ1p/mo1Hewvp1D0Q=' 'sha256-QbwIcKWsV4PL4dCh1RBvTtiUU310cBfb91YoSwZbmsg='; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    config: &'a Config,
    language: &'a Language,
    first_check: String,
    is_preview: bool,
    /// Where the link leads.
    place: &'a Place,
    /// Whether the visitor has to click to go there.
    waits: bool,
    /// Of the operators' texts; empty if it is not known.
    own_language: &'a str,
}

/// The page's HTML; without a return path it is a preview.
pub(crate) fn render(config: &Config, language: &Language, return_path: Option<&ReturnPath>) -> String {
    let place = return_path.map_or(&config.home, |return_path| &return_path.place);
    let page = Page {
        config,
        language,
        first_check: language.first_check_within(config.retry_after_seconds),
        is_preview: return_path.is_none(),
        place,
        waits: return_path.is_some_and(|return_path| !return_path.is_automatic),
        own_language: config.page_language.as_ref().map_or("", |language| &language.tag),
    };
    // Only a filter or a value's own `Display` could fail.
    page.render().unwrap_or_default()
}
