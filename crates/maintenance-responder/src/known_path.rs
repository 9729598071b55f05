//! The paths that this function knows, in whichever spelling they are asked for.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use thiserror::Error;

/// A path that is known in any spelling: browsers and proxies may percent-encode it differently, and many servers take
/// doubled slashes and one at the end for a single one and none.
#[derive(Debug)]
pub struct KnownPath(Vec<u8>);

/// Why a text is not a path that could be known.
#[derive(Debug, Error)]
pub enum PathError {
    #[error("it holds {0:?}, which must be percent-encoded")]
    Character(char),
    #[error("% must be followed by two hexadecimal digits")]
    Percent,
    #[error("it does not start with /")]
    Relative,
    #[error("// at the start would name another host")]
    OtherHost,
    #[error("a path on the same host must not have a query string or fragment")]
    NotOnlyPath,
    #[error("it holds the path segment . or .., which browsers remove")]
    DotSegment,
}

impl KnownPath {
    /// Reads a path on the same host, as it stands in a URL.
    ///
    /// # Errors
    /// See [`PathError`].
    pub fn parse(text: &str) -> Result<Self, PathError> {
        check_encoding(text)?;
        if !text.starts_with('/') {
            return Err(PathError::Relative);
        }
        if text.starts_with("//") {
            return Err(PathError::OtherHost);
        }
        if text.contains(['?', '#']) {
            return Err(PathError::NotOnlyPath);
        }
        Self::of_url(text)
    }

    /// The path of a URL whose encoding has been checked.
    pub(crate) fn of_url(path: &str) -> Result<Self, PathError> {
        let path = Self::new(path);
        let has_dots = path.0.split(|&byte| byte == b'/').any(|segment| matches!(segment, b"." | b".."));
        if has_dots { Err(PathError::DotSegment) } else { Ok(path) }
    }

    pub(crate) fn new(path: &str) -> Self {
        Self(percent_decode_str(path).collect())
    }

    /// Whether `path` is a spelling of this path.
    pub fn is(&self, path: &str) -> bool {
        segments_from_the_end(&Cow::from(percent_decode_str(path))).eq(segments_from_the_end(&self.0))
    }
}

/// Checks that every character may stand in a URL as it is.
pub(crate) fn check_encoding(text: &str) -> Result<(), PathError> {
    let refused = |c: char| !c.is_ascii_graphic() || r#""<>\^`{|}"#.contains(c);
    if let Some(character) = text.chars().find(|&c| refused(c)) {
        return Err(PathError::Character(character));
    }
    let is_hex_pair = |after: &str| after.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if text.split('%').skip(1).all(is_hex_pair) { Ok(()) } else { Err(PathError::Percent) }
}

/// The segments that say something, the last one first: what `..` takes back is then still to come. Most paths differ in
/// their last segment, so that comparing them ends there.
fn segments_from_the_end(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut taken_back = 0_usize;
    path.rsplit(|&byte| byte == b'/').filter(move |segment| match *segment {
        b"" | b"." => false,
        b".." => {
            taken_back += 1;
            false
        }
        _ if taken_back > 0 => {
            taken_back -= 1;
            false
        }
        _ => true,
    })
}
