//! Two invocations at the same time, in random interleavings of their calls.

use std::collections::BTreeMap;

use priority_switcher::record::{Record, key};
use proptest::prelude::*;
use serde_json::json;
use strict_elb::StrictElb;

use crate::support::listeners::{Setup, maintenance_rule, order, setups};
use crate::support::run::{Ending, START_OF_TIME, answer, invoke, runtime, time};

/// What is to be seen of a listener: the order, and what the record says of the way back.
fn standing(elb: &StrictElb, setup: &Setup) -> (Vec<(u32, String)>, Option<String>, bool) {
    let tags = elb.tags_of(maintenance_rule("web").as_str());
    let origin = Record::from_tags(&tags, setup.settings().active).origin;
    let open = tags.keys().any(|key| key::is_of_a_window(key));
    (order(elb, "web"), origin.map(|origin| format!("{origin:?}")), open)
}

/// Where a listener stands after these events, one after the other and undisturbed.
fn after(setup: &Setup, events: &[&str]) -> (Vec<(u32, String)>, Option<String>, bool) {
    let elb = setup.elb();
    let listener = setup.listener(&elb);
    runtime().block_on(async {
        for kind in events {
            answer(&listener, &setup.settings(), &json!({"type": kind}), time(START_OF_TIME)).await;
        }
    });
    standing(&elb.borrow(), setup)
}

fn turns() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0_u8..12, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn two_events_at_once_end_as_if_one_had_come_after_the_other(
        setup in setups().prop_filter("small, for many interleavings", |setup| setup.others.len() < 8),
        already_on in any::<bool>(),
        kinds in prop_oneof![Just(["start", "start"]), Just(["start", "end"]), Just(["end", "end"])],
        turns in [turns(), turns()],
    ) {
        let (elb, settings) = (setup.elb(), setup.settings());
        let listeners = [setup.listener(&elb), setup.listener(&elb)];
        let earlier: &[&str] = if already_on { &["start"] } else { &[] };
        let legal: BTreeMap<_, _> = [[kinds[0], kinds[1]], [kinds[1], kinds[0]]]
            .into_iter()
            .map(|order| (order, after(&setup, &[earlier, &order].concat())))
            .collect();
        runtime().block_on(async {
            for kind in earlier {
                answer(&listeners[0], &settings, &json!({"type": kind}), time(START_OF_TIME)).await;
            }
            for (listener, turns) in listeners.iter().zip(turns) {
                *listener.turns.borrow_mut() = turns.into();
            }
            let events = kinds.map(|kind| json!({"type": kind}));
            let now = time(START_OF_TIME).plus_minutes(1);
            let (one, two) = tokio::join!(
                invoke(&listeners[0], &settings, &events[0], now),
                invoke(&listeners[1], &settings, &events[1], now),
            );
            for ending in [one, two] {
                prop_assert!(matches!(ending, Ending::Answered(_)), "{:?}", ending);
            }
            Ok(())
        })?;
        let found = standing(&elb.borrow(), &setup);
        let writes = elb.borrow().writes.join("\n");
        prop_assert!(legal.values().any(|legal| *legal == found), "{found:?}\nis none of\n{legal:?}\n{writes}");
    }
}
