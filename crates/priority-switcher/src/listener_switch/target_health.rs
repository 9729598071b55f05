//! Whether the responder would answer visitors. Not knowing it is never a reason to fail.

use std::time::Duration;

use futures_util::future::join_all;

use crate::listener::Listener;
use crate::moment::Moment;
use crate::warning::Warning;

/// Long enough for a few tries.
const LONGEST: Duration = Duration::from_secs(5);

/// Whether each target group has a target that can answer, if that is known; and a warning for each that has none.
pub(super) async fn look(
    listener: &impl Listener,
    target_groups: &[String],
    moment: Moment,
) -> (Option<bool>, Vec<Warning>) {
    let looks = target_groups.iter().map(|target_group| {
        moment.at_most(LONGEST, "DescribeTargetHealth", listener.can_answer(target_group))
    });
    let (mut warnings, mut is_known) = (Vec::new(), !target_groups.is_empty());
    for (target_group, can_answer) in target_groups.iter().zip(join_all(looks).await) {
        match can_answer {
            Ok(true) => {}
            Ok(false) => {
                let name = target_group.rsplit(':').next().unwrap_or_default();
                let message = format!(
                    "{name} has no target that can answer; visitors of the maintenance rule get the load balancer's own \
                     error page"
                );
                warnings.push(Warning { code: "no-healthy-target", message });
            }
            Err(error) => {
                tracing::warn!(%target_group, %error, "target health unknown");
                is_known = false;
            }
        }
    }
    let can_answer = if warnings.is_empty() { is_known.then_some(true) } else { Some(false) };
    (can_answer, warnings)
}
