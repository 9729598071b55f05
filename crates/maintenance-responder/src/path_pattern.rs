//! Which paths are meant.

use regex::bytes::{Regex, RegexBuilder};

/// A regular expression over the path as the client sent it: like the ALB's own path conditions, it sees
/// percent-encoded characters as they are.
#[derive(Debug)]
pub struct PathPattern(Regex);

impl PathPattern {
    /// Compiles a pattern in the syntax of the [`regex`] crate. `\d`, `\w` and `\s` mean their ASCII characters.
    ///
    /// # Errors
    /// What is wrong with the pattern, and where.
    pub fn parse(pattern: &str) -> Result<Self, regex::Error> {
        // Without Unicode mode `\d` needs no tables, which are most of a regex engine's size.
        RegexBuilder::new(pattern).unicode(false).build().map(Self)
    }

    /// Whether the pattern is found in the path.
    pub fn matches(&self, path: &str) -> bool {
        self.0.is_match(path.as_bytes())
    }
}
