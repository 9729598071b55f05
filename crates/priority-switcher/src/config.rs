//! The environment, read once at init.

use std::ops::RangeInclusive;

use crate::event::MAX_MINUTES_AHEAD;
use crate::plan::Settings;
use crate::rule::{Priority, RuleArn};

/// How the function was deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// At least one, each of another listener.
    pub rules: Vec<OwnRules>,
    /// What the planner has to respect.
    pub settings: Settings,
}

/// The rules of one listener that are there for maintenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRules {
    pub maintenance: RuleArn,
    /// The rule that tells the state; another one of the same listener.
    pub status: Option<RuleArn>,
}

/// A variable that is missing or cannot be used. No event is obeyed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{variable} is not set; accepted: {accepted}")]
    NotSet { variable: &'static str, accepted: &'static str },
    #[error("{variable} is \"{value}\": {reason}; accepted: {accepted}")]
    Unusable { variable: &'static str, value: String, reason: String, accepted: String },
}

const RULES: &str = "MAINTENANCE_RULE_ARNS";
const STATUS_RULES: &str = "STATUS_RULE_ARNS";
const ACTIVE: &str = "ACTIVE_PRIORITY";
const RESTING: &str = "RESTING_PRIORITY";
const MAX_DURATION: &str = "MAX_DURATION_MINUTES";
const STALE_AFTER: &str = "STALE_AFTER_MINUTES";
const DEFAULT_STALE_AFTER: u32 = 60;

impl Config {
    /// Reads the environment through `lookup`. Values are trimmed; an empty one counts as unset, because a
    /// template passes an empty parameter on as an empty variable.
    ///
    /// # Errors
    /// On the first variable that is missing, malformed or at odds with another.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let environment = Environment(lookup);
        let rules = environment.rules()?;
        let active = environment.priority(ACTIVE, 1, "a whole number from 1 to 50000")?;
        let active = active.unwrap_or(Priority::FIRST);
        let lower = format!("a whole number up to 50000, greater than {ACTIVE} ({active})");
        let resting = environment.priority(RESTING, u32::from(active.get()) + 1, &lower)?;
        let max_duration = environment.minutes(MAX_DURATION, 0)?.filter(|minutes| *minutes > 0);
        let stale_after = environment.minutes(STALE_AFTER, 1)?.unwrap_or(DEFAULT_STALE_AFTER);
        Ok(Self { rules, settings: Settings { active, resting, max_duration, stale_after } })
    }
}

struct Environment<F>(F);

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    fn value(&self, variable: &str) -> Option<String> {
        let value = (self.0)(variable)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }

    fn rules(&self) -> Result<Vec<OwnRules>, ConfigError> {
        const ACCEPTED: &str = "rule ARNs of Application Load Balancers in the function's own region, at most one for \
                                each listener, separated by commas";
        const ACCEPTED_STATUS: &str =
            "rule ARNs of the maintenance rules' listeners, at most one for each, separated by commas";
        let value = self.value(RULES).ok_or(ConfigError::NotSet { variable: RULES, accepted: ACCEPTED })?;
        let arns = self.arns(RULES, &value, ACCEPTED)?;
        if arns.is_empty() {
            return Err(unusable(RULES, &value, "it names no rule".to_owned(), ACCEPTED));
        }
        let mut rules: Vec<_> =
            arns.into_iter().map(|maintenance| OwnRules { maintenance, status: None }).collect();
        let value = self.value(STATUS_RULES).unwrap_or_default();
        for status in self.arns(STATUS_RULES, &value, ACCEPTED_STATUS)? {
            let refuse = |reason| unusable(STATUS_RULES, &value, reason, ACCEPTED_STATUS);
            let of_its_listener =
                rules.iter_mut().find(|own| own.maintenance.listener() == status.listener());
            let own = of_its_listener
                .ok_or_else(|| refuse(format!("{status} is a rule of none of {RULES}'s listeners")))?;
            if own.maintenance == status {
                return Err(refuse(format!("{status} is the maintenance rule itself")));
            }
            own.status = Some(status);
        }
        Ok(rules)
    }

    fn arns(&self, variable: &'static str, value: &str, accepted: &str) -> Result<Vec<RuleArn>, ConfigError> {
        let refuse = |reason| unusable(variable, value, reason, accepted);
        let own_region = self.value("AWS_REGION");
        let mut rules: Vec<RuleArn> = Vec::new();
        for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let rule: RuleArn = text.parse().map_err(|_| refuse(format!("\"{text}\" is no rule ARN")))?;
            if let Some(own) = own_region.as_deref().filter(|own| *own != rule.region()) {
                return Err(refuse(format!("{rule} is not in the function's region, {own}")));
            }
            if let Some(other) = rules.iter().find(|other| other.listener() == rule.listener()) {
                return Err(refuse(format!("{other} and {rule} are rules of one listener")));
            }
            rules.push(rule);
        }
        Ok(rules)
    }

    fn priority(
        &self,
        variable: &'static str,
        least: u32,
        accepted: &str,
    ) -> Result<Option<Priority>, ConfigError> {
        let number = self.number(variable, least..=u32::from(Priority::LAST.get()), accepted)?;
        Ok(number.and_then(|number| Priority::try_from(number).ok()))
    }

    fn minutes(&self, variable: &'static str, least: u32) -> Result<Option<u32>, ConfigError> {
        let accepted = format!("a whole number of minutes from {least} to {MAX_MINUTES_AHEAD}");
        self.number(variable, least..=MAX_MINUTES_AHEAD, &accepted)
    }

    fn number(
        &self,
        variable: &'static str,
        range: RangeInclusive<u32>,
        accepted: &str,
    ) -> Result<Option<u32>, ConfigError> {
        let Some(value) = self.value(variable) else { return Ok(None) };
        let refuse = |reason: &str| unusable(variable, &value, reason.to_owned(), accepted);
        let number: i64 = value.parse().map_err(|_| refuse("it is no whole number"))?;
        let number = u32::try_from(number).ok().filter(|number| range.contains(number));
        number.map(Some).ok_or_else(|| refuse("it is out of range"))
    }
}

fn unusable(variable: &'static str, value: &str, reason: String, accepted: &str) -> ConfigError {
    ConfigError::Unusable { variable, value: value.to_owned(), reason, accepted: accepted.to_owned() }
}

#[cfg(test)]
mod tests;
