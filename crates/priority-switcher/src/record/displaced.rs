//! Which rules made room, in tags that hold 255 characters each.

use super::{Tags, key};

/// How much of a rule's id is kept, in characters. That two ids of one listener end alike is rare, and
/// harmless: a rule is looked for at one place only.
const SHORT: usize = 6;

/// What a tag value of Elastic Load Balancing can hold, in characters.
const LONGEST_VALUE: usize = 255;

/// The rules that made room for the maintenance rule, in their order: the first of them stood at its active priority,
/// each other right below the one before. Written as `3: 1c2b3a 9f8e7d 5a4b3c`, their number and the last characters
/// of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Displaced {
    count: u16,
    /// No more than `count`; fewer if tags were lost.
    short_ids: Vec<String>,
}

impl Displaced {
    /// The rules of these ids.
    pub fn new<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let short_ids: Vec<_> = ids.into_iter().map(|id| short(id).to_owned()).collect();
        Self { count: u16::try_from(short_ids.len()).unwrap_or(u16::MAX), short_ids }
    }

    /// Nothing if not even their number can be read. What stands behind a part that is missing is not known.
    pub(super) fn from_tags(tags: &Tags) -> Option<Self> {
        let mut words = tags.get(key::DISPLACED)?.split_whitespace();
        let count: u16 = words.next()?.trim_end_matches(':').parse().ok()?;
        let more =
            (2..).map_while(|part| tags.get(&key_of_part(part))).flat_map(|value| value.split_whitespace());
        let short_ids = words.chain(more).take(count.into()).map(ToOwned::to_owned).collect();
        Some(Self { count, short_ids })
    }

    pub(super) fn to_tags(&self) -> Tags {
        let mut values = vec![if self.count > 0 { format!("{}:", self.count) } else { "0".to_owned() }];
        for id in &self.short_ids {
            match values.last_mut() {
                Some(value) if value.len() + 1 + id.len() <= LONGEST_VALUE => {
                    value.push(' ');
                    value.push_str(id);
                }
                _ => values.push(id.clone()),
            }
        }
        (1..).map(key_of_part).zip(values).collect()
    }

    /// How many rules made room.
    pub fn count(&self) -> usize {
        self.count.into()
    }

    /// Appends what `earlier` says of the places behind those of its own.
    pub fn go_on_with(&mut self, earlier: &Self) {
        self.short_ids.extend(earlier.short_ids.iter().skip(self.short_ids.len()).cloned());
        self.count = self.count.max(earlier.count);
    }

    /// How many of them the tags no longer name.
    pub fn lost(&self) -> usize {
        self.count().saturating_sub(self.short_ids.len())
    }

    /// What is known of them, in their order: how each one's id ends.
    pub fn short_ids(&self) -> &[String] {
        &self.short_ids
    }
}

fn short(id: &str) -> &str {
    id.char_indices().rev().take(SHORT).last().map_or(id, |(from, _)| &id[from..])
}

fn key_of_part(part: usize) -> String {
    if part == 1 { key::DISPLACED.to_owned() } else { format!("{}-{part}", key::DISPLACED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(count: usize) -> Displaced {
        let ids: Vec<_> = (0..count).map(|number| format!("9683b2d02a{number:06x}")).collect();
        Displaced::new(ids.iter().map(String::as_str))
    }

    #[test]
    fn the_rules_of_a_full_listener_fit_into_a_few_tags() {
        let tags = rules(250).to_tags();
        assert_eq!(tags.len(), 7);
        assert!(tags.values().all(|value| value.len() <= LONGEST_VALUE));
        assert!(tags.keys().all(|key| key::is_of_displaced(key)));
        assert_eq!(rules(0).to_tags(), Tags::from([(key::DISPLACED.to_owned(), "0".to_owned())]));
    }

    #[test]
    fn behind_a_part_that_was_lost_no_rule_is_known() {
        let mut tags = rules(100).to_tags();
        tags.remove("maintenance-mode:displaced-2");
        let read = Displaced::from_tags(&tags).unwrap();
        assert_eq!((read.count(), read.lost()), (100, 65));
        assert_eq!(read.short_ids().len(), 35);
    }

    #[test]
    fn a_part_that_an_earlier_window_left_adds_nothing() {
        let mut tags = rules(100).to_tags();
        tags.extend(rules(2).to_tags());
        assert_eq!(Displaced::from_tags(&tags), Some(rules(2)));
    }
}
