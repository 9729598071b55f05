//! One listener as it was read. The order of its rules, and nothing else, says whether the system is closed.

use serde::Serialize;

use crate::record::{Record, Tags};
use crate::rule::{OwnRules, Priority, Rule, RuleOrder};
use crate::timestamp::{LONGEST_WINDOW_MINUTES, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The maintenance rule is at or above the active priority, or it keeps requests from a foreign rule below it
    /// although it is not at its resting priority.
    Active,
    Resting,
}

/// What the configuration fixes for every listener.
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

/// Everything that a decision about one listener needs.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    pub own: &'a OwnRules,
    pub settings: &'a Settings,
    /// When the invocation began.
    pub now: Timestamp,
    pub order: RuleOrder,
    /// One of the order's rules.
    pub maintenance: Rule,
    /// The maintenance rule's.
    pub tags: Tags,
    pub record: Record,
}

impl<'a> Situation<'a> {
    /// A listener whose tags have not been read; none without its maintenance rule.
    pub fn new(order: RuleOrder, own: &'a OwnRules, settings: &'a Settings, now: Timestamp) -> Option<Self> {
        let maintenance = order.find(&own.maintenance)?.clone();
        let (tags, record) = Default::default();
        Some(Self { own, settings, now, order, maintenance, tags, record })
    }

    #[must_use]
    pub fn tagged(self, tags: Tags) -> Self {
        Self { record: Record::read(&tags, self.now, self.settings.max_duration), tags, ..self }
    }

    pub fn state(&self) -> State {
        let Settings { active, resting, .. } = *self.settings;
        let own = self.maintenance.priority;
        let is_in_the_way = || own != resting && self.below().next().is_some();
        if own <= active || is_in_the_way() { State::Active } else { State::Resting }
    }

    /// Whether the switch never moves the rule.
    pub fn is_foreign(&self, rule: &Rule) -> bool {
        rule.arn != self.own.maintenance && Some(&rule.arn) != self.own.placeholder.as_ref()
    }

    pub fn foreign_at(&self, priority: Priority) -> Option<&Rule> {
        self.order.at(priority).filter(|rule| self.is_foreign(rule))
    }

    pub fn placeholder(&self) -> Option<&Rule> {
        self.order.find(self.own.placeholder.as_ref()?)
    }

    /// All rules above the maintenance rule, first asked first.
    pub fn above(&self) -> impl Iterator<Item = &Rule> {
        self.order.rules().iter().take_while(|other| other.priority < self.maintenance.priority)
    }

    /// The foreign rules below the maintenance rule that share a host with it.
    pub fn below(&self) -> impl Iterator<Item = &Rule> {
        let (own, all) = (&self.maintenance, self.order.rules().iter());
        let below = all.filter(|other| other.priority > own.priority && self.is_foreign(other));
        below.filter(|other| own.scope.shares_a_host_with(&other.scope))
    }

    /// Those of them that get no request for these hosts, because the maintenance rule takes all.
    pub fn shadowed(&self) -> impl Iterator<Item = &Rule> {
        self.below().filter(|_| self.maintenance.scope.is_whole)
    }
}
