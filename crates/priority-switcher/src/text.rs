//! Texts that people give: the reason of a window, and the message for its visitors.

/// The longest reason and the longest message, in characters: what a tag of Elastic Load Balancing can hold.
pub const MAX_LENGTH: usize = 255;

/// The longest body of a fixed response, in bytes. The API counts characters
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_FixedResponseActionConfig.html>).
pub const MAX_BODY_BYTES: usize = 1_024;

/// The longest message, in bytes of UTF-8 as a JSON string without its quotation marks: what the body of a window with
/// both times has left.
pub const MAX_MESSAGE_BYTES: usize = MAX_BODY_BYTES - 93;

/// Why the system is in maintenance, as a tag can hold it: `_` for what a tag refuses, at most 255 characters. A
/// schedule's start at night must not fail for its reason. None if there is only white space.
pub fn reason(text: &str) -> Option<String> {
    let fitting = text.trim().chars().take(MAX_LENGTH);
    let fitting: String = fitting.map(|c| if fits_a_tag(c) { c } else { '_' }).collect();
    // The API removes a space at the end, which a cut can leave.
    let kept = fitting.trim_end();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// Elastic Load Balancing accepts letters, digits, spaces and `+ - = . _ : / @`
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Tag.html>).
///
/// Rust counts some combining marks as letters that AWS does not, so only the common scripts pass.
fn fits_a_tag(c: char) -> bool {
    // Latin, Greek, Cyrillic, kana, Chinese characters, Hangul.
    let is_common = matches!(c, '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{3041}'..='\u{30ff}')
        || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
    c.is_ascii_alphanumeric() || " +-=._:/@".contains(c) || (is_common && c.is_alphanumeric())
}

/// Whether it can be published: 1 to 255 characters, not blank, no control characters, up to [`MAX_MESSAGE_BYTES`].
pub fn is_message(text: &str) -> bool {
    // XML, the form of the API's answers, cannot hold the last two: the rules could no longer be read.
    let cannot_be_published = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    // In JSON, a quotation mark and a backslash take two bytes.
    let bytes = text.len() + text.matches(['"', '\\']).count();
    let fits = text.chars().count() <= MAX_LENGTH && bytes <= MAX_MESSAGE_BYTES;
    fits && !text.trim().is_empty() && !text.contains(cannot_be_published)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reason_is_adapted_to_a_tag() {
        for text in ["DB upgrade v2.1 + index: team/ops@night", "정기 점검", "定期メンテナンス", "Überholung"]
        {
            assert_eq!(reason(text).unwrap(), text);
        }
        assert_eq!(reason("  DB upgrade (#42), \"v2\"\n").unwrap(), "DB upgrade __42__ _v2_");
        assert_eq!(reason(&"점".repeat(256)).unwrap(), "점".repeat(255));
        assert_eq!(reason(&(" x".repeat(127) + "  y")).unwrap(), " x".repeat(127).trim());
        assert_eq!(reason(" \n\t"), None);
    }

    #[test]
    fn a_message_is_taken_whole_or_refused() {
        let quoted = "🚧".repeat(232) + "\"\\";
        for text in ["곧 돌아옵니다", &"점".repeat(255), &"🚧".repeat(232), &"\"".repeat(255)] {
            assert!(is_message(text), "{text}");
        }
        for text in ["", " \u{a0}", &"점".repeat(256), &"🚧".repeat(233), &quoted] {
            assert!(!is_message(text), "{text}");
        }
        for control in ['\n', '\u{7f}', '\u{85}', '\u{fffe}', '\u{ffff}'] {
            assert!(!is_message(&format!("Back{control}soon")), "{control:?}");
        }
    }

    proptest! {
        #[test]
        fn any_reason_fits_a_tag(text in "\\PC{0,300}") {
            if let Some(reason) = reason(&text) {
                prop_assert!((1..=255).contains(&reason.chars().count()));
                prop_assert!(reason.chars().all(fits_a_tag));
                prop_assert_eq!(reason.trim(), &reason);
            }
        }
    }
}
