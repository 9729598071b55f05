//! A listener of the strict load balancer with the stack's rules, and events sent to it.

use std::cell::RefCell;
use std::rc::Rc;

use priority_switcher::handler::Handled;
use priority_switcher::report::{Answer, ListenerReport};
use priority_switcher::rule::{OwnRules, Priority, RuleArn};
use priority_switcher::state::Settings;
use serde_json::json;
use strict_elb::{StrictElb, fixed_response, rule_arn};

use super::disturbance::{Circumstance, Fault};
use super::memory_listener::MemoryListener;
use super::run::{at, invoke, payload, runtime};

pub(crate) const AT_REST: &str = r#"{"state":"resting","since":null,"until":null,"message":null}"#;

/// The rule of that name of the listener `web`.
pub(crate) fn rule(name: &str) -> RuleArn {
    rule_arn("web", name).parse().unwrap()
}

/// The rules of a stack at rest, whose names begin with `prefix`, and the settings that fit their places.
pub(crate) fn stack(elb: &StrictElb, listener: &str, prefix: &str) -> Option<(OwnRules, Settings)> {
    let order = elb.order(listener);
    let find = |role: &str| {
        let (place, name) = order.iter().find(|(_, name)| *name == format!("{prefix}{role}"))?;
        Some((rule_arn(listener, name).parse::<RuleArn>().unwrap(), Priority::try_from(*place).unwrap()))
    };
    let (maintenance, resting) = find("maintenance")?;
    let (placeholder, active) = find("placeholder")?;
    let status = find("status").map(|(status, _)| status);
    Some((
        OwnRules { maintenance, placeholder: Some(placeholder), status },
        Settings { active, resting, max_duration: None, stale_after: 60 },
    ))
}

pub(crate) fn codes(report: &ListenerReport) -> Vec<&'static str> {
    report.warnings.iter().map(|warning| warning.code).collect()
}

pub(crate) fn report(answer: &Answer) -> &ListenerReport {
    answer.listeners[0].report().unwrap()
}

/// The listener `web`. Events are JSON, or names of files of `events/`.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) elb: Rc<RefCell<StrictElb>>,
    settings: Settings,
    own: OwnRules,
    script: Vec<Circumstance>,
    fate: Option<(&'static str, Fault)>,
}

impl Site {
    /// With these rules, as [`StrictElb::add_rules`] reads them.
    pub(crate) fn new(rules: &str) -> Self {
        let mut elb = StrictElb::new("web", rules);
        elb.page_limit = Some(3);
        let (own, settings) = stack(&elb, "web", "").unwrap();
        Self { elb: Rc::new(RefCell::new(elb)), settings, own, script: Vec::new(), fate: None }
    }

    /// With the stack's rules alone, which fit into one page.
    pub(crate) fn plain() -> Self {
        Self::new("1 placeholder, 50000 maintenance /*")
    }

    pub(crate) fn with_status() -> Self {
        let site = Self::new("1 status /status.json 200, 2 placeholder, 3 shop, 50000 maintenance /*");
        site.publish_by_hand(AT_REST);
        site.elb.borrow_mut().writes.clear();
        site
    }

    /// The same listener, where every call of that name has this fate.
    pub(crate) fn failing(&self, call: &'static str, fault: Fault) -> Self {
        Self { fate: Some((call, fault)), ..self.clone() }
    }

    /// The same listener, with these circumstances of the first calls of each event.
    pub(crate) fn disturbed(&self, script: Vec<Circumstance>) -> Self {
        Self { script, ..self.clone() }
    }

    /// Nothing if the function is killed.
    pub(crate) async fn send(&self, clock: &str, event: &str) -> Option<Handled> {
        let mut listener = MemoryListener::new(&self.elb, &self.own, &self.script);
        listener.fate = self.fate;
        invoke(&listener, &self.settings, &payload(event), at(clock)).await
    }

    pub(crate) fn handled_at(&self, clock: &str, event: &str) -> Handled {
        runtime().block_on(self.send(clock, event)).unwrap()
    }

    /// The answer to an event that has to succeed.
    #[track_caller]
    pub(crate) fn answer_at(&self, clock: &str, event: &str) -> Answer {
        self.handled_at(clock, event).answer.unwrap()
    }

    #[track_caller]
    pub(crate) fn at(&self, clock: &str, event: &str) -> ListenerReport {
        report(&self.answer_at(clock, event)).clone()
    }

    /// The error of an event that has to fail.
    #[track_caller]
    pub(crate) fn error_at(&self, clock: &str, event: &str) -> String {
        self.handled_at(clock, event).answer.unwrap_err().to_string()
    }

    pub(crate) fn place_of(&self, name: &str) -> u32 {
        self.elb.borrow().rule(rule(name).as_str()).unwrap().priority.unwrap()
    }

    pub(crate) fn publish_by_hand(&self, body: &str) {
        let news = json!({"Actions": [fixed_response("200", body)]});
        self.elb.borrow_mut().modify_rule(rule("status").as_str(), &news).unwrap();
    }

    /// What the status rule publishes.
    pub(crate) fn body(&self) -> String {
        self.elb.borrow().rule(rule("status").as_str()).unwrap().body().unwrap().to_owned()
    }

    pub(crate) fn writes(&self) -> usize {
        self.elb.borrow().writes.len()
    }
}
