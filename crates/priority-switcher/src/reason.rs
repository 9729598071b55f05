//! Free text that has to fit into a tag.

use std::fmt;

/// The longest reason kept, in characters: what a tag value of Elastic Load Balancing can hold.
pub const MAX_LENGTH: usize = 255;

/// Why the system is in maintenance: 1 to 255 characters that a tag accepts.
///
/// Anything else in the operator's text is written as `_`, and what is too long is cut off. A window
/// is never refused for its reason: the text comes from a schedule that nobody watches at night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    text: String,
    adapted: bool,
}

impl Reason {
    /// The text as a tag can hold it; nothing if there is nothing but white space.
    pub fn new(text: &str) -> Option<Self> {
        let wanted = text.trim();
        let kept: String =
            wanted.chars().take(MAX_LENGTH).map(|c| if fits_a_tag(c) { c } else { '_' }).collect();
        // A cut can leave a space at the end, which the API would strip.
        let kept = kept.trim_end();
        (!kept.is_empty()).then(|| Self { text: kept.to_owned(), adapted: kept != wanted })
    }

    /// Whether the operator's text had to be changed to fit.
    pub fn was_adapted(&self) -> bool {
        self.adapted
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Elastic Load Balancing accepts letters, digits, spaces and `+ - = . _ : / @`
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Tag.html>).
///
/// Outside ASCII, Rust counts some combining marks as letters where AWS does not, so only the blocks
/// of the common scripts are let through.
fn fits_a_tag(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '+' | '-' | '=' | '.' | '_' | ':' | '/' | '@' => true,
        // Latin, Greek, Cyrillic, kana, Chinese characters, Hangul.
        '\u{c0}'..='\u{24f}'
        | '\u{370}'..='\u{52f}'
        | '\u{3041}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' => c.is_alphanumeric(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reason_that_a_tag_can_hold_is_kept_to_the_letter() {
        for text in ["DB upgrade v2.1 + index: team/ops@night", "정기 점검", "定期メンテナンス", "Überholung"]
        {
            let reason = Reason::new(text).unwrap();
            assert_eq!(reason.as_str(), text);
            assert!(!reason.was_adapted());
        }
    }

    #[test]
    fn characters_that_tags_refuse_become_underscores_and_it_is_said() {
        let reason = Reason::new("  DB upgrade (#42), \"v2\"\n").unwrap();
        assert_eq!(reason.as_str(), "DB upgrade __42__ _v2_");
        assert!(reason.was_adapted());
    }

    #[test]
    fn a_reason_longer_than_a_tag_is_cut_and_it_is_said() {
        let reason = Reason::new(&"점".repeat(256)).unwrap();
        assert_eq!(reason.as_str(), "점".repeat(255));
        assert!(reason.was_adapted());
    }

    #[test]
    fn white_space_alone_is_no_reason() {
        assert_eq!(Reason::new(" \n\t"), None);
        assert_eq!(Reason::new(""), None);
    }

    proptest! {
        #[test]
        fn whatever_is_given_the_tag_gets_1_to_255_allowed_characters(text in "\\PC{0,300}") {
            if let Some(reason) = Reason::new(&text) {
                prop_assert!((1..=255).contains(&reason.as_str().chars().count()));
                prop_assert!(reason.as_str().chars().all(fits_a_tag));
                prop_assert_eq!(reason.as_str().trim(), reason.as_str());
            }
        }
    }
}
