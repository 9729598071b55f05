//! Which requests a rule matches, as far as that can be told from its conditions.

/// The hosts whose requests a rule matches, and whether it matches all of those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Patterns in small letters: `*` is any characters, `?` is one. None if the host does not matter or is not known.
    pub hosts: Vec<String>,
    pub is_whole: bool,
}

impl Scope {
    /// Every request for these hosts, or some of them. Without hosts, the host does not matter.
    pub fn of_hosts(hosts: Vec<String>, is_whole: bool) -> Self {
        let hosts = hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { hosts, is_whole }
    }

    /// Whether its hosts are names that never resolve, as a placeholder's are
    /// (<https://www.rfc-editor.org/rfc/rfc2606#section-2>).
    pub fn is_unreachable(&self) -> bool {
        !self.hosts.is_empty() && self.hosts.iter().all(|host| host.ends_with(".invalid"))
    }

    /// Whether nothing of it is left when others have been asked. If that takes a closer look than at one pattern
    /// after the other, the answer is no.
    pub fn is_taken_by(&self, others: &[&Self]) -> bool {
        let takes =
            |other: &&Self, host| other.is_whole && other.patterns().iter().any(|own| meet(own, host, false));
        self.patterns().iter().all(|host| others.iter().any(|other| takes(other, host)))
    }

    /// Whether a request could be for hosts of both.
    pub fn shares_a_host_with(&self, other: &Self) -> bool {
        self.patterns().iter().any(|one| other.patterns().iter().any(|two| meet(one, two, true)))
    }

    fn patterns(&self) -> Vec<&[u8]> {
        let hosts = self.hosts.iter().map(String::as_bytes);
        if self.hosts.is_empty() { vec![b"*"] } else { hosts.collect() }
    }
}

/// Whether there is a name that both patterns match. If `two` is no pattern, `one` has to match its wildcards, too, and so
/// all that they stand for.
fn meet(one: &[u8], two: &[u8], is_pattern: bool) -> bool {
    match (one, two) {
        ([b'*', rest @ ..], _) => {
            let goes_on = |(_, others): (_, &[u8])| meet(one, others, is_pattern);
            meet(rest, two, is_pattern) || two.split_first().is_some_and(goes_on)
        }
        (_, [b'*', ..]) => is_pattern && meet(two, one, is_pattern),
        ([a, rest @ ..], [b, others @ ..]) => {
            let is_equal = a == b || *a == b'?' || (is_pattern && *b == b'?');
            is_equal && meet(rest, others, is_pattern)
        }
        _ => one.is_empty() && two.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every request for the hosts of a list such as `a.example.com b.example.com`.
    fn of(hosts: &str) -> Scope {
        Scope::of_hosts(hosts.split_whitespace().map(str::to_owned).collect(), true)
    }

    #[test]
    fn only_whole_scopes_take_another() {
        let cases = [
            ("", "", true),
            ("a.example.com", "", true),
            ("A.example.com", "*.Example.com", true),
            ("*.example.com", "*.example.com", true),
            ("shop-?.example.com b.example.com", "b.example.com shop-*", true),
            ("", "a.example.com", false),
            ("a.example.com b.example.com", "a.example.com", false),
            ("*.example.com", "a.example.com ?.example.com", false),
            ("shop-?.example.com", "shop-1.example.com", false),
        ];
        for (hosts, others, is_taken) in cases {
            let others: Vec<_> = others.split(' ').map(of).collect();
            let others: Vec<_> = others.iter().collect();
            assert_eq!(of(hosts).is_taken_by(&others), is_taken, "{hosts} by {others:?}");
        }
        assert!(!of("a.example.com").is_taken_by(&[&Scope::of_hosts(Vec::new(), false)]));
    }

    #[test]
    fn scopes_share_a_host_by_pattern() {
        let cases = [
            ("", "a.example.com", true),
            ("a.example.com b.example.com", "B.example.com", true),
            ("*.example.com", "a.*", true),
            ("shop-?.example.com", "*-1.example.com", true),
            ("a.example.com", "b.example.com", false),
            ("*.example.com", "example.com", false),
            ("shop-?.example.com", "*-10.example.com", false),
        ];
        for (one, two, shares) in cases {
            let both = [of(one).shares_a_host_with(&of(two)), of(two).shares_a_host_with(&of(one))];
            assert_eq!(both, [shares; 2], "{one} and {two}");
        }
    }
}
