//! The load balancer's state and its API's operations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::rule::Rule;

pub type Tags = BTreeMap<String, String>;

/// An error of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    pub code: &'static str,
    pub message: String,
}

/// One page of rules and the marker of the next one.
pub struct Page {
    pub rules: Vec<Rule>,
    pub next: Option<String>,
}

/// A SetRulePriorities that was accepted: the numbered rules before and after, sorted.
#[derive(Clone, Debug)]
pub struct Batch {
    pub before: Vec<(u32, String)>,
    pub after: Vec<(u32, String)>,
}

/// The load balancer; clone it to compare states.
#[derive(Clone, Debug, Default)]
pub struct StrictElb {
    listeners: BTreeMap<String, Vec<Rule>>,
    tags: BTreeMap<String, Tags>,
    health: BTreeMap<String, Vec<String>>,
    page_limit: Option<usize>,
    never_ends: bool,
    /// Every writing call, refused ones too, in order.
    pub writes: Vec<String>,
    /// The accepted SetRulePriorities calls among them.
    pub batches: Vec<Batch>,
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
    /// Pages of this size at most, so that a client has to turn them.
    pub fn with_pages_of(page_size: usize) -> Self {
        Self { page_limit: Some(page_size), ..Self::default() }
    }

    /// Every page names a next one.
    pub fn with_pages_without_end() -> Self {
        Self { never_ends: true, ..Self::default() }
    }

    /// Adds a rule to the listener that its ARN names; the first one makes the listener.
    ///
    /// # Panics
    /// If its number is taken.
    pub fn add_rule(&mut self, rule: Rule) {
        let rules = self.listeners.entry(listener_of(&rule.arn)).or_default();
        assert!(
            rules.iter().all(|other| other.priority != rule.priority),
            "two rules at {:?}",
            rule.priority
        );
        rules.push(rule);
    }

    pub fn remove_rule(&mut self, arn: &str) {
        self.listeners.entry(listener_of(arn)).or_default().retain(|rule| rule.arn != arn);
        self.tags.remove(arn);
    }

    /// Moves a rule by hand: refused as a call is, but not recorded in `writes`.
    ///
    /// # Errors
    /// As for [`Self::set_rule_priorities`].
    pub fn move_by_hand(&mut self, arn: &str, to: u32) -> Result<(), ApiError> {
        self.reorder(&[(arn.to_owned(), to)]).map(drop)
    }

    pub fn wipe_tags(&mut self, arn: &str) {
        self.tags.remove(arn);
    }

    /// Sets the states of a target group's targets, in the API's spelling. The default is one target of state
    /// `unavailable`, as of a Lambda function without health checks.
    pub fn set_health(&mut self, target_group: &str, states: &[&str]) {
        self.health.insert(target_group.to_owned(), states.iter().map(|state| (*state).to_owned()).collect());
    }

    pub fn tags_of(&self, arn: &str) -> Tags {
        self.tags.get(arn).cloned().unwrap_or_default()
    }

    /// The rules with a number, sorted.
    pub fn order(&self, listener: &str) -> Vec<(u32, String)> {
        numbered(self.listeners.get(listener).map(Vec::as_slice).unwrap_or_default())
    }

    /// # Panics
    /// If there is no such rule or it is a default rule.
    pub fn priority_of(&self, arn: &str) -> u32 {
        self.rule(arn).unwrap().priority.unwrap()
    }

    /// # Errors
    /// `ListenerNotFound`; `ValidationError` for a page size or a marker that the API would not take.
    pub fn describe_rules(
        &self,
        listener: &str,
        page_size: usize,
        marker: Option<&str>,
    ) -> Result<Page, ApiError> {
        let rules = self.listeners.get(listener);
        let rules = rules.ok_or_else(|| error("ListenerNotFound", format!("no listener {listener}")))?;
        if !(1..=LARGEST_PAGE).contains(&page_size) {
            return Err(error("ValidationError", format!("page size {page_size}")));
        }
        let from: usize = marker.map_or(Ok(0), str::parse).map_err(|_| error("ValidationError", "marker"))?;
        let mut rules = rules.clone();
        rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
        let size = self.page_limit.unwrap_or(page_size).min(page_size);
        let next = from + if self.never_ends { 1 } else { size };
        let next = (self.never_ends || next < rules.len()).then(|| next.to_string());
        Ok(Page { rules: rules.into_iter().skip(from).take(size).collect(), next })
    }

    /// # Errors
    /// `RuleNotFound`.
    pub fn describe_tags(&self, arn: &str) -> Result<Tags, ApiError> {
        self.rule(arn).map(|_| self.tags_of(arn))
    }

    /// # Errors
    /// `RuleNotFound`; `ValidationError` for a tag that the API would not take; `TooManyTags`.
    pub fn add_tags(&mut self, arn: &str, news: &Tags) -> Result<(), ApiError> {
        self.writes.push(format!("AddTags {news:?}"));
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
        self.writes.push(format!("SetRulePriorities {} rules", pairs.len()));
        let batch = self.reorder(pairs)?;
        self.batches.push(batch);
        Ok(())
    }

    fn reorder(&mut self, pairs: &[(String, u32)]) -> Result<Batch, ApiError> {
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
        let old = &self.listeners[&listener];
        let mut new = old.clone();
        for rule in &mut new {
            rule.priority = targets.get(rule.arn.as_str()).copied().or(rule.priority);
        }
        let mut taken = BTreeSet::new();
        if let Some(twice) = new.iter().find(|rule| !taken.insert(rule.priority)) {
            let message = format!("Priority '{}' is currently in use", twice.priority.unwrap_or_default());
            return Err(error("PriorityInUse", message));
        }
        let batch = Batch { before: numbered(old), after: numbered(&new) };
        self.listeners.insert(listener, new);
        Ok(batch)
    }

    /// Replaces the rule's actions by one fixed response, in the API's JSON.
    ///
    /// # Errors
    /// As for [`Self::modify`].
    pub fn modify_rule(&mut self, arn: &str, response: &Value) -> Result<(), ApiError> {
        self.modify(arn, None, Some(&[json!({"Type": "fixed-response", "FixedResponseConfig": response})]))
    }

    /// Replaces what is given, in the API's JSON, and leaves the rest as it is.
    ///
    /// # Errors
    /// `RuleNotFound`; `OperationNotPermitted` for a default rule; `ValidationError` for a fixed response that the
    /// API would not take.
    pub fn modify(
        &mut self,
        arn: &str,
        conditions: Option<&[Value]>,
        actions: Option<&[Value]>,
    ) -> Result<(), ApiError> {
        self.writes.push(format!("ModifyRule {arn} {}", json!(actions)));
        if self.rule(arn)?.priority.is_none() {
            return Err(error("OperationNotPermitted", "the default rule is modified with ModifyListener"));
        }
        for action in actions.unwrap_or_default() {
            if action["Type"] == "fixed-response" && !is_fixed_response(&action["FixedResponseConfig"]) {
                return Err(error("ValidationError", action.to_string()));
            }
        }
        let rules = self.listeners.entry(listener_of(arn)).or_default();
        for rule in rules.iter_mut().filter(|rule| rule.arn == arn) {
            rule.conditions = conditions.map_or_else(|| rule.conditions.clone(), Arc::from);
            rule.actions = actions.map_or_else(|| rule.actions.clone(), Arc::from);
        }
        Ok(())
    }

    /// The body of a rule's fixed response.
    pub fn body_of(&self, arn: &str) -> Option<&str> {
        self.rule(arn).ok()?.body()
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

    fn rule(&self, arn: &str) -> Result<&Rule, ApiError> {
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

fn numbered(rules: &[Rule]) -> Vec<(u32, String)> {
    let mut order: Vec<_> =
        rules.iter().filter_map(|rule| Some((rule.priority?, rule.arn.clone()))).collect();
    order.sort();
    order
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
    use super::*;

    fn arn(listener: &str, name: &str) -> String {
        format!("arn::listener-rule/app/a/1/{listener}/{name}")
    }

    #[test]
    fn a_batch_is_judged_on_its_result() {
        let mut elb = StrictElb::default();
        for (listener, name, priority) in
            [("l", "a", Some(1)), ("l", "b", Some(2)), ("l", "default", None), ("m", "c", Some(1))]
        {
            elb.add_rule(Rule::forward(arn(listener, name), priority, "/*", "group"));
        }
        for (pairs, result, order) in [
            (&[("l", "a", 2), ("l", "b", 1)][..], Ok(()), [2, 1]),
            (&[("l", "a", 1)], Err("PriorityInUse"), [2, 1]),
            (&[("l", "a", 3), ("l", "b", 3)], Err("PriorityInUse"), [2, 1]),
            (&[("l", "a", 3), ("l", "a", 4)], Err("ValidationError"), [2, 1]),
            (&[("l", "a", 3), ("l", "default", 4)], Err("OperationNotPermitted"), [2, 1]),
            (&[("l", "a", 3), ("m", "c", 3)], Err("ValidationError"), [2, 1]),
            (&[("l", "a", 3), ("l", "x", 4)], Err("RuleNotFound"), [2, 1]),
            (&[("l", "a", 50_001)], Err("ValidationError"), [2, 1]),
            (&[], Err("ValidationError"), [2, 1]),
        ] {
            let calls: Vec<_> = pairs.iter().map(|(listener, name, to)| (arn(listener, name), *to)).collect();
            assert_eq!(elb.set_rule_priorities(&calls).map_err(|error| error.code), result, "{pairs:?}");
            assert_eq!(["a", "b"].map(|name| elb.priority_of(&arn("l", name))), order, "{pairs:?}");
        }
    }

    #[test]
    fn fixed_responses_have_the_apis_limits() {
        let mut elb = StrictElb::default();
        elb.add_rule(Rule::forward(arn("l", "default"), None, "", "group"));
        elb.add_rule(Rule::forward(arn("l", "status"), Some(1), "/status.json", "group"));
        let longest = "점".repeat(1_024);
        for (name, status, kind, body, result) in [
            ("status", "200", "application/json", &longest, Ok(())),
            ("status", "200", "application/json", &format!("{longest}."), Err("ValidationError")),
            ("status", "301", "application/json", &String::new(), Err("ValidationError")),
            ("status", "200", "text/xml", &String::new(), Err("ValidationError")),
            ("default", "200", "application/json", &String::new(), Err("OperationNotPermitted")),
            ("x", "200", "application/json", &String::new(), Err("RuleNotFound")),
        ] {
            let response = json!({"StatusCode": status, "ContentType": kind, "MessageBody": body});
            let modified = elb.modify_rule(&arn("l", name), &response).map_err(|error| error.code);
            assert_eq!(
                (modified, elb.body_of(&arn("l", "status"))),
                (result, Some(&*longest)),
                "{status} {kind}"
            );
        }
    }
}
