//! A listener of the strict load balancer as the switch sees it, without HTTP and with disturbances in between.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::pending;
use std::rc::Rc;

use priority_switcher::listener::{Listener, ListenerError};
use priority_switcher::plan::Move;
use priority_switcher::record::Tags;
use priority_switcher::rule::{Action, DefaultRule, OwnRules, Rule, RuleArn, RuleOrder, Scope};
use serde_json::json;
use strict_elb::{ApiError, StrictElb, fixed_response};
use tokio::sync::Notify;

use super::disturbance::{Circumstance, Fault};

pub(crate) struct MemoryListener {
    pub(crate) elb: Rc<RefCell<StrictElb>>,
    /// Rung when the function is killed.
    pub(crate) killed: Notify,
    /// The circumstances of the calls to come; when they are used up, nothing disturbs.
    script: RefCell<VecDeque<Circumstance>>,
    /// The fate of every call of that name.
    pub(crate) fate: Option<(&'static str, Fault)>,
    own: OwnRules,
}

impl MemoryListener {
    pub(crate) fn new(elb: &Rc<RefCell<StrictElb>>, own: &OwnRules, script: &[Circumstance]) -> Self {
        Self {
            elb: Rc::clone(elb),
            killed: Notify::default(),
            script: RefCell::new(script.iter().cloned().collect()),
            fate: None,
            own: own.clone(),
        }
    }

    async fn call<T>(
        &self,
        call: &'static str,
        effect: impl FnOnce(&mut StrictElb) -> Result<T, ApiError>,
    ) -> Result<T, ListenerError> {
        let failed = |message: &str| Err(ListenerError::Failed(format!("{call}: {message}")));
        let circumstance = self.script.borrow_mut().pop_front().unwrap_or_default();
        let fate = self.fate.filter(|(name, _)| *name == call).map(|(_, fault)| fault);
        let fault = fate.or(circumstance.fault);
        for _ in 0..circumstance.turns {
            tokio::task::yield_now().await;
        }
        if let Some(change) = circumstance.change {
            change.apply(&mut self.elb.borrow_mut());
        }
        let apply = || effect(&mut self.elb.borrow_mut());
        match fault {
            Some(Fault::Refused) => failed("HTTP status 503"),
            Some(Fault::Denied) => Err(ListenerError::Refused(format!("{call}: AccessDenied"))),
            Some(Fault::Conflict) => Err(ListenerError::Conflict("PriorityInUse".to_owned())),
            Some(Fault::Lost) => {
                drop(apply());
                failed("connection reset")
            }
            Some(Fault::Hung) => pending().await,
            Some(Fault::KilledBefore) => self.die().await,
            Some(Fault::KilledAfter) => {
                drop(apply());
                self.die().await
            }
            None => apply().map_err(|ApiError { code, message }| match code {
                "PriorityInUse" | "RuleNotFound" if call == "SetRulePriorities" => {
                    ListenerError::Conflict(message)
                }
                _ => ListenerError::Failed(format!("{call}: {code}: {message}")),
            }),
        }
    }

    async fn die<T>(&self) -> T {
        self.killed.notify_one();
        pending().await
    }
}

impl Listener for MemoryListener {
    fn own_rules(&self) -> &OwnRules {
        &self.own
    }

    async fn rules(&self) -> Result<RuleOrder, ListenerError> {
        const CALL: &str = "DescribeRules";
        let listener = self.own.maintenance.listener_arn();
        let (mut all, mut marker) = (Vec::new(), Some("0".to_owned()));
        while let Some(from) = marker {
            let describe = |elb: &mut StrictElb| elb.describe_rules(&listener, 400, Some(&from));
            let (page, next) = self.call(CALL, describe).await?;
            all.extend(page);
            marker = next;
        }
        let inconsistent = || ListenerError::Failed(CALL.to_owned());
        let default = all.iter().find(|rule| rule.priority.is_none()).ok_or_else(inconsistent)?;
        let default = DefaultRule { arn: default.arn.parse().unwrap(), action: action(default) };
        RuleOrder::new(all.iter().filter_map(numbered).collect(), default).ok_or_else(inconsistent)
    }

    async fn tags(&self) -> Result<Tags, ListenerError> {
        self.call("DescribeTags", |elb| elb.describe_tags(self.own.maintenance.as_str())).await
    }

    async fn add_tags(&self, tags: &Tags) -> Result<(), ListenerError> {
        self.call("AddTags", |elb| elb.add_tags(self.own.maintenance.as_str(), tags)).await
    }

    async fn set_rule_priorities(&self, moves: &[Move]) -> Result<(), ListenerError> {
        let is_own =
            |one: &Move| one.rule == self.own.maintenance || Some(&one.rule) == self.own.placeholder.as_ref();
        assert!(moves.iter().all(is_own), "a call names a foreign rule: {moves:?}");
        let pairs: Vec<_> =
            moves.iter().map(|one| (one.rule.as_str().to_owned(), u32::from(one.to.get()))).collect();
        self.call("SetRulePriorities", |elb| elb.set_rule_priorities(&pairs)).await
    }

    async fn publish(&self, status_rule: &RuleArn, body: &str) -> Result<(), ListenerError> {
        let news = json!({"Actions": [fixed_response("200", body)]});
        self.call("ModifyRule", |elb| elb.modify_rule(status_rule.as_str(), &news)).await
    }

    async fn can_answer(&self, target_group: &str) -> Result<bool, ListenerError> {
        let states = self.call("DescribeTargetHealth", |elb| elb.target_health(target_group)).await?;
        Ok(states.iter().any(|state| state != "unhealthy"))
    }
}

fn numbered(rule: &strict_elb::Rule) -> Option<Rule> {
    let value = |config| rule.conditions.iter().find_map(|condition| condition[config]["Values"][0].as_str());
    let (path, host) = (value("PathPatternConfig")?, value("HostHeaderConfig"));
    Some(Rule {
        arn: rule.arn.parse().unwrap(),
        priority: rule.priority?.try_into().unwrap(),
        conditions: vec![format!("path-pattern: {path}")],
        action: action(rule),
        scope: Scope::of_hosts(host.map(str::to_owned).into_iter().collect(), path == "/*"),
        fixed_json: rule.body().map(str::to_owned),
        target_groups: rule.target_groups().into_iter().map(ToOwned::to_owned).collect(),
    })
}

fn action(rule: &strict_elb::Rule) -> Action {
    let action = &rule.actions[0];
    let kind = action["Type"].as_str().unwrap().to_owned();
    let detail = action["TargetGroupArn"].as_str().or(action["FixedResponseConfig"]["StatusCode"].as_str());
    Action { description: format!("{kind}: {}", detail.unwrap().rsplit(':').next().unwrap()), kind }
}
