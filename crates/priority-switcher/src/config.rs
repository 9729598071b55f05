//! The environment, read once at init.

use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::error::SwitchError;
use crate::rule::{OwnRules, Priority, RuleArn};
use crate::state::Settings;
use crate::timestamp::LONGEST_WINDOW_MINUTES;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// At least one, each of another listener.
    pub rules: Vec<OwnRules>,
    pub settings: Settings,
}

const MAINTENANCE: &str = "MAINTENANCE_RULE_ARNS";
const PLACEHOLDER: &str = "PLACEHOLDER_RULE_ARNS";
const STATUS: &str = "STATUS_RULE_ARNS";
const ACTIVE: &str = "ACTIVE_PRIORITY";
const RESTING: &str = "RESTING_PRIORITY";
const MAX_DURATION: &str = "MAX_DURATION_MINUTES";
const STALE_AFTER: &str = "STALE_AFTER_MINUTES";

const RULES: &str = "rule ARNs of Application Load Balancers in the function's own region, at most one for each listener, \
                     separated by commas";

impl Config {
    /// Reads the environment through `lookup`. An empty value counts as unset: a template passes empty parameters on.
    ///
    /// # Errors
    /// On the first variable that is missing, malformed or contradicts another.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SwitchError> {
        let environment = Environment(lookup);
        let own = |maintenance| OwnRules { maintenance, placeholder: None, status: None };
        let mut rules: Vec<_> = environment.arns(MAINTENANCE)?.into_iter().map(own).collect();
        if rules.is_empty() {
            return Err(environment.unusable(MAINTENANCE, "no rule", RULES));
        }
        environment.add(PLACEHOLDER, &mut rules, |own| &mut own.placeholder)?;
        environment.add(STATUS, &mut rules, |own| &mut own.status)?;
        let last = Priority::LAST.get().into();
        let active = environment.number(ACTIVE, 1..=last - 1, Priority::FIRST)?;
        let resting = environment.number(RESTING, 2..=last, Priority::LAST)?;
        if resting <= active {
            let problem = format!("not greater than {ACTIVE}, {active}");
            return Err(environment.unusable(RESTING, problem, "a greater number, up to 50000"));
        }
        let max_duration = environment.number(MAX_DURATION, 0..=LONGEST_WINDOW_MINUTES, 0)?;
        let max_duration = (max_duration > 0).then_some(max_duration);
        let stale_after = environment.number(STALE_AFTER, 1..=LONGEST_WINDOW_MINUTES, 60)?;
        Ok(Self { rules, settings: Settings { active, resting, max_duration, stale_after } })
    }
}

struct Environment<F>(F);

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    fn value(&self, variable: &str) -> Option<String> {
        (self.0)(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn unusable(&self, variable: &str, problem: impl Display, accepted: impl Display) -> SwitchError {
        let value = self.value(variable).unwrap_or_default();
        let message = format!("{variable} is \"{value}\": {problem}; accepted: {accepted}");
        SwitchError { error_type: "BadConfiguration", message }
    }

    /// Gives the rules of a variable to their listeners.
    fn add(
        &self,
        variable: &str,
        rules: &mut [OwnRules],
        place: fn(&mut OwnRules) -> &mut Option<RuleArn>,
    ) -> Result<(), SwitchError> {
        for arn in self.arns(variable)? {
            let own = rules.iter_mut().find(|own| own.maintenance.listener_arn() == arn.listener_arn());
            let problem = match own {
                None => format!("{arn} is of no listener of {MAINTENANCE}"),
                Some(own) if own.maintenance == arn || own.placeholder.as_ref() == Some(&arn) => {
                    format!("{arn} is in another variable, too")
                }
                Some(own) => {
                    *place(own) = Some(arn);
                    continue;
                }
            };
            return Err(self.unusable(variable, problem, RULES));
        }
        Ok(())
    }

    /// The rules of a variable, each of another listener; none if it is not set.
    fn arns(&self, variable: &str) -> Result<Vec<RuleArn>, SwitchError> {
        let refuse = |problem: String| self.unusable(variable, problem, RULES);
        let (value, region) = (self.value(variable).unwrap_or_default(), self.value("AWS_REGION"));
        let mut rules: Vec<RuleArn> = Vec::new();
        for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let rule: RuleArn = text.parse().map_err(|_| refuse(format!("\"{text}\" is not a rule ARN")))?;
            if let Some(region) = region.as_deref().filter(|region| *region != rule.region()) {
                return Err(refuse(format!("{rule} is not in the function's region, {region}")));
            }
            if let Some(other) = rules.iter().find(|other| other.listener_arn() == rule.listener_arn()) {
                return Err(refuse(format!("{other} and {rule} are of one listener")));
            }
            rules.push(rule);
        }
        Ok(rules)
    }

    fn number<T: TryFrom<u32>>(
        &self,
        variable: &str,
        range: RangeInclusive<u32>,
        default: T,
    ) -> Result<T, SwitchError> {
        let Some(value) = self.value(variable) else { return Ok(default) };
        let number = value.parse().ok().filter(|number| range.contains(number));
        let accepted = format!("a whole number from {} to {}", range.start(), range.end());
        let unusable = || self.unusable(variable, "not a usable number", accepted);
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(unusable)
    }
}

#[cfg(test)]
mod tests;
