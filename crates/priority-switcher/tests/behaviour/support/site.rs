//! A listener of the strict load balancer with the stack's rules, and events sent to it.

use std::cell::RefCell;
use std::rc::Rc;

use priority_switcher::plan::Move;
use priority_switcher::report::{Answer, ListenerReport, Outcome};
use priority_switcher::rule::{OwnRules, Priority, RuleArn};
use priority_switcher::settings::Settings;
use priority_switcher::timestamp::Timestamp;
use serde_json::{Value, json};
use strict_elb::{Rule, StrictElb};

use super::memory_listener::MemoryListener;
use super::run::{Ending, invoke, runtime, time};

pub(crate) const AT_REST: &str = r#"{"state":"resting","since":null,"until":null,"message":null}"#;

/// The rule of that name of the listener `web`.
pub(crate) fn rule(name: &str) -> RuleArn {
    rule_of("web", name)
}

pub(crate) fn rule_of(listener: &str, name: &str) -> RuleArn {
    format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/{listener}/{name}")
        .parse()
        .unwrap()
}

pub(crate) fn target_group(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/{name}/6d0ecf831eec9f09")
}

/// A rule that forwards to a target group of its own name.
pub(crate) fn forward(name: &str, priority: Option<u32>, path: &str) -> Rule {
    Rule::forward(rule(name).as_str(), priority, path, &target_group(name))
}

/// The rule `name` for one host.
pub(crate) fn of_host(name: &str, priority: u32, host: &str) -> Rule {
    let condition = json!({"Field": "host-header", "HostHeaderConfig": {"Values": [host]}});
    let own = forward(name, Some(priority), "/*");
    Rule { conditions: own.conditions.iter().cloned().chain([condition]).collect(), ..own }
}

/// The numbered rules of a listener, each by the last part of its ARN.
pub(crate) fn order(elb: &StrictElb, listener: &str) -> Vec<(u32, String)> {
    let listener = rule_of(listener, "any").listener_arn();
    let order = elb.order(&listener).into_iter();
    order.map(|(place, rule)| (place, rule.rsplit_once('/').unwrap().1.to_owned())).collect()
}

pub(crate) fn settings() -> Settings {
    Settings { active: Priority::FIRST, resting: Priority::LAST, max_duration: None, stale_after: 60 }
}

pub(crate) fn own_rules(listener: &str) -> OwnRules {
    let rule = |name: &str| rule_of(listener, name);
    OwnRules { maintenance: rule("maintenance"), placeholder: Some(rule("placeholder")), status: None }
}

/// A listener whose placeholder is at 1 and whose maintenance rule is at 50000, with foreign rules `r2`, `r3` and so on.
pub(crate) fn add_listener(elb: &mut StrictElb, listener: &str, foreign: &[u32]) {
    let forward = |name: &str, priority: Option<u32>, path: &str| {
        Rule::forward(rule_of(listener, name).as_str(), priority, path, &target_group(name))
    };
    elb.add_rule(forward("default", None, ""));
    elb.add_rule(Rule::fixed_json(rule_of(listener, "placeholder").as_str(), 1, "/placeholder", "{}"));
    elb.add_rule(forward("maintenance", Some(50_000), "/*"));
    for place in foreign {
        elb.add_rule(forward(&format!("r{place}"), Some(*place), &format!("/{place}*")));
    }
}

pub(crate) fn codes(report: &ListenerReport) -> Vec<&'static str> {
    report.warnings.iter().map(|warning| warning.code).collect()
}

pub(crate) fn message(report: &ListenerReport, code: &str) -> String {
    let found = report.warnings.iter().find(|warning| warning.code == code);
    found.map(|warning| warning.message.clone()).unwrap_or_default()
}

pub(crate) fn report(answer: &Answer) -> &ListenerReport {
    answer.listeners[0].report().unwrap()
}

/// A time of the tests' day.
pub(crate) fn at(clock: &str) -> Timestamp {
    time(&format!("2026-03-01T{clock}:00Z"))
}

/// The listener `web`.
pub(crate) struct Site {
    pub(crate) elb: Rc<RefCell<StrictElb>>,
    pub(crate) own: OwnRules,
    pub(crate) settings: Settings,
}

impl Site {
    pub(crate) fn new(foreign: &[u32]) -> Self {
        let mut elb = StrictElb::with_pages_of(3);
        add_listener(&mut elb, "web", foreign);
        Self { elb: Rc::new(RefCell::new(elb)), own: own_rules("web"), settings: settings() }
    }

    /// With a status rule at 1 and the placeholder at 2.
    pub(crate) fn with_status() -> Self {
        let site = Self::new(&[3]);
        site.move_by_hand("placeholder", 2);
        site.elb.borrow_mut().add_rule(Rule::fixed_json(rule("status").as_str(), 1, "/status.json", AT_REST));
        let settings = Settings { active: 2.try_into().unwrap(), ..settings() };
        Self { own: OwnRules { status: Some(rule("status")), ..site.own }, settings, ..site }
    }

    pub(crate) fn listener(&self) -> MemoryListener {
        MemoryListener::new(&self.elb, self.own.clone())
    }

    pub(crate) fn ends_at(&self, clock: &str, event: &Value) -> Ending {
        runtime().block_on(invoke(&self.listener(), &self.settings, event, at(clock)))
    }

    /// The answer to an event that has to succeed.
    pub(crate) fn answer_at(&self, clock: &str, event: &Value) -> Answer {
        match self.ends_at(clock, event) {
            Ending::Answered(answer) => answer,
            other => panic!("{event} at {clock} ended as {other:?}"),
        }
    }

    pub(crate) fn at(&self, clock: &str, event: &Value) -> ListenerReport {
        report(&self.answer_at(clock, event)).clone()
    }

    pub(crate) fn outcome_at(&self, clock: &str, event: &Value) -> Outcome {
        self.answer_at(clock, event).outcome
    }

    /// The error of an event that has to fail.
    pub(crate) fn error_at(&self, clock: &str, event: &Value) -> String {
        match self.ends_at(clock, event) {
            Ending::Failed(error) => error.to_string(),
            other => panic!("{event} at {clock} ended as {other:?}"),
        }
    }

    pub(crate) fn ladder(&self) -> String {
        let order = order(&self.elb.borrow(), "web");
        order.iter().map(|(place, rule)| format!("{place} {rule}")).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.place_of("maintenance") <= u32::from(self.settings.active.get())
    }

    pub(crate) fn place_of(&self, name: &str) -> u32 {
        self.elb.borrow().priority_of(rule(name).as_str())
    }

    pub(crate) fn move_by_hand(&self, name: &str, place: u32) {
        self.elb.borrow_mut().move_by_hand(rule(name).as_str(), place).unwrap();
    }

    /// A tag of the record; empty if it is not there.
    pub(crate) fn tag(&self, key: &str) -> String {
        let tags = self.elb.borrow().tags_of(rule("maintenance").as_str());
        tags.get(&format!("maintenance-mode:{key}")).cloned().unwrap_or_default()
    }

    /// What the status rule publishes.
    pub(crate) fn body(&self) -> String {
        self.elb.borrow().body_of(rule("status").as_str()).unwrap().to_owned()
    }

    pub(crate) fn writes(&self) -> usize {
        self.elb.borrow().writes.len()
    }
}

pub(crate) fn moves(report: &ListenerReport) -> String {
    report.moves.iter().map(Move::to_string).collect::<Vec<_>>().join(", ")
}
