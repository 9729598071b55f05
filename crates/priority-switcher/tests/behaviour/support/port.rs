//! The strict listener behind the product's port, with faults in between.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::pending;
use std::rc::Rc;

use priority_switcher::listener::{Listener, ListenerError};
use priority_switcher::plan::Move;
use priority_switcher::record::Tags;
use priority_switcher::rule::{DefaultRule, ListenerArn, Rule, RuleArn, RuleOrder, TargetGroupArn};
use tokio::sync::Notify;

use super::faults::{Fault, Faults};
use super::strict::{ApiError, StrictElb, StrictRule};

/// One listener of a load balancer that several tests' parts share.
pub(crate) struct MemoryListener {
    pub(crate) elb: Rc<RefCell<StrictElb>>,
    pub(crate) faults: Rc<Faults>,
    /// Rung when the function is to be gone.
    pub(crate) killed: Rc<Notify>,
    /// How many turns another invocation gets before each of the calls to come; 1 when used up.
    pub(crate) turns: RefCell<VecDeque<u8>>,
    /// Whether a racing writer has put a rule below the maintenance rule while that was resting.
    pub(crate) raced_below: Cell<bool>,
    arn: ListenerArn,
    rule: RuleArn,
}

impl MemoryListener {
    pub(crate) fn new(elb: &Rc<RefCell<StrictElb>>, rule: &RuleArn) -> Self {
        Self {
            elb: Rc::clone(elb),
            faults: Rc::default(),
            killed: Rc::default(),
            turns: RefCell::default(),
            raced_below: Cell::default(),
            arn: rule.listener(),
            rule: rule.clone(),
        }
    }

    async fn call<T>(
        &self,
        call: &'static str,
        effect: impl FnOnce(&mut StrictElb) -> Result<T, ApiError>,
    ) -> Result<T, ListenerError> {
        let turns = self.turns.borrow_mut().pop_front().unwrap_or(1);
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        let failed = |message: &str| Err(ListenerError::Failed { call, message: message.into() });
        let fault = self.faults.next();
        match fault {
            Some(Fault::Throttled) => return failed("Throttling: Rate exceeded"),
            Some(Fault::ServerError) => return failed("HTTP status 503"),
            Some(Fault::LostBefore) => return failed("connection reset"),
            Some(Fault::KilledBefore) => self.die().await,
            Some(Fault::Race) => self.race(),
            Some(Fault::LostAfter | Fault::KilledAfter) | None => {}
        }
        let result = effect(&mut self.elb.borrow_mut());
        match fault {
            Some(Fault::LostAfter) => return failed("connection reset"),
            Some(Fault::KilledAfter) => self.die().await,
            _ => {}
        }
        result.map_err(|ApiError { code, message }| match code {
            "PriorityInUse" => ListenerError::PriorityInUse { call, message },
            _ => ListenerError::Failed { call, message: format!("{code}: {message}") },
        })
    }

    async fn die(&self) {
        self.killed.notify_waiters();
        pending::<()>().await;
    }

    /// Another writer adds a rule at the first free number from the top, where a shift wants to go.
    fn race(&self) {
        let mut elb = self.elb.borrow_mut();
        let taken: Vec<u32> = elb.order(&self.arn).into_iter().map(|(priority, _)| priority).collect();
        let free = (1..=50_000).find(|priority| !taken.contains(priority)).unwrap();
        let own = elb.priority_of(&self.rule);
        let resting = elb.guarded.get(&self.arn).is_some_and(|(_, active)| own > *active);
        self.raced_below.set(self.raced_below.get() || (resting && free > own));
        let arn = format!("{}-race-{}", self.rule, taken.len()).parse().unwrap();
        if elb.order(&self.arn).iter().all(|(_, other)| *other != arn) {
            elb.add_rule(StrictRule {
                arn,
                priority: Some(free),
                path: "/race".into(),
                target_group: "race".into(),
            });
        }
    }
}

impl Listener for MemoryListener {
    fn arn(&self) -> &ListenerArn {
        &self.arn
    }

    fn rule(&self) -> &RuleArn {
        &self.rule
    }

    async fn rules(&self) -> Result<RuleOrder, ListenerError> {
        let mut all = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let page = self
                .call("DescribeRules", |elb| elb.describe_rules(self.arn.as_str(), marker.as_deref()))
                .await?;
            all.extend(page.rules);
            marker = page.next;
            if marker.is_none() {
                break;
            }
        }
        let mut numbered = Vec::new();
        let mut default = None;
        for rule in all {
            match rule.priority {
                None => default = Some(DefaultRule { arn: rule.arn, action: "fixed-response: 404".into() }),
                Some(priority) => numbered.push(Rule {
                    arn: rule.arn,
                    priority: priority.try_into().unwrap(),
                    conditions: vec![format!("path-pattern: {}", rule.path)],
                    action: format!("forward: targetgroup/{}", rule.target_group),
                    catches_all: rule.path == "/*",
                    target_groups: vec![TargetGroupArn::new(rule.target_group)],
                }),
            }
        }
        RuleOrder::new(numbered, default.unwrap())
            .map_err(|error| ListenerError::Torn { call: "DescribeRules", message: error.to_string() })
    }

    async fn tags(&self) -> Result<Tags, ListenerError> {
        self.call("DescribeTags", |elb| elb.describe_tags(self.rule.as_str())).await
    }

    async fn add_tags(&self, tags: &Tags) -> Result<(), ListenerError> {
        self.call("AddTags", |elb| elb.add_tags(self.rule.as_str(), tags)).await
    }

    async fn remove_tags(&self, keys: &[&str]) -> Result<(), ListenerError> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        self.call("RemoveTags", |elb| elb.remove_tags(self.rule.as_str(), &keys)).await
    }

    async fn set_priorities(&self, moves: &[Move]) -> Result<(), ListenerError> {
        let pairs: Vec<_> =
            moves.iter().map(|one| (one.rule.as_str().to_owned(), u32::from(one.to.get()))).collect();
        self.call("SetRulePriorities", |elb| elb.set_rule_priorities(&pairs)).await
    }

    async fn can_answer(&self, target_group: &TargetGroupArn) -> Result<bool, ListenerError> {
        let name = target_group.as_str().to_owned();
        self.call("DescribeTargetHealth", |elb| Ok(!elb.unhealthy.contains(&name))).await
    }
}
