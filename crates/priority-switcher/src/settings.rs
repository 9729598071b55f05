//! What the configuration fixes for every listener.

use crate::rule::Priority;
use crate::timestamp::LONGEST_WINDOW_MINUTES;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the maintenance rule is during maintenance.
    pub active: Priority,
    /// Where it rests: a higher number than the active priority.
    pub resting: Priority,
    /// The longest window in minutes; none for no limit.
    pub max_duration: Option<u32>,
    /// How late a scheduled start may come, in minutes.
    pub stale_after: u32,
}

impl Settings {
    /// The farthest that a start can set the end ahead, in minutes.
    pub fn longest_window(&self) -> u32 {
        self.max_duration.unwrap_or(LONGEST_WINDOW_MINUTES)
    }
}
