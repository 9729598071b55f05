//! Patterns of paths.

use regex::bytes::{RegexSet, RegexSetBuilder};

/// The largest compiled pattern, in bytes. It leaves room for every pattern of 200 characters that repeats nothing by
/// number. The time to search a path grows with it: 1,000 bytes take about 2 ms, with `(.{1,100}){1,100}z` they would
/// take 300 times as long.
const MAX_COMPILED_BYTES: usize = 20 * 1024;

/// Compiles a pattern in the syntax of the [`regex`] crate, in which `\d`, `\w` and `\s` mean their ASCII characters. It is
/// searched for in the path as the client sent it: like the ALB's own path conditions, it sees percent-encoded characters
/// as they are. A set, because its default matches no path.
pub(crate) fn parse(pattern: &str) -> Result<RegexSet, String> {
    // Without Unicode mode `\d` needs no tables, which are most of a regex engine's size.
    let compiled = RegexSetBuilder::new([pattern]).unicode(false).size_limit(MAX_COMPILED_BYTES).build();
    let too_large = "its repetitions make it too large to be searched for in every request";
    compiled.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => too_large.to_owned(),
        // Its lines before the last one show the place in the pattern, which a log would break up.
        other => other.to_string().lines().last().unwrap_or_default().replace("error: ", ""),
    })
}
