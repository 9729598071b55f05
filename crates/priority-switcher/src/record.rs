//! What the switch remembers, written as tags on the maintenance rule itself.
//!
//! An operator finds it in the console next to the rule; nothing else stores state.

mod displaced;

use std::collections::BTreeMap;

use crate::event::MAX_MINUTES_AHEAD;
use crate::rule::Priority;
use crate::timestamp::Timestamp;
pub use displaced::Displaced;

/// The tags of a rule, ours and others'.
pub type Tags = BTreeMap<String, String>;

/// How far another machine's clock may be ahead, in minutes.
pub const CLOCK_SKEW: u32 = 5;

pub mod key {
    /// Where the maintenance rule stood before the start.
    pub const HOME_PRIORITY: &str = "maintenance-mode:home-priority";
    /// Where the start put it, so that an end does not depend on the configuration of its own day.
    pub const ACTIVE_PRIORITY: &str = "maintenance-mode:active-priority";
    /// Which rules made room; `maintenance-mode:displaced-2` and so on go on where one value is full.
    pub const DISPLACED: &str = "maintenance-mode:displaced";
    /// How many rules stood below it before the start.
    pub const BELOW: &str = "maintenance-mode:below";
    /// When maintenance began.
    pub const SINCE: &str = "maintenance-mode:since";
    /// When maintenance has to end at the latest.
    pub const UNTIL: &str = "maintenance-mode:until";
    /// What the operator said it was for.
    pub const REASON: &str = "maintenance-mode:reason";
    /// When the last maintenance ended; the one tag that stays after an end.
    pub const ENDED_AT: &str = "maintenance-mode:ended-at";

    /// Whether an end removes it.
    pub fn is_of_a_window(key: &str) -> bool {
        [HOME_PRIORITY, ACTIVE_PRIORITY, BELOW, SINCE, UNTIL, REASON].contains(&key) || is_of_displaced(key)
    }

    /// Whether it holds a part of the list of rules that made room.
    pub fn is_of_displaced(key: &str) -> bool {
        let part = key.strip_prefix(DISPLACED);
        part.is_some_and(|part| part.is_empty() || part.strip_prefix('-').is_some_and(is_number))
    }

    fn is_number(text: &str) -> bool {
        text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// Where the maintenance rule came from and what it moved: all that an end needs to undo a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its priority before the start.
    pub home: Priority,
    /// Its priority during maintenance.
    pub active: Priority,
    /// The rules that moved down one place each to make room, none if the active priority was free.
    pub displaced: Displaced,
    /// How many non-default rules stood below it before the start.
    pub below: u16,
}

/// What the tags say of a maintenance window. Every part can be missing: tags get lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// What an end has to undo.
    pub origin: Option<Origin>,
    /// When maintenance began.
    pub since: Option<Timestamp>,
    /// When it has to end at the latest.
    pub until: Option<Timestamp>,
    /// What it is for, in the characters that a tag can hold.
    pub reason: Option<String>,
    /// When the last maintenance ended.
    pub ended_at: Option<Timestamp>,
}

impl Record {
    /// Reads what can be read; a tag that is absent or malformed counts as lost.
    ///
    /// `active` stands in for an absent `active-priority` tag.
    pub fn from_tags(tags: &Tags, active: Priority) -> Self {
        Self {
            origin: origin(tags, active),
            since: read(tags, key::SINCE),
            until: read(tags, key::UNTIL),
            reason: tags.get(key::REASON).cloned(),
            ended_at: read(tags, key::ENDED_AT),
        }
    }

    /// Takes out the times that no true clock can have written by `now`, and says which they were: they count as lost.
    /// Believed, an `ended-at` of next year would keep every start of this year out. What is left of `until` lies no
    /// farther from `since` than `longest`, in minutes.
    pub fn bound_times(&mut self, now: Timestamp, longest: u32) -> Vec<(&'static str, Timestamp)> {
        let latest = now.plus_minutes(CLOCK_SKEW);
        let latest_until = latest.plus_minutes(MAX_MINUTES_AHEAD);
        let times = [
            (key::SINCE, &mut self.since, latest),
            (key::UNTIL, &mut self.until, latest_until),
            (key::ENDED_AT, &mut self.ended_at, latest),
        ];
        let taken = times.into_iter().map(|(key, time, latest)| (key, time.take_if(|time| *time > latest)));
        let taken = taken.filter_map(|(key, time)| Some((key, time?))).collect();
        let latest_until = self.since.unwrap_or(latest).plus_minutes(longest);
        self.until = self.until.map(|until| until.min(latest_until));
        taken
    }

    /// The tags of this record.
    pub fn to_tags(&self) -> Tags {
        let origin = self.origin.iter().flat_map(|origin| {
            [
                (key::HOME_PRIORITY, origin.home.to_string()),
                (key::ACTIVE_PRIORITY, origin.active.to_string()),
                (key::BELOW, origin.below.to_string()),
            ]
        });
        let times = [(key::SINCE, self.since), (key::UNTIL, self.until), (key::ENDED_AT, self.ended_at)];
        origin
            .chain(times.into_iter().filter_map(|(key, time)| Some((key, time?.to_string()))))
            .chain(self.reason.iter().map(|reason| (key::REASON, reason.clone())))
            .map(|(key, value)| (key.to_owned(), value))
            .chain(self.origin.iter().flat_map(|origin| origin.displaced.to_tags()))
            .collect()
    }
}

fn read<T: std::str::FromStr>(tags: &Tags, key: &str) -> Option<T> {
    tags.get(key)?.parse().ok()
}

fn origin(tags: &Tags, active: Priority) -> Option<Origin> {
    Some(Origin {
        home: read(tags, key::HOME_PRIORITY)?,
        active: read(tags, key::ACTIVE_PRIORITY).unwrap_or(active),
        displaced: Displaced::from_tags(tags)?,
        below: read(tags, key::BELOW)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn full() -> Record {
        Record {
            origin: Some(Origin {
                home: "99".parse().unwrap(),
                active: Priority::FIRST,
                displaced: Displaced::new(["c0ffee0000a1b2c3", "c0ffee0000d4e5f6"]),
                below: 0,
            }),
            since: Some(time("2026-03-01T22:00:00Z")),
            until: Some(time("2026-03-02T04:00:00Z")),
            reason: Some("DB upgrade".into()),
            ended_at: Some(time("2026-02-01T04:00:00Z")),
        }
    }

    #[test]
    fn the_tags_read_well_in_the_console() {
        let lines: Vec<String> = full().to_tags().iter().map(|(k, v)| format!("{k} = {v}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        maintenance-mode:active-priority = 1
        maintenance-mode:below = 0
        maintenance-mode:displaced = 2: a1b2c3 d4e5f6
        maintenance-mode:ended-at = 2026-02-01T04:00:00Z
        maintenance-mode:home-priority = 99
        maintenance-mode:reason = DB upgrade
        maintenance-mode:since = 2026-03-01T22:00:00Z
        maintenance-mode:until = 2026-03-02T04:00:00Z
        ");
    }

    #[test]
    fn an_end_removes_every_tag_of_a_record_but_ended_at() {
        let mut tags = full().to_tags();
        tags.insert("maintenance-mode:displaced-2".into(), String::new());
        tags.insert("maintenance-mode:displaced-by".into(), "a tag of somebody else's".into());
        tags.retain(|key, _| !key::is_of_a_window(key));
        assert_eq!(tags.into_keys().collect::<Vec<_>>(), ["maintenance-mode:displaced-by", key::ENDED_AT]);
    }

    #[test]
    fn a_place_is_known_only_if_every_part_of_it_can_be_read() {
        for key in [key::HOME_PRIORITY, key::DISPLACED, key::BELOW] {
            let mut tags = full().to_tags();
            tags.insert(key.into(), "many".into());
            assert_eq!(Record::from_tags(&tags, Priority::FIRST).origin, None, "{key} malformed");
            tags.remove(key);
            assert_eq!(Record::from_tags(&tags, Priority::FIRST).origin, None, "{key} lost");
        }
    }

    #[test]
    fn the_configured_active_priority_stands_in_for_a_lost_one() {
        let mut tags = full().to_tags();
        tags.remove(key::ACTIVE_PRIORITY);
        let active = "7".parse().unwrap();
        assert_eq!(Record::from_tags(&tags, active).origin.map(|origin| origin.active), Some(active));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            (home, active) in (1_u32..=50_000, 1_u32..=50_000),
            displaced in proptest::collection::vec("[0-9a-f]{16}", 0..300),
            below in any::<u16>(),
            minutes in proptest::collection::vec(0_u32..10_000_000, 3),
            (with_origin, with_until) in any::<(bool, bool)>(),
            reason in proptest::option::of("[a-zA-Z0-9 +=._:/@-]{1,255}"),
        ) {
            let at = |index: usize| time("2026-01-01T00:00:00Z").plus_minutes(minutes[index]);
            let record = Record {
                origin: with_origin.then_some(Origin {
                    home: home.try_into().unwrap(),
                    active: active.try_into().unwrap(),
                    displaced: Displaced::new(displaced.iter().map(String::as_str)),
                    below,
                }),
                since: Some(at(0)),
                until: with_until.then(|| at(1)),
                reason,
                ended_at: Some(at(2)),
            };
            prop_assert_eq!(Record::from_tags(&record.to_tags(), Priority::FIRST), record);
        }
    }
}
