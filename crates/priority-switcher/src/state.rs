//! Whether the system is closed: read from the order of the rules and from nothing else.

use serde::Serialize;

use crate::rule::{OwnRules, Rule, RuleOrder};
use crate::settings::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The maintenance rule is at or above the active priority, or it keeps requests from a foreign rule below it
    /// although it is not at its resting priority.
    Active,
    Resting,
}

impl State {
    pub fn of(order: &RuleOrder, rules: &OwnRules, settings: &Settings) -> Self {
        let own = order.find(&rules.maintenance).map_or(settings.resting, |own| own.priority);
        let is_in_the_way = || own != settings.resting && rules.below(order).next().is_some();
        if own <= settings.active || is_in_the_way() { Self::Active } else { Self::Resting }
    }
}

/// The foreign rule at the active priority, if a start would have to go there.
pub fn active_priority_holder<'a>(
    order: &'a RuleOrder,
    rules: &OwnRules,
    settings: &Settings,
) -> Option<&'a Rule> {
    let own = order.find(&rules.maintenance)?;
    order.at(settings.active).filter(|rule| rules.is_foreign(rule) && own.priority > settings.active)
}
