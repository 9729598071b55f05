//! The record of a window: four tags on the maintenance rule itself, where an operator finds them in the console.

use std::collections::BTreeMap;

use crate::timestamp::{CLOCK_SKEW_MINUTES, LONGEST_WINDOW_MINUTES, Timestamp};

/// The tags of a rule, ours and others'.
pub type Tags = BTreeMap<String, String>;

/// An empty value counts as absent.
pub mod key {
    pub const SINCE: &str = "maintenance-mode:since";
    pub const UNTIL: &str = "maintenance-mode:until";
    pub const REASON: &str = "maintenance-mode:reason";
    pub const ENDED_AT: &str = "maintenance-mode:ended-at";
}

/// What the tags say. Every part can be missing: tags get lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// When the last recorded window began, whether it counts or not.
    pub since: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// The window that counts: its `since` is after `ended_at`.
    pub window: Option<Window>,
    /// The tags that cannot be used, as `key is "value"`. They count as lost.
    pub invalid: Vec<String>,
}

/// A window that has begun and that no end has settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub since: Timestamp,
    /// As given by a start; the window's limit can be earlier.
    pub until: Option<Timestamp>,
    pub reason: Option<String>,
    /// When a check ends it; nothing for a window without a limit.
    pub limit: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LastWindow {
    pub since: Timestamp,
    pub ended_at: Timestamp,
}

impl Record {
    /// Reads what can be read. `max_duration` is the configured longest window in minutes.
    ///
    /// A time more than five minutes ahead of `now` counts as lost: believed, an `ended-at` of next year would keep
    /// every start of this year out.
    pub fn read(tags: &Tags, now: Timestamp, max_duration: Option<u32>) -> Self {
        let mut invalid = Vec::new();
        let latest = now.plus_minutes(CLOCK_SKEW_MINUTES);
        let mut time = |key: &str, latest: Option<Timestamp>| {
            let text = text(tags, key)?;
            let time =
                text.parse().ok().filter(|time: &Timestamp| latest.is_none_or(|latest| *time <= latest));
            if time.is_none() {
                invalid.push(format!("{key} is \"{text}\""));
            }
            time
        };
        // A new window has to be later than an `ended-at` that is believed.
        let since = time(key::SINCE, Some(latest.plus_seconds(1)));
        let ended_at = time(key::ENDED_AT, Some(latest));
        let until = time(key::UNTIL, None);
        let window = since.filter(|since| ended_at.is_none_or(|ended| *since > ended)).map(|since| {
            // A lost end keeps the system closed no longer than a kept one could.
            let has_limit = max_duration.is_some() || text(tags, key::UNTIL).is_some();
            let longest = since.plus_minutes(max_duration.unwrap_or(LONGEST_WINDOW_MINUTES));
            let limit = has_limit.then(|| until.map_or(longest, |until| until.min(longest)));
            Window { since, until, reason: text(tags, key::REASON).map(str::to_owned), limit }
        });
        Self { since, ended_at, window, invalid }
    }

    /// The window that ended last, if both its ends are known and no later one counts.
    pub fn last_window(&self) -> Option<LastWindow> {
        let (since, ended_at) = (self.since?, self.ended_at?);
        self.window.is_none().then_some(LastWindow { since, ended_at })
    }

    /// The earliest `since` that makes a window count.
    pub fn since_from(&self, time: Timestamp) -> Timestamp {
        self.ended_at.map_or(time, |ended| time.max(ended.plus_seconds(1)))
    }
}

impl Window {
    /// Whether that would be an earlier end than the one that was given.
    pub fn outlasts(&self, asked: Timestamp) -> bool {
        self.until.and(self.limit).is_some_and(|limit| asked < limit)
    }

    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.limit.is_some_and(|limit| limit <= now)
    }
}

fn text<'a>(tags: &'a Tags, key: &str) -> Option<&'a str> {
    tags.get(key).map(String::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
