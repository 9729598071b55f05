//! The built-in page: what is going on, and back to where the visitor wanted to go as soon as that works again.
//!
//! Its script asks for that place now and then, first after a tenth of `RETRY_AFTER_SECONDS` and then ever more slowly,
//! at the slowest every `RETRY_AFTER_SECONDS`. Without scripts the page does so every `RETRY_AFTER_SECONDS` by going
//! there, if that leads back to the page during maintenance. A preview does neither, and whom another site has sent here
//! has to say that they want to go.
//!
//! A second script shows what the load balancer tells at `STATUS_PATH`: the expected end and the operators' message.

pub mod language;

use askama::Template;

use crate::config::Config;
use crate::return_path::ReturnPath;
use crate::way_back::WayBack;

pub use language::{LANGUAGES, Language};

/// What the page may load and do: its own style and scripts, known by their hashes, and requests to its own origin.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
     style-src 'sha256-2RQQeFYDT4/bORlQYJ+MnGpjcWU18auMLN/DXfv1J4s='; \
     script-src 'sha256-fzYLJfGBxViRdHUzCKXMe/U/cI1lUPpX/1ymcVv8CxE=' 'sha256-CbHn4jDplEQ/dD+licQsjvCSsD/HPbkT7tFNqNIZdmw='; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    language: &'a Language,
    title: Text<'a>,
    message: Text<'a>,
    first_try: String,
    retry_after: u32,
    is_preview: bool,
    /// Where the link leads.
    place: &'a str,
    /// Whether the visitor has to say that they want to go there.
    waits: bool,
    /// Whether a browser that goes there during maintenance comes here again.
    leads_here: bool,
    status_page_url: Option<&'a str>,
    status_path: Option<&'a str>,
    /// Of what the operators write; empty if nobody knows it.
    own_language: &'a str,
}

/// A text of the operators', if they have one, and otherwise the page's.
struct Text<'a> {
    text: &'a str,
    /// Of the operators' text; empty if nobody knows it.
    own_language: Option<&'a str>,
}

impl<'a> Text<'a> {
    fn new(own: Option<&'a str>, built_in: &'a str, language: &'a str) -> Self {
        Self { text: own.unwrap_or(built_in), own_language: own.map(|_| language) }
    }
}

/// The page's HTML; without a way back it is a preview.
pub fn render(config: &Config, language: &Language, way_back: Option<&WayBack>) -> String {
    let retry_after = config.retry_after_seconds;
    let place = way_back.map_or(&config.home, |way_back| &way_back.place);
    let waits = way_back.is_some_and(|way_back| !way_back.by_itself);
    let own_language = config.page_language.as_ref().map_or("", |language| &language.tag);
    let page = Page {
        language,
        title: Text::new(config.page_title.as_deref(), language.title, own_language),
        message: Text::new(config.page_message.as_deref(), language.message, own_language),
        first_try: language.first_try.replace("{duration}", &language.duration(retry_after)),
        retry_after,
        is_preview: way_back.is_none(),
        place: place.as_str(),
        waits,
        leads_here: config.brings_to_page(place.path()),
        status_page_url: config.status_page_url.as_deref(),
        status_path: config.status_path.as_ref().map(ReturnPath::as_str),
        own_language,
    };
    // Only a filter or a value's own `Display` could fail.
    page.render().unwrap_or_default()
}
