//! A listener of the strict load balancer as the switch sees it, without HTTP and with faults in between.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::pending;
use std::rc::Rc;

use priority_switcher::listener::{Listener, ListenerError, ReadTags};
use priority_switcher::plan::Move;
use priority_switcher::record::Tags;
use priority_switcher::rule::{
    Action, DefaultRule, ListenerArn, Rule, RuleArn, RuleOrder, Scope, TargetGroupArn,
};
use serde_json::json;
use strict_elb::{ApiError, StrictElb};
use tokio::sync::Notify;

use super::faults::{Fault, Faults};
use super::judge::judge;
use super::listeners::{maintenance_rule, target_group};

/// One listener of a load balancer that several tests' parts share.
pub(crate) struct MemoryListener {
    pub(crate) elb: Rc<RefCell<StrictElb>>,
    pub(crate) faults: Rc<Faults>,
    /// Rung when the function is to be gone.
    pub(crate) killed: Rc<Notify>,
    /// How many turns another invocation gets before each of the calls to come; 1 when used up.
    pub(crate) turns: RefCell<VecDeque<u8>>,
    /// What somebody writes to the maintenance rule's tags before each of the calls to come.
    pub(crate) plants: RefCell<VecDeque<Tags>>,
    /// Whether anything has been written so. What tags say was displaced moves up by one at an end, whoever wrote it.
    pub(crate) was_planted: Cell<bool>,
    /// The active priority: what stands above it is pinned.
    pub(crate) active: u32,
    arn: ListenerArn,
    rule: RuleArn,
    status_rule: Option<RuleArn>,
}

impl MemoryListener {
    /// The listener of that name, with the active priority 1.
    pub(crate) fn new(elb: &Rc<RefCell<StrictElb>>, name: &str) -> Self {
        let rule = maintenance_rule(name);
        Self {
            elb: Rc::clone(elb),
            faults: Rc::default(),
            killed: Rc::default(),
            turns: RefCell::default(),
            plants: RefCell::default(),
            was_planted: Cell::default(),
            active: 1,
            arn: rule.listener(),
            rule,
            status_rule: None,
        }
    }

    /// The same with a rule that tells the state.
    pub(crate) fn with_status_rule(self, status_rule: RuleArn) -> Self {
        Self { status_rule: Some(status_rule), ..self }
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
        if let Some(planted) = self.plants.borrow_mut().pop_front().filter(|tags| !tags.is_empty()) {
            self.plant(&planted);
        }
        let failed = |message: &str| Err(ListenerError::Failed { call, message: message.into() });
        let fault = self.faults.next();
        match fault {
            Some(Fault::Throttled) => return failed("Throttling: Rate exceeded"),
            Some(Fault::ServerError) => return failed("HTTP status 503"),
            Some(Fault::LostBefore) => return failed("connection reset"),
            Some(Fault::KilledBefore) => self.die().await,
            Some(Fault::Race) => self.race(),
            Some(Fault::Hung) => pending().await,
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

    pub(crate) fn plant(&self, tags: &Tags) {
        self.was_planted.set(true);
        self.elb.borrow_mut().add_tags(self.rule.as_str(), tags).unwrap();
    }

    async fn die(&self) {
        self.killed.notify_waiters();
        pending::<()>().await;
    }

    /// Another writer adds a rule at the first free number from the top, where a shift wants to go.
    fn race(&self) {
        let mut elb = self.elb.borrow_mut();
        let order = elb.order(self.arn.as_str());
        let free = (1..=50_000).find(|place| order.iter().all(|(taken, _)| taken != place)).unwrap();
        let arn = format!("{}-race-{}", self.rule, order.len());
        if order.iter().all(|(_, other)| *other != arn) {
            elb.add_rule(strict_elb::Rule::forward(arn, Some(free), "/race", &target_group("race")));
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

    fn status_rule(&self) -> Option<&RuleArn> {
        self.status_rule.as_ref()
    }

    async fn rules(&self) -> Result<RuleOrder, ListenerError> {
        let mut all = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let page = self
                .call("DescribeRules", |elb| elb.describe_rules(self.arn.as_str(), 400, marker.as_deref()))
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
            let arn = rule.arn.parse().unwrap();
            let fixed_json = rule.body().map(str::to_owned);
            let target_groups: Vec<_> = rule.target_groups().into_iter().map(TargetGroupArn::new).collect();
            let kind = if fixed_json.is_some() { "fixed-response" } else { "forward" };
            let description = target_groups.first().map(|group| format!("forward: {}", group.short()));
            let action = Action { kind: kind.into(), description: description.unwrap_or_default() };
            match rule.priority {
                None => default = Some(DefaultRule { arn, action }),
                Some(priority) => {
                    let path = rule.conditions[0]["Values"][0].as_str().unwrap();
                    numbered.push(Rule {
                        arn,
                        priority: priority.try_into().unwrap(),
                        conditions: vec![format!("path-pattern: {path}")],
                        action,
                        scope: Scope::of_hosts(Vec::new(), path == "/*"),
                        fixed_json,
                        target_groups,
                    });
                }
            }
        }
        RuleOrder::new(numbered, default.unwrap()).map_err(|error| ListenerError::InconsistentPages {
            call: "DescribeRules",
            message: error.to_string(),
        })
    }

    async fn tags(&self) -> Result<ReadTags, ListenerError> {
        let describe = |elb: &mut StrictElb| {
            let rule = elb.describe_tags(self.rule.as_str())?;
            Ok(ReadTags { rule, listener: elb.describe_tags(self.arn.as_str())? })
        };
        self.call("DescribeTags", describe).await
    }

    async fn add_tags(&self, tags: &Tags) -> Result<(), ListenerError> {
        self.call("AddTags", |elb| elb.add_tags(self.rule.as_str(), tags)).await
    }

    async fn remove_tags(&self, keys: &[String]) -> Result<(), ListenerError> {
        self.call("RemoveTags", |elb| elb.remove_tags(self.rule.as_str(), keys)).await
    }

    async fn set_rule_priorities(&self, moves: &[Move]) -> Result<(), ListenerError> {
        let pairs: Vec<_> =
            moves.iter().map(|one| (one.rule.as_str().to_owned(), u32::from(one.to.get()))).collect();
        let set = |elb: &mut StrictElb| {
            elb.set_rule_priorities(&pairs)?;
            let pinned_above = if self.was_planted.get() { 0 } else { self.active };
            judge(elb.batches.last().unwrap(), &self.rule, pinned_above);
            Ok(())
        };
        self.call("SetRulePriorities", set).await
    }

    async fn tell(&self, status_rule: &RuleArn, body: &str) -> Result<(), ListenerError> {
        let response = json!({"StatusCode": "200", "ContentType": "application/json", "MessageBody": body});
        self.call("ModifyRule", |elb| elb.modify_rule(status_rule.as_str(), &response)).await
    }

    async fn can_answer(&self, target_group: &TargetGroupArn) -> Result<bool, ListenerError> {
        let states =
            self.call("DescribeTargetHealth", |elb| elb.target_health(target_group.as_str())).await?;
        Ok(states.iter().any(|state| state != "unhealthy"))
    }
}
