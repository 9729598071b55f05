//! Headers that list what a client accepts.

/// The entries of a list such as `text/html, */*;q=0.8`, each with its weight from 0 to 1 (RFC 9110, section 12.4.2),
/// which is 1 where none is given. An entry whose weight cannot be read is left out.
pub(crate) fn weighted(list: &str) -> impl Iterator<Item = (&str, f32)> {
    list.split(',').filter_map(|entry| {
        let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let mut parameters = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
        let weight = match parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q")) {
            Some((_, weight)) => weight.trim().parse().ok().filter(|weight| (0.0..=1.0).contains(weight))?,
            None => 1.0,
        };
        Some((name.trim(), weight))
    })
}
