//! The rules of a listener, read until they fit together.

use super::{ListenerSwitch, pause_after};
use crate::listener::{Listener, ListenerError};
use crate::state::Situation;

/// How often rules are read again whose pages do not fit together.
const RETRIES: u32 = 3;

impl<'a, L: Listener> ListenerSwitch<'a, L> {
    /// The listener's rules, the maintenance rule among them. They are read again if they may have changed between two
    /// pages: then a rule is listed twice, or not at all.
    pub(super) async fn read(&self) -> Result<Situation<'a>, ListenerError> {
        for attempt in 1..=RETRIES {
            match self.read_once().await {
                Err(ListenerError::InconsistentPages(_) | ListenerError::Refused(_)) => {
                    pause_after(attempt).await;
                }
                read => return read,
            }
        }
        self.read_once().await
    }

    async fn read_once(&self) -> Result<Situation<'a>, ListenerError> {
        let (order, own) = (self.listener.rules().await?, self.listener.own_rules());
        let why = if order.default_rule().arn == own.maintenance {
            "is the listener's default rule, which cannot be moved; accepted: a rule with a number"
        } else {
            "was deleted; bring it back as the runbook's \"A deleted rule\" says"
        };
        let missing = format!("the maintenance rule {} {why}", own.maintenance);
        Situation::new(order, own, self.settings, self.moment.now).ok_or(ListenerError::Refused(missing))
    }
}
