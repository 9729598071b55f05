//! The load balancer's state and its API's operations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::rule::{Rule, rule_arn};

pub type Tags = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    pub code: &'static str,
    pub message: String,
}

/// The numbers and names of a listener's rules, sorted, without the default rule.
pub type Order = Vec<(u32, String)>;

/// The load balancer; clone it to compare states.
#[derive(Clone, Debug, Default)]
pub struct StrictElb {
    listeners: BTreeMap<String, Vec<Rule>>,
    /// How many rules a page has at most, so that a client has to turn them.
    pub page_limit: Option<usize>,
    pub tags: BTreeMap<String, Tags>,
    /// The states of a target group's targets, in the API's spelling. The default is one target of state
    /// `unavailable`, as of a Lambda function without health checks.
    pub health: BTreeMap<String, Vec<String>>,
    /// The name of every writing call, refused ones too, in order.
    pub writes: Vec<&'static str>,
}

const LARGEST_PAGE: usize = 400;
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 255;
/// In characters, of a fixed response.
const LONGEST_BODY: usize = 1_024;
const CONTENT_TYPES: [&str; 5] =
    ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];

impl StrictElb {
    /// With one listener and its rules, as [`Self::add_rules`] reads them.
    pub fn new(listener: &str, lines: &str) -> Self {
        let mut elb = Self::default();
        elb.add_rules(listener, lines);
        elb
    }

    /// Adds rules to a listener, which has a default rule besides: `2 shop, 3 status a.example.com/status.json 200` is
    /// a rule at 2 that forwards requests for `/shop*` to the target group `shop`, and one that answers by itself.
    pub fn add_rules(&mut self, listener: &str, lines: &str) {
        let arn = listener_of(&rule_arn(listener, ""));
        let rules =
            self.listeners.entry(arn).or_insert_with(|| vec![Rule::parse(listener, "default default / 404")]);
        for rule in lines.split(", ").map(|line| Rule::parse(listener, line)) {
            assert!(rules.iter().all(|other| other.priority != rule.priority), "two at {:?}", rule.priority);
            rules.push(rule);
        }
    }

    pub fn remove_rule(&mut self, arn: &str) {
        self.listeners.entry(listener_of(arn)).or_default().retain(|rule| rule.arn != arn);
        self.tags.remove(arn);
    }

    pub fn order(&self, listener: &str) -> Order {
        let rules = self.listeners.get(&listener_of(&rule_arn(listener, ""))).into_iter().flatten();
        let name = |rule: &Rule| rule.arn.rsplit('/').next().unwrap().to_owned();
        let mut order: Vec<_> = rules.filter_map(|rule| Some((rule.priority?, name(rule)))).collect();
        order.sort();
        order
    }

    /// One page of rules and the marker of the next one.
    ///
    /// # Errors
    /// `ListenerNotFound`; `ValidationError` for a page size that the API would not take.
    pub fn describe_rules(
        &self,
        listener: &str,
        page_size: usize,
        marker: Option<&str>,
    ) -> Result<(Vec<Rule>, Option<String>), ApiError> {
        let rules = self.listeners.get(listener);
        let rules = rules.ok_or_else(|| error("ListenerNotFound", format!("no listener {listener}")))?;
        if !(1..=LARGEST_PAGE).contains(&page_size) {
            return Err(error("ValidationError", format!("page size {page_size}")));
        }
        let from = marker.map_or(0, |marker| marker.parse().unwrap());
        let mut rules = rules.clone();
        rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
        let size = self.page_limit.unwrap_or(page_size).min(page_size);
        let next = (from + size < rules.len()).then(|| (from + size).to_string());
        Ok((rules.into_iter().skip(from).take(size).collect(), next))
    }

    /// # Errors
    /// `RuleNotFound`.
    pub fn describe_tags(&self, arn: &str) -> Result<Tags, ApiError> {
        self.rule(arn).map(|_| self.tags.get(arn).cloned().unwrap_or_default())
    }

    /// # Errors
    /// `RuleNotFound`; `ValidationError` for a tag that the API would not take; `TooManyTags`.
    pub fn add_tags(&mut self, arn: &str, news: &Tags) -> Result<(), ApiError> {
        self.writes.push("AddTags");
        let mut tags = self.describe_tags(arn)?;
        for (key, value) in news {
            let too_long = key.chars().count() > LONGEST_KEY || value.chars().count() > LONGEST_VALUE;
            if key.is_empty() || key.starts_with("aws:") || too_long || !value.chars().all(is_tag_character) {
                return Err(error("ValidationError", format!("tag {key} = {value}")));
            }
        }
        tags.extend(news.clone());
        if tags.len() > MOST_TAGS {
            return Err(error("TooManyTags", format!("{} tags", tags.len())));
        }
        self.tags.insert(arn.to_owned(), tags);
        Ok(())
    }

    /// All or nothing, judged on the order that it would lead to.
    ///
    /// # Errors
    /// `RuleNotFound`; `OperationNotPermitted` for a default rule; `PriorityInUse` if two rules would have one
    /// number; `ValidationError` for a number out of range, a rule named twice, no rule, or several listeners.
    pub fn set_rule_priorities(&mut self, pairs: &[(String, u32)]) -> Result<(), ApiError> {
        self.writes.push("SetRulePriorities");
        let mut targets = BTreeMap::new();
        for (arn, priority) in pairs {
            if self.rule(arn)?.priority.is_none() {
                return Err(error("OperationNotPermitted", "the default rule cannot be modified"));
            }
            if !(1..=50_000).contains(priority) {
                return Err(error("ValidationError", format!("priority {priority}")));
            }
            if targets.insert(arn.as_str(), *priority).is_some() {
                return Err(error("ValidationError", format!("rule {arn} twice")));
            }
        }
        let listeners: BTreeSet<_> = targets.keys().copied().map(listener_of).collect();
        let [listener] = Vec::from_iter(listeners).try_into().map_err(|wrong: Vec<_>| {
            error("ValidationError", format!("{} listeners in one batch", wrong.len()))
        })?;
        let mut new = self.listeners[&listener].clone();
        for rule in &mut new {
            rule.priority = targets.get(rule.arn.as_str()).copied().or(rule.priority);
        }
        let mut taken = BTreeSet::new();
        if let Some(twice) = new.iter().find(|rule| !taken.insert(rule.priority)) {
            let message = format!("Priority '{}' is currently in use", twice.priority.unwrap_or_default());
            return Err(error("PriorityInUse", message));
        }
        self.listeners.insert(listener, new);
        Ok(())
    }

    /// Replaces the `Conditions` and `Actions` that are given, in the API's JSON, and leaves the rest as it is.
    ///
    /// # Errors
    /// `RuleNotFound`; `OperationNotPermitted` for a default rule; `ValidationError` for an invalid fixed response.
    pub fn modify_rule(&mut self, arn: &str, news: &Value) -> Result<(), ApiError> {
        self.writes.push("ModifyRule");
        if self.rule(arn)?.priority.is_none() {
            return Err(error("OperationNotPermitted", "the default rule is modified with ModifyListener"));
        }
        let given = |name: &str| news[name].as_array().map(|list| Arc::<[Value]>::from(list.as_slice()));
        let (conditions, actions) = (given("Conditions"), given("Actions"));
        for action in actions.iter().flat_map(|actions| actions.iter()) {
            if action["Type"] == "fixed-response" && !is_fixed_response(&action["FixedResponseConfig"]) {
                return Err(error("ValidationError", action.to_string()));
            }
        }
        let rules = self.listeners.get_mut(&listener_of(arn)).unwrap();
        let rule = rules.iter_mut().find(|rule| rule.arn == arn).unwrap();
        rule.conditions = conditions.unwrap_or_else(|| Arc::clone(&rule.conditions));
        rule.actions = actions.unwrap_or_else(|| Arc::clone(&rule.actions));
        Ok(())
    }

    /// # Errors
    /// `TargetGroupNotFound` if no rule forwards to it.
    pub fn target_health(&self, target_group: &str) -> Result<Vec<String>, ApiError> {
        let mut rules = self.listeners.values().flatten();
        if !rules.any(|rule| rule.target_groups().contains(&target_group)) {
            return Err(error("TargetGroupNotFound", format!("no target group {target_group}")));
        }
        let states = self.health.get(target_group).cloned();
        Ok(states.unwrap_or_else(|| vec!["unavailable".to_owned()]))
    }

    /// # Errors
    /// `RuleNotFound`.
    pub fn rule(&self, arn: &str) -> Result<&Rule, ApiError> {
        let mut all = self.listeners.values().flatten();
        let found = all.find(|rule| rule.arn == arn);
        found.ok_or_else(|| error("RuleNotFound", format!("One or more rules not found: {arn}")))
    }
}

/// The ARN of the listener that a rule belongs to.
fn listener_of(rule: &str) -> String {
    let without_rule = rule.rsplit_once('/').map_or(rule, |(listener, _)| listener);
    without_rule.replacen(":listener-rule/", ":listener/", 1)
}

fn is_fixed_response(response: &Value) -> bool {
    let text = |name: &str| response[name].as_str().unwrap_or_default();
    let status = text("StatusCode");
    status.len() == 3
        && status.starts_with(['2', '4', '5'])
        && status.bytes().all(|byte| byte.is_ascii_digit())
        && text("MessageBody").chars().count() <= LONGEST_BODY
        && CONTENT_TYPES.contains(&text("ContentType"))
}

fn is_tag_character(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c)
}

pub(crate) fn error(code: &'static str, message: impl Into<String>) -> ApiError {
    ApiError { code, message: message.into() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixed_response;

    fn code(result: Result<(), ApiError>) -> &'static str {
        result.map_or_else(|error| error.code, |()| "")
    }

    #[test]
    fn a_batch_is_judged_on_its_result() {
        let mut elb = StrictElb::new("l", "1 a, 2 b");
        elb.add_rules("m", "1 c");
        for (pairs, expected) in [
            (&[("l", "a", 2), ("l", "b", 1)][..], ""),
            (&[("l", "a", 1)], "PriorityInUse"),
            (&[("l", "a", 3), ("l", "b", 3)], "PriorityInUse"),
            (&[("l", "a", 3), ("l", "a", 4)], "ValidationError"),
            (&[("l", "a", 3), ("l", "default", 4)], "OperationNotPermitted"),
            (&[("l", "a", 3), ("m", "c", 3)], "ValidationError"),
            (&[("l", "a", 3), ("l", "x", 4)], "RuleNotFound"),
            (&[("l", "a", 50_001)], "ValidationError"),
            (&[], "ValidationError"),
        ] {
            let calls: Vec<_> = pairs.iter().map(|(on, name, to)| (rule_arn(on, name), *to)).collect();
            assert_eq!(code(elb.set_rule_priorities(&calls)), expected, "{pairs:?}");
            assert_eq!(elb.order("l"), [(1, "b".to_owned()), (2, "a".to_owned())], "{pairs:?}");
        }
    }

    #[test]
    fn fixed_responses_have_the_apis_limits() {
        let mut elb = StrictElb::new("l", "1 status");
        let longest = "점".repeat(1_024);
        for (name, status, kind, body, expected) in [
            ("status", "200", "application/json", &*longest, ""),
            ("status", "200", "application/json", &format!("{longest}."), "ValidationError"),
            ("status", "301", "application/json", "", "ValidationError"),
            ("status", "200", "text/xml", "", "ValidationError"),
            ("default", "200", "application/json", "", "OperationNotPermitted"),
            ("x", "200", "application/json", "", "RuleNotFound"),
        ] {
            let mut action = fixed_response(status, body);
            action["FixedResponseConfig"]["ContentType"] = json!(kind);
            let modified = elb.modify_rule(&rule_arn("l", name), &json!({"Actions": [action]}));
            let status_body = elb.rule(&rule_arn("l", "status")).unwrap().body();
            assert_eq!((code(modified), status_body), (expected, Some(&*longest)), "{status} {kind}");
        }
    }
}
