//! Whether somebody would answer the visitors. Not knowing it is never a reason to fail.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::listener::Listener;
use crate::rule::TargetGroupArn;
use crate::warning::Warning;

/// Long enough for a few tries, and short enough for the report of a switch to be out in time.
const LONGEST_LOOK: Duration = Duration::from_secs(5);

pub(super) struct TargetHealth {
    /// Whether each of the target groups has a target that can answer. Nothing if that is not known.
    pub(super) can_answer: Option<bool>,
    pub(super) warnings: Vec<Warning>,
}

impl TargetHealth {
    pub(super) async fn look(listener: &impl Listener, target_groups: &[TargetGroupArn]) -> Self {
        let mut warnings = Vec::new();
        let mut is_known = !target_groups.is_empty();
        let looks =
            target_groups.iter().map(|target_group| timeout(LONGEST_LOOK, listener.can_answer(target_group)));
        for (target_group, can_answer) in target_groups.iter().zip(join_all(looks).await) {
            let why = match can_answer {
                Ok(Ok(true)) => continue,
                Ok(Ok(false)) => {
                    warnings.push(Warning::no_healthy_target(target_group.short()));
                    continue;
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer in time".to_owned(),
            };
            tracing::warn!(%target_group, error = why, "target health is not known");
            is_known = false;
        }
        let can_answer = if warnings.is_empty() { is_known.then_some(true) } else { Some(false) };
        Self { can_answer, warnings }
    }
}
