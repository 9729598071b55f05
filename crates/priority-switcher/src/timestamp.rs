//! A point in time as the tags, the event and the answer write it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcDateTime};

/// The longest window that can be configured or asked for, in minutes: 30 days. More is taken for a typing error.
pub const LONGEST_WINDOW_MINUTES: u32 = 30 * 24 * 60;

/// How far another machine's clock may be ahead, in minutes.
pub const CLOCK_SKEW_MINUTES: u32 = 5;

/// In UTC and whole seconds, so that it comes back from a tag as it was; its text form is `2026-03-01T22:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(UtcDateTime);

impl Timestamp {
    pub fn now() -> Self {
        Self(UtcDateTime::now().truncate_to_second())
    }

    /// The time this many seconds later, or the last one that RFC 3339 can write (year 9999).
    #[must_use]
    pub fn plus_seconds(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(Duration::seconds(i64::from(seconds))))
    }

    #[must_use]
    pub fn plus_minutes(self, minutes: u32) -> Self {
        Self(self.0.saturating_add(Duration::minutes(i64::from(minutes))))
    }

    /// Milliseconds since 1970, the unit of the CloudWatch embedded metric format.
    pub fn unix_milliseconds(self) -> i64 {
        self.0.unix_timestamp() * 1000
    }
}

impl FromStr for Timestamp {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok().and_then(OffsetDateTime::checked_to_utc);
        // An offset can carry a time out of the four-digit years that RFC 3339 can write.
        let time = time.filter(|time| (0..=9999).contains(&time.year())).ok_or("not an RFC 3339 time")?;
        Ok(Self(time.truncate_to_second()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.format(&Rfc3339).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_utc_seconds() {
        let read = |text: &str| text.parse::<Timestamp>().map(|time| time.to_string()).unwrap_or_default();
        assert_eq!(read("2026-03-01T07:00:00.75+09:00"), "2026-02-28T22:00:00Z");
        assert_eq!(read("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59Z");
        // The last two are of other years in UTC, the year before 0 and 10000.
        let others = ["", "tomorrow", "2026-03-01", "22:00", "2026-03-01T22:00:00", "1772402400"];
        for text in others.iter().chain(&["0000-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"]) {
            assert_eq!(read(text), "", "{text}");
        }
    }
}
