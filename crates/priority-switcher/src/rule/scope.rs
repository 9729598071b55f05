//! Which requests a rule matches, as far as that can be told from its conditions.

/// The hosts whose requests a rule matches, and whether it matches all of those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Patterns: `*` is any characters, `?` is one; none if the host does not matter, or if it
    /// cannot be told which these are.
    hosts: Vec<String>,
    is_whole: bool,
}

impl Scope {
    /// Every request there is.
    pub const ALL: Self = Self { hosts: Vec::new(), is_whole: true };

    /// Every request for these hosts, or some of them. Without hosts, the host does not matter.
    pub fn of_hosts(hosts: Vec<String>, is_whole: bool) -> Self {
        let hosts = hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { hosts, is_whole }
    }

    /// Whether these are all requests for its hosts.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether its hosts are names that never resolve, as a placeholder's are
    /// (<https://www.rfc-editor.org/rfc/rfc2606#section-2>).
    pub fn is_unreachable(&self) -> bool {
        !self.hosts.is_empty() && self.hosts.iter().all(|host| host.ends_with(".invalid"))
    }

    /// The patterns of its hosts; none if it is for all of them.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Whether nothing of it is left when others have been asked. If that takes a closer look than at one pattern
    /// after the other, the answer is no.
    pub fn is_taken_by(&self, others: &[&Self]) -> bool {
        let takes = |other: &Self, host: Option<&String>| {
            let covers_host = |own: &String| host.is_some_and(|host| covers(own.as_bytes(), host.as_bytes()));
            other.is_whole && (other.hosts.is_empty() || other.hosts.iter().any(covers_host))
        };
        let is_taken = |host| others.iter().any(|other| takes(other, host));
        if self.hosts.is_empty() {
            is_taken(None)
        } else {
            self.hosts.iter().all(|host| is_taken(Some(host)))
        }
    }

    /// Whether a request could be for hosts of both.
    pub fn shares_a_host_with(&self, other: &Self) -> bool {
        let meets = |one: &String| other.hosts.iter().any(|other| meet(one.as_bytes(), other.as_bytes()));
        self.hosts.is_empty() || other.hosts.is_empty() || self.hosts.iter().any(meets)
    }
}

/// Whether whatever the second pattern matches is matched by the first.
fn covers(pattern: &[u8], other: &[u8]) -> bool {
    match (pattern, other) {
        ([b'*', rest @ ..], _) => {
            covers(rest, other) || other.split_first().is_some_and(|(_, others)| covers(pattern, others))
        }
        ([one, rest @ ..], [two, others @ ..]) => {
            (one == two || (*one == b'?' && *two != b'*')) && covers(rest, others)
        }
        _ => pattern.is_empty() && other.is_empty(),
    }
}

/// Whether there is a name that both patterns match.
fn meet(one: &[u8], two: &[u8]) -> bool {
    match (one, two) {
        ([b'*', rest @ ..], _) => {
            meet(rest, two) || two.split_first().is_some_and(|(_, others)| meet(one, others))
        }
        (_, [b'*', ..]) => meet(two, one),
        ([a, rest @ ..], [b, others @ ..]) => (a == b || [*a, *b].contains(&b'?')) && meet(rest, others),
        _ => one.is_empty() && two.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hosts: &[&str]) -> Scope {
        Scope::of_hosts(hosts.iter().map(|host| (*host).to_owned()).collect(), true)
    }

    #[test]
    fn only_whole_scopes_take_another() {
        let taken = |hosts: &[&str], by: &[&Scope]| of(hosts).is_taken_by(by);
        assert!(taken(&[], &[&Scope::ALL]));
        assert!(taken(&["a.example.com"], &[&Scope::ALL]));
        assert!(taken(&["A.example.com"], &[&of(&["*.Example.com"])]));
        assert!(taken(&["*.example.com"], &[&of(&["*.example.com"])]));
        assert!(taken(
            &["shop-?.example.com", "b.example.com"],
            &[&of(&["b.example.com"]), &of(&["shop-*"])]
        ));
        assert!(!taken(&[], &[&of(&["a.example.com"])]));
        assert!(!taken(&["a.example.com", "b.example.com"], &[&of(&["a.example.com"])]));
        assert!(!taken(&["*.example.com"], &[&of(&["a.example.com"]), &of(&["?.example.com"])]));
        assert!(!taken(&["a.example.com"], &[&Scope::of_hosts(Vec::new(), false)]));
    }

    #[test]
    fn scopes_share_a_host_by_pattern() {
        let share = |one: &[&str], two: &[&str]| {
            let shares = [(one, two), (two, one)].map(|(one, two)| of(one).shares_a_host_with(&of(two)));
            assert_eq!(shares[0], shares[1], "{one:?} {two:?}");
            shares[0]
        };
        assert!(share(&[], &["a.example.com"]));
        assert!(share(&["a.example.com", "b.example.com"], &["B.example.com"]));
        assert!(share(&["*.example.com"], &["a.*"]));
        assert!(share(&["shop-?.example.com"], &["*-1.example.com"]));
        assert!(!share(&["a.example.com"], &["b.example.com"]));
        assert!(!share(&["*.example.com"], &["example.com"]));
        assert!(!share(&["shop-?.example.com"], &["*-10.example.com"]));
    }
}
