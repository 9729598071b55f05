//! The rules of a listener, read until they fit together.

use crate::listener::{Listener, ListenerError};
use crate::rule::{RuleArn, RuleOrder};

/// How often rules are read whose pages do not fit together.
const ATTEMPTS: u32 = 4;

/// The listener's rules, the maintenance rule among them. They are read again if they changed between two pages: then
/// a rule can be listed twice or not at all.
pub(super) async fn rules(listener: &impl Listener) -> Result<RuleOrder, ListenerError> {
    let own = &listener.own_rules().maintenance;
    let mut attempt = 1;
    loop {
        let error = match listener.rules().await {
            Ok(order) if order.find(own).is_some() => return Ok(order),
            Ok(order) => missing(own, &order),
            Err(error @ ListenerError::InconsistentPages(_)) => error,
            Err(error) => return Err(error),
        };
        if attempt == ATTEMPTS {
            return Err(error);
        }
        attempt += 1;
        super::pause::before(attempt).await;
    }
}

fn missing(own: &RuleArn, order: &RuleOrder) -> ListenerError {
    let is_default = order.default_rule().arn == *own;
    let why = if is_default {
        "is the listener's default rule, which cannot be moved; accepted: a rule with a number"
    } else {
        "was deleted; bring it back as the runbook's \"A deleted rule\" says"
    };
    ListenerError::Refused(format!("the maintenance rule {own} {why}"))
}
