//! A listener as it was read.

use std::time::Duration;

use crate::listener::{Listener, ListenerError, ReadTags};
use crate::record::Tags;
use crate::rule::RuleOrder;

/// How often rules are read whose pages do not fit together.
const READINGS_OF_PAGES: u32 = 4;

pub(super) struct Reading {
    pub(super) order: RuleOrder,
    /// The maintenance rule's.
    pub(super) tags: Tags,
    /// The listener's own.
    pub(super) listener_tags: Tags,
}

impl Reading {
    /// Rules and after them tags. A start writes tags first, so that rules newer than the tags would show
    /// an active rule without its record, or one that seems to rest where it is.
    pub(super) async fn take(listener: &impl Listener, pause: Duration) -> Result<Self, ListenerError> {
        let order = rules(listener, pause).await?;
        Ok(Self::new(order, listener.tags().await?))
    }

    /// Rules and tags as they are after this invocation's own writes, in one round trip.
    pub(super) async fn take_at_once(
        listener: &impl Listener,
        pause: Duration,
    ) -> Result<Self, ListenerError> {
        let (order, tags) = tokio::try_join!(rules(listener, pause), listener.tags())?;
        Ok(Self::new(order, tags))
    }

    fn new(order: RuleOrder, tags: ReadTags) -> Self {
        Self { order, tags: tags.rule, listener_tags: tags.listener }
    }
}

/// The listener's rules, read again if they changed while the pages were turned: then one can be
/// listed twice or not at all. The first pause before that is `pause`, and each further one twice as long.
pub(super) async fn rules(listener: &impl Listener, mut pause: Duration) -> Result<RuleOrder, ListenerError> {
    for _ in 1..READINGS_OF_PAGES {
        match listener.rules().await {
            Ok(order) if order.contains(listener.rule()) => return Ok(order),
            Ok(_) | Err(ListenerError::InconsistentPages { .. }) => super::pause::up_to(pause).await,
            Err(error) => return Err(error),
        }
        pause *= 2;
    }
    let order = listener.rules().await?;
    if order.contains(listener.rule()) {
        Ok(order)
    } else {
        Err(ListenerError::RuleGone(listener.rule().clone()))
    }
}
