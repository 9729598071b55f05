//! The built-in page: what is going on, and back to where the visitor wanted to go as soon as that works again.
//!
//! Its script asks for that place now and then, first after a tenth of `RETRY_AFTER_SECONDS` and then ever more slowly,
//! at the slowest every `RETRY_AFTER_SECONDS`. Without scripts the page does so every `RETRY_AFTER_SECONDS` by going
//! there: during maintenance that leads back to the page.

mod template;
mod text;

use std::borrow::Cow;

use crate::config::Config;
use crate::language::Language;
use crate::return_path::ReturnPath;

use template::{escape, expand};
use text::{duration, text};

const HTML: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// Where a visitor goes whose URL does not say where they came from.
const HOME: &str = "/";

/// What the page may load and do: its own style and script, known by their hashes, and requests to its own origin.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
     style-src 'sha256-zP1H8rcux3ZzaAZdvQXP8FksIS+Wk6HomRaaUJHTtvQ='; \
     script-src 'sha256-vCtv6FZ8bB2p4VxoWXKQoqhCz5oD4qAlJxinNYEDz64='; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page in all its languages.
#[derive(Debug)]
pub struct Page {
    translations: Vec<Translation>,
}

#[derive(Debug)]
struct Translation {
    language: Language,
    /// For visitors of whom nobody knows where they wanted to go.
    home: String,
    /// For the others: where they wanted to go stands between the parts.
    back: Vec<String>,
}

impl Page {
    /// Prepares the page in all languages.
    pub fn new(config: &Config) -> Self {
        Self {
            translations: Language::ALL
                .into_iter()
                .map(|language| Translation::new(language, config))
                .collect(),
        }
    }

    /// The page's HTML.
    pub fn render(&self, language: Language, from: Option<&ReturnPath>) -> Cow<'_, str> {
        let Some(translation) = self.translations.iter().find(|translation| translation.language == language)
        else {
            return Cow::Borrowed("");
        };
        match from {
            None => Cow::Borrowed(&translation.home),
            Some(from) => Cow::Owned(translation.back.join(&escape(from.as_str()))),
        }
    }
}

impl Translation {
    fn new(language: Language, config: &Config) -> Self {
        let back = expand(HTML, |name| value(name, language, config));
        let home = expand(HTML, |name| match name {
            "from" => Some(Cow::Borrowed(HOME)),
            // During maintenance there may be nothing but JSON at home, so without scripts the page stays.
            "reload" => Some(escape(config.page_url.location())),
            _ => value(name, language, config),
        });
        Self { language, home: home.concat(), back }
    }
}

/// What stands for a name in the page, if that is known before the request.
fn value<'a>(name: &str, language: Language, config: &'a Config) -> Option<Cow<'a, str>> {
    let text = text(language);
    // Of the operators' own words nobody knows the language.
    let unknown_language =
        |own: &Option<String>| Cow::Borrowed(if own.is_some() { r#" lang="""# } else { "" });
    Some(match name {
        "lang" => Cow::Borrowed(language.tag()),
        "title" => escape(config.page_title.as_deref().unwrap_or(text.title)),
        "title-lang" => unknown_language(&config.page_title),
        "message" => escape(config.page_message.as_deref().unwrap_or(text.message)),
        "message-lang" => unknown_language(&config.page_message),
        "retry-after" => Cow::Owned(config.retry_after_seconds.to_string()),
        "first-try" => {
            Cow::Owned(text.first_try.replace("{duration}", &duration(language, config.retry_after_seconds)))
        }
        "next-try" => Cow::Borrowed(text.next_try),
        "try-now" => Cow::Borrowed(text.try_now),
        "style" => Cow::Borrowed(STYLE),
        "script" => Cow::Borrowed(SCRIPT),
        _ => return None,
    })
}
