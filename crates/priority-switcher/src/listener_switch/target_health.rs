//! Whether somebody would answer the visitors. Not knowing it is never a reason to fail.

use futures_util::future::join_all;

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
        let looks = target_groups.iter().map(|target_group| listener.can_answer(target_group));
        for (target_group, can_answer) in target_groups.iter().zip(join_all(looks).await) {
            match can_answer {
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
