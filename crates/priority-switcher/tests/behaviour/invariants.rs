//! The invariants over random listeners, without disturbance. On every batch `support::judge` looks
//! whether a pinned rule moves or the others change their order.

use std::collections::BTreeMap;

use priority_switcher::plan::State;
use priority_switcher::report::Outcome;
use proptest::prelude::*;
use serde_json::json;

use crate::support::listeners::{maintenance_rule, order, setups};
use crate::support::other_writers::changes_of_others;
use crate::support::run::{START_OF_TIME, answer, runtime, time};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_start_covers_all_but_the_pinned_rules_and_an_end_restores_every_number(setup in setups()) {
        let (elb, settings, rule) = (setup.elb(), setup.settings(), maintenance_rule("web"));
        let before = order(&elb.borrow(), "web");
        let listener = setup.listener(&elb);
        runtime().block_on(async {
            let now = time(START_OF_TIME);
            let on = answer(&listener, &settings, &json!({"type": "start"}), now).await;
            prop_assert_eq!(on.listeners[0].state, State::Active);
            let active = order(&elb.borrow(), "web");
            let above: Vec<_> = active.iter().take_while(|(_, other)| other != "maintenance").collect();
            prop_assert!(above.iter().all(|(place, _)| *place < setup.active), "{:?} stayed above", above);
            let moved = on.listeners[0].moves.iter().any(|one| one.rule == rule);
            prop_assert!(moved || setup.home == setup.active || setup.rests_last());
            prop_assert!(on.listeners[0].moves.iter().all(|one| one.from != one.to));

            let off = answer(&listener, &settings, &json!({"type": "end"}), now).await;
            prop_assert_eq!(off.listeners[0].state, State::Resting);
            prop_assert_eq!(order(&elb.borrow(), "web"), before);
            let tags: Vec<_> = elb.borrow().tags_of(rule.as_str()).into_keys().collect();
            prop_assert_eq!(tags, ["maintenance-mode:ended-at"]);
            Ok(())
        })?;
    }

    #[test]
    fn a_repeated_event_writes_nothing(setup in setups(), later in 0_u32..500) {
        let (elb, settings, rule) = (setup.elb(), setup.settings(), maintenance_rule("web"));
        let listener = setup.listener(&elb);
        runtime().block_on(async {
            for kind in ["start", "end"] {
                let event = json!({"type": kind});
                answer(&listener, &settings, &event, time(START_OF_TIME)).await;
                let (writes, tags) = (elb.borrow().writes.len(), elb.borrow().tags_of(rule.as_str()));
                let again = answer(&listener, &settings, &event, time(START_OF_TIME).plus_minutes(later)).await;
                prop_assert_eq!(again.outcome, Outcome::Unchanged);
                prop_assert_eq!(elb.borrow().writes.len(), writes, "{} wrote again", kind);
                prop_assert_eq!(elb.borrow().tags_of(rule.as_str()), tags);
            }
            Ok(())
        })?;
    }

    #[test]
    fn an_end_takes_back_what_its_start_moved_where_it_still_stands_there_and_moves_nothing_else(
        setup in setups(),
        changes in proptest::collection::vec(changes_of_others(), 0..8),
    ) {
        let (elb, settings) = (setup.elb(), setup.settings());
        let listener = setup.listener(&elb);
        let others = || -> BTreeMap<String, u32> {
            let order = order(&elb.borrow(), "web").into_iter().filter(|(_, rule)| rule != "maintenance");
            order.map(|(place, rule)| (rule, place)).collect()
        };
        runtime().block_on(async {
            let before = others();
            answer(&listener, &settings, &json!({"type": "start"}), time(START_OF_TIME)).await;
            let active = others();
            for (number, change) in changes.iter().enumerate() {
                change.apply(&mut elb.borrow_mut(), number);
            }
            let disturbed = others();
            answer(&listener, &settings, &json!({"type": "end"}), time(START_OF_TIME)).await;
            let after = others();
            let had_room = !disturbed.values().any(|place| *place == 50_000);
            for (rule, place) in &disturbed {
                let displaced = before.get(rule).filter(|old| active[rule] != **old && active[rule] == *place);
                let is_back = displaced == Some(&after[rule]);
                prop_assert!(is_back || after[rule] == *place || !had_room, "{} came to {}", rule, after[rule]);
                let is_taken = |place| after.values().any(|other| other == place);
                prop_assert!(displaced.is_none_or(is_taken), "{} was left at {}", rule, after[rule]);
            }
            Ok(())
        })?;
    }

    #[test]
    fn an_end_without_a_record_leaves_nothing_below_the_rule_and_the_others_where_they_are(setup in setups()) {
        let (elb, settings, rule) = (setup.elb(), setup.settings(), maintenance_rule("web"));
        let listener = setup.listener(&elb);
        runtime().block_on(async {
            answer(&listener, &settings, &json!({"type": "start"}), time(START_OF_TIME)).await;
            elb.borrow_mut().wipe_tags(rule.as_str());
            let off = answer(&listener, &settings, &json!({"type": "end"}), time(START_OF_TIME)).await;
            prop_assert_eq!(off.listeners[0].state, State::Resting);
            let resting = order(&elb.borrow(), "web");
            prop_assert_eq!(resting.last().map(|(_, last)| last.as_str()), Some("maintenance"));
            Ok(())
        })?;
    }
}
