//! The number of a rule among the rules of its listener.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// 1 to 50000 (<https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RulePriorityPair.html>); the
/// rule with the lowest number is asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Priority(u16);

const NOT_A_PRIORITY: &str = "not a whole number from 1 to 50000";

impl Priority {
    pub const FIRST: Self = Self(1);
    pub const LAST: Self = Self(50_000);

    pub fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u32> for Priority {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, &'static str> {
        let priority = u16::try_from(number).map(Self).ok();
        priority.filter(|own| (Self::FIRST..=Self::LAST).contains(own)).ok_or(NOT_A_PRIORITY)
    }
}

impl FromStr for Priority {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        text.parse::<u32>().map_err(|_| NOT_A_PRIORITY)?.try_into()
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_1_to_50000_is_a_priority() {
        assert_eq!(["1", "50000"].map(str::parse), [Ok(Priority::FIRST), Ok(Priority::LAST)]);
        for text in ["0", "50001", "65537", "4294967297", "-1", "1.0", " 1", "", "default"] {
            assert_eq!(text.parse::<Priority>(), Err(NOT_A_PRIORITY), "{text:?}");
        }
    }
}
