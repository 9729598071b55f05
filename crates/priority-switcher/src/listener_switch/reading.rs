//! The rules of a listener, read until they fit together.

use super::{ListenerSwitch, pause_before};
use crate::listener::{Listener, ListenerError};
use crate::rule::RuleArn;
use crate::state::Situation;

/// How often rules are read whose pages do not fit together.
const ATTEMPTS: u32 = 4;

impl<'a, L: Listener> ListenerSwitch<'a, L> {
    /// The listener's rules, the maintenance rule among them. They are read again if they changed between two pages:
    /// then a rule can be listed twice or not at all.
    pub(super) async fn read(&self) -> Result<Situation<'a>, ListenerError> {
        let own = self.listener.own_rules();
        let mut attempt = 1;
        loop {
            let error = match self.listener.rules().await {
                Ok(order) => {
                    let is_default = order.default_rule().arn == own.maintenance;
                    match Situation::new(order, own, self.settings, self.moment.now) {
                        Some(situation) => return Ok(situation),
                        None => missing(&own.maintenance, is_default),
                    }
                }
                Err(error @ ListenerError::InconsistentPages(_)) => error,
                Err(error) => return Err(error),
            };
            if attempt == ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
            pause_before(attempt).await;
        }
    }
}

fn missing(own: &RuleArn, is_default: bool) -> ListenerError {
    let why = if is_default {
        "is the listener's default rule, which cannot be moved; accepted: a rule with a number"
    } else {
        "was deleted; bring it back as the runbook's \"A deleted rule\" says"
    };
    ListenerError::Refused(format!("the maintenance rule {own} {why}"))
}
