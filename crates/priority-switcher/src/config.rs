//! The environment, read once at init.

use crate::plan::Settings;
use crate::rule::{ListenerArn, Priority, RuleArn};

/// How the function was deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The maintenance rules, at most one for each listener, at least one.
    pub rules: Vec<RuleArn>,
    /// What the planner has to respect.
    pub settings: Settings,
}

/// A variable that is missing or cannot be used. The function does not start.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not set, or empty.
    #[error("{variable} is not set; accepted: {accepted}")]
    Missing {
        /// The variable's name.
        variable: &'static str,
        /// What it takes.
        accepted: &'static str,
    },
    /// Set to something else.
    #[error("{variable}: \"{value}\" is not accepted; accepted: {accepted}")]
    Malformed {
        /// The variable's name.
        variable: &'static str,
        /// The part of its value that is at fault.
        value: String,
        /// What it takes.
        accepted: String,
    },
    /// Two rules of one listener, of which only one could be the maintenance rule.
    #[error(
        "MAINTENANCE_RULE_ARNS: \"{first}\" and \"{second}\" are rules of one listener, {listener}; \
         accepted: at most one rule for each listener"
    )]
    SameListener {
        /// The listener.
        listener: ListenerArn,
        /// The rule named first.
        first: RuleArn,
        /// The rule named second.
        second: RuleArn,
    },
}

const RULES: &str = "MAINTENANCE_RULE_ARNS";
const ACTIVE: &str = "ACTIVE_PRIORITY";
const RESTING: &str = "RESTING_PRIORITY";
const MAX_DURATION: &str = "MAX_DURATION_MINUTES";
const STALE_AFTER: &str = "STALE_AFTER_MINUTES";
const DEFAULT_STALE_AFTER: u32 = 60;

impl Config {
    /// Reads the environment through `lookup`. An empty variable counts as unset, because a template
    /// passes an empty parameter on as an empty variable.
    ///
    /// # Errors
    /// On the first variable that is missing, malformed or at odds with another.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get =
            |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let region = get("AWS_REGION");
        let rules = rules(get(RULES).as_deref(), region.as_deref())?;
        let active =
            parsed(ACTIVE, get(ACTIVE), "a whole number from 1 to 50000")?.unwrap_or(Priority::FIRST);
        let resting = resting(get(RESTING), active)?;
        let max_duration = minutes(MAX_DURATION, get(MAX_DURATION), 0)?.filter(|minutes| *minutes > 0);
        let stale_after = minutes(STALE_AFTER, get(STALE_AFTER), 1)?.unwrap_or(DEFAULT_STALE_AFTER);
        Ok(Self { rules, settings: Settings { active, resting, max_duration, stale_after } })
    }
}

fn rules(value: Option<&str>, region: Option<&str>) -> Result<Vec<RuleArn>, ConfigError> {
    const ACCEPTED: &str = "rule ARNs of Application Load Balancers, separated by commas";
    let Some(value) = value else {
        return Err(ConfigError::Missing { variable: RULES, accepted: ACCEPTED });
    };
    let mut rules: Vec<RuleArn> = Vec::new();
    for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let arn: RuleArn = text.parse().map_err(|_| malformed(RULES, text, ACCEPTED))?;
        if let Some(region) = region.filter(|region| *region != arn.region()) {
            return Err(malformed(RULES, text, format!("rules of the function's own region, {region}")));
        }
        if let Some(first) = rules.iter().find(|other| other.listener() == arn.listener()) {
            let (listener, first) = (arn.listener(), first.clone());
            return Err(ConfigError::SameListener { listener, first, second: arn });
        }
        rules.push(arn);
    }
    if rules.is_empty() { Err(malformed(RULES, value, ACCEPTED)) } else { Ok(rules) }
}

fn resting(value: Option<String>, active: Priority) -> Result<Option<Priority>, ConfigError> {
    let accepted = format!("a whole number from 1 to 50000, greater than {ACTIVE} ({active})");
    let resting: Option<Priority> = parsed(RESTING, value, &accepted)?;
    match resting {
        Some(resting) if resting <= active => Err(malformed(RESTING, &resting.to_string(), accepted)),
        other => Ok(other),
    }
}

fn minutes(variable: &'static str, value: Option<String>, least: u32) -> Result<Option<u32>, ConfigError> {
    let most = crate::event::MAX_MINUTES_AHEAD;
    let accepted = format!("a whole number of minutes from {least} to {most}");
    match parsed::<u32>(variable, value, &accepted)? {
        Some(minutes) if !(least..=most).contains(&minutes) => {
            Err(malformed(variable, &minutes.to_string(), accepted))
        }
        other => Ok(other),
    }
}

fn parsed<T: std::str::FromStr>(
    variable: &'static str,
    value: Option<String>,
    accepted: &str,
) -> Result<Option<T>, ConfigError> {
    value.map(|text| text.parse().map_err(|_| malformed(variable, &text, accepted))).transpose()
}

fn malformed(variable: &'static str, value: &str, accepted: impl Into<String>) -> ConfigError {
    ConfigError::Malformed { variable, value: value.to_owned(), accepted: accepted.into() }
}

#[cfg(test)]
mod tests;
