//! The built-in page: what is going on, and back to where the visitor wanted to go as soon as that works again.
//!
//! Its script asks for that place now and then, first after a tenth of `RETRY_AFTER_SECONDS` and then ever more slowly,
//! at the slowest every `RETRY_AFTER_SECONDS`. Without scripts the page does so every `RETRY_AFTER_SECONDS` by going
//! there: during maintenance that leads back to the page.

mod language;

use askama::Template;

use crate::config::Config;
use crate::return_path::ReturnPath;

pub use language::{LANGUAGES, Language};

/// What the page may load and do: its own style and script, known by their hashes, and requests to its own origin.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
     style-src 'sha256-ImZmv+dG0W4BucNcJxxL8OTrbJKMoiq7u+sPu/ST3+Y='; \
     script-src 'sha256-nBgmXWTO8Hj0wo70mAONpji1pM+h/caIYtOyw3Qic4s='; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    language: &'a Language,
    title: &'a str,
    title_is_own: bool,
    message: &'a str,
    message_is_own: bool,
    first_try: String,
    retry_after: u32,
    from: Option<&'a str>,
}

/// The page's HTML. Without `from` its link leads to `/`.
pub fn render(config: &Config, language: &Language, from: Option<&ReturnPath>) -> String {
    let (title, message) = (config.page_title.as_deref(), config.page_message.as_deref());
    let retry_after = config.retry_after_seconds;
    let page = Page {
        language,
        title: title.unwrap_or(language.title),
        title_is_own: title.is_some(),
        message: message.unwrap_or(language.message),
        message_is_own: message.is_some(),
        first_try: language.first_try.replace("{duration}", &language.duration(retry_after)),
        retry_after,
        from: from.map(ReturnPath::as_str),
    };
    // Only a filter or a value's own `Display` could fail.
    page.render().unwrap_or_default()
}
