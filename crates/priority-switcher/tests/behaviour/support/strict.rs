//! An Application Load Balancer's rules and tags in memory, refusing what the real API refuses.
//!
//! Emulators are no oracle for this: one refuses every batch that names a number in use, another takes
//! two rules on one number. Here a batch is judged on the order that it would lead to, as the API
//! documents it (<https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html>).

use std::collections::{BTreeMap, BTreeSet};

use priority_switcher::record::Tags;
use priority_switcher::rule::{ListenerArn, RuleArn};

/// An error as the API words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StrictRule {
    pub(crate) arn: RuleArn,
    /// None for the default rule.
    pub(crate) priority: Option<u32>,
    pub(crate) path: String,
    pub(crate) target_group: String,
}

/// One page of rules and the marker of the next one.
pub(crate) struct Page {
    pub(crate) rules: Vec<StrictRule>,
    pub(crate) next: Option<String>,
}

/// The load balancer. Clone it to keep a state for comparison.
#[derive(Clone, Debug, Default)]
pub(crate) struct StrictElb {
    listeners: BTreeMap<ListenerArn, Vec<StrictRule>>,
    tags: BTreeMap<RuleArn, Tags>,
    /// Target groups that have nobody to answer.
    pub(crate) unhealthy: BTreeSet<String>,
    page_size: usize,
    /// Every call that wrote something or tried to, in order.
    pub(crate) writes: Vec<String>,
    /// The maintenance rule and active priority of each listener, for the invariants that are judged
    /// on every single batch.
    pub(crate) guarded: BTreeMap<ListenerArn, (RuleArn, u32)>,
}

const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 255;

impl StrictElb {
    /// Pages smaller than any that a client asks for, so that it has to turn them.
    pub(crate) fn with_pages_of(page_size: usize) -> Self {
        Self { page_size, ..Self::default() }
    }

    pub(crate) fn add_rule(&mut self, rule: StrictRule) {
        let rules = self.listeners.entry(rule.arn.listener()).or_default();
        assert!(
            rules.iter().all(|other| other.priority != rule.priority),
            "two rules on {:?}",
            rule.priority
        );
        rules.push(rule);
    }

    pub(crate) fn remove_rule(&mut self, arn: &RuleArn) {
        self.rules_mut(&arn.listener()).retain(|rule| rule.arn != *arn);
        self.tags.remove(arn);
    }

    /// What another writer does with one rule; refused like everybody's.
    pub(crate) fn move_by_hand(&mut self, arn: &RuleArn, to: u32) -> Result<(), ApiError> {
        self.set_without_guard(&[(arn.as_str().to_owned(), to)])
    }

    pub(crate) fn wipe_tags(&mut self, arn: &RuleArn) {
        self.tags.remove(arn);
    }

    pub(crate) fn tags_of(&self, arn: &RuleArn) -> Tags {
        self.tags.get(arn).cloned().unwrap_or_default()
    }

    /// The rules with a number, sorted.
    pub(crate) fn order(&self, listener: &ListenerArn) -> Vec<(u32, RuleArn)> {
        let rules = self.listeners.get(listener).map(Vec::as_slice).unwrap_or_default();
        let mut order: Vec<_> =
            rules.iter().filter_map(|rule| Some((rule.priority?, rule.arn.clone()))).collect();
        order.sort();
        order
    }

    pub(crate) fn priority_of(&self, arn: &RuleArn) -> u32 {
        let order = self.order(&arn.listener());
        order.into_iter().find(|(_, rule)| rule == arn).map(|(priority, _)| priority).unwrap()
    }

    pub(crate) fn describe_rules(&self, listener: &str, marker: Option<&str>) -> Result<Page, ApiError> {
        let found = self.listeners.iter().find(|(arn, _)| arn.as_str() == listener);
        let (_, rules) = found.ok_or_else(|| error("ListenerNotFound", format!("no listener {listener}")))?;
        let mut rules = rules.clone();
        rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
        let from: usize = marker.map_or(Ok(0), str::parse).map_err(|_| error("ValidationError", "marker"))?;
        let to = rules.len().min(from + self.page_size.max(1));
        let next = (to < rules.len()).then(|| to.to_string());
        Ok(Page { rules: rules[from.min(to)..to].to_vec(), next })
    }

    pub(crate) fn describe_tags(&self, arn: &str) -> Result<Tags, ApiError> {
        Ok(self.tags_of(&self.rule(arn)?.arn))
    }

    pub(crate) fn add_tags(&mut self, arn: &str, news: &Tags) -> Result<(), ApiError> {
        self.writes.push(format!("AddTags {news:?}"));
        let arn = self.rule(arn)?.arn.clone();
        for (key, value) in news {
            let too_long = key.chars().count() > LONGEST_KEY || value.chars().count() > LONGEST_VALUE;
            if key.is_empty() || key.starts_with("aws:") || too_long || !value.chars().all(is_tag_character) {
                return Err(error("ValidationError", format!("tag {key} = {value}")));
            }
        }
        let mut tags = self.tags_of(&arn);
        tags.extend(news.clone());
        if tags.len() > MOST_TAGS {
            return Err(error("TooManyTags", format!("{} tags", tags.len())));
        }
        self.tags.insert(arn, tags);
        Ok(())
    }

    pub(crate) fn remove_tags(&mut self, arn: &str, keys: &[String]) -> Result<(), ApiError> {
        self.writes.push(format!("RemoveTags {keys:?}"));
        let arn = self.rule(arn)?.arn.clone();
        if keys.is_empty() {
            return Err(error("ValidationError", "no tag keys"));
        }
        self.tags.entry(arn).or_default().retain(|key, _| !keys.contains(key));
        Ok(())
    }

    /// The product's own calls: besides the API's rules, the invariants are held against each of them.
    pub(crate) fn set_rule_priorities(&mut self, pairs: &[(String, u32)]) -> Result<(), ApiError> {
        self.writes.push(format!("SetRulePriorities {} rules", pairs.len()));
        let before = self.listeners.clone();
        self.set_without_guard(pairs)?;
        for (listener, (maintenance, active)) in &self.guarded {
            let others = |rules: &[StrictRule]| {
                let mut rules: Vec<_> =
                    rules.iter().filter(|rule| rule.arn != *maintenance).cloned().collect();
                rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
                rules
            };
            let (old, new) = (others(&before[listener]), others(&self.listeners[listener]));
            let names = |rules: &[StrictRule]| rules.iter().map(|rule| rule.arn.clone()).collect::<Vec<_>>();
            assert_eq!(names(&old), names(&new), "the other rules changed their order");
            let pinned = |rules: &[StrictRule]| {
                let pinned = rules.iter().filter(|rule| rule.priority.is_none_or(|place| place < *active));
                pinned.cloned().collect::<Vec<_>>()
            };
            assert_eq!(pinned(&old), pinned(&new), "a pinned rule or the default rule moved");
        }
        Ok(())
    }

    fn set_without_guard(&mut self, pairs: &[(String, u32)]) -> Result<(), ApiError> {
        let mut listeners = BTreeSet::new();
        let mut targets = BTreeMap::new();
        for (arn, priority) in pairs {
            let rule = self.rule(arn)?;
            if rule.priority.is_none() {
                return Err(error("OperationNotPermitted", "the default rule cannot be modified"));
            }
            if !(1..=50_000).contains(priority) {
                return Err(error("ValidationError", format!("priority {priority}")));
            }
            listeners.insert(rule.arn.listener());
            if targets.insert(rule.arn.clone(), *priority).is_some() {
                return Err(error("ValidationError", format!("rule {arn} twice")));
            }
        }
        let [listener] = Vec::from_iter(listeners).try_into().map_err(|wrong: Vec<_>| {
            error("ValidationError", format!("{} listeners in one batch", wrong.len()))
        })?;
        let mut rules = self.listeners[&listener].clone();
        for rule in &mut rules {
            rule.priority = targets.get(&rule.arn).copied().or(rule.priority);
        }
        let mut taken = BTreeSet::new();
        if let Some(twice) = rules.iter().find(|rule| !taken.insert(rule.priority)) {
            let message = format!("Priority '{}' is currently in use", twice.priority.unwrap_or_default());
            return Err(error("PriorityInUse", message));
        }
        self.listeners.insert(listener, rules);
        Ok(())
    }

    fn rule(&self, arn: &str) -> Result<&StrictRule, ApiError> {
        let mut all = self.listeners.values().flatten();
        let found = all.find(|rule| rule.arn.as_str() == arn);
        found.ok_or_else(|| error("RuleNotFound", format!("One or more rules not found: {arn}")))
    }

    fn rules_mut(&mut self, listener: &ListenerArn) -> &mut Vec<StrictRule> {
        self.listeners.entry(listener.clone()).or_default()
    }
}

/// Written apart from the product's own list, as the API's documentation has it.
fn is_tag_character(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c)
}

fn error(code: &'static str, message: impl Into<String>) -> ApiError {
    ApiError { code, message: message.into() }
}
