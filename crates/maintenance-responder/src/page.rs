//! The built-in page: what is going on, and back to where the visitor wanted to go as soon as that works again.
//!
//! Its script asks for that place now and then, first after a tenth of `RETRY_AFTER_SECONDS` and then ever more slowly,
//! at the slowest every `RETRY_AFTER_SECONDS`. Without scripts the page does so every `RETRY_AFTER_SECONDS` by going
//! there: during maintenance that leads back to the page.

mod template;
mod text;

use crate::config::Config;
use crate::language::Language;
use crate::return_path::ReturnPath;

use template::{escape, fill};
use text::{duration, text};

const HTML: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// Where a visitor goes whose URL does not say where they came from.
const HOME: &str = "/";

/// What the page may load and do: its own style and script, known by their hashes, and requests to its own origin.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
     style-src 'sha256-kN5Mic4ick9vXgRudaAZhDfa8As8M80h9LIHRMxg0yo='; \
     script-src 'sha256-vCtv6FZ8bB2p4VxoWXKQoqhCz5oD4qAlJxinNYEDz64='; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page's HTML. Without `from` its link leads to `/`.
pub fn render(config: &Config, language: Language, from: Option<&ReturnPath>) -> String {
    let text = text(language);
    // Of the operators' own words nobody knows the language.
    let unknown_language = |own: &Option<String>| if own.is_some() { r#" lang="""# } else { "" }.into();
    fill(HTML, |name| match name {
        "lang" => language.tag().into(),
        "title" => escape(config.page_title.as_deref().unwrap_or(text.title)),
        "title-lang" => unknown_language(&config.page_title),
        "message" => escape(config.page_message.as_deref().unwrap_or(text.message)),
        "message-lang" => unknown_language(&config.page_message),
        "retry-after" => config.retry_after_seconds.to_string().into(),
        "first-try" => {
            text.first_try.replace("{duration}", &duration(language, config.retry_after_seconds)).into()
        }
        "next-try" => text.next_try.into(),
        "try-now" => text.try_now.into(),
        "from" => escape(from.map_or(HOME, ReturnPath::as_str)),
        // During maintenance there may be nothing but JSON at home, so without scripts the page stays.
        "reload" => escape(from.map_or(config.page_url.location(), ReturnPath::as_str)),
        "style" => STYLE.into(),
        "script" => SCRIPT.into(),
        _ => "".into(),
    })
}
