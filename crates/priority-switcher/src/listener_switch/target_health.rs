//! Whether somebody would answer the visitors. Not knowing it is never a reason to fail.

use crate::listener::Listener;
use crate::rule::TargetGroupArn;
use crate::warning::Warning;

pub(super) struct TargetHealth {
    /// Whether each of the target groups has a target that can answer. Nothing if that is not known.
    pub(super) can_answer: Option<bool>,
    pub(super) warnings: Vec<Warning>,
}

impl TargetHealth {
    pub(super) async fn look(listener: &impl Listener, target_groups: &[TargetGroupArn]) -> Self {
        let mut warnings = Vec::new();
        let mut is_known = !target_groups.is_empty();
        for target_group in target_groups {
            match listener.can_answer(target_group).await {
                Ok(true) => {}
                Ok(false) => warnings.push(Warning::no_healthy_target(target_group.short())),
                Err(error) => {
                    tracing::warn!(%target_group, %error, "target health is not known");
                    is_known = false;
                }
            }
        }
        let can_answer = if warnings.is_empty() { is_known.then_some(true) } else { Some(false) };
        Self { can_answer, warnings }
    }
}
