//! Long evenings with everything that can go wrong: random listeners, random events in random order,
//! faults at any call, kills between any two, other people's changes in between. When the faults stop
//! and the caller retries, all is as the invariants want it.
//!
//! It takes its time (a few minutes) because rare coincidences are what it is for. `CAMPAIGN_SEQUENCES`
//! sets how many evenings there are, `CAMPAIGN_SEED` repeats a run; a failing evening is shrunk, printed
//! and kept in `proptest-regressions/`, from where it is tried first ever after.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::rc::Rc;

use priority_switcher::plan::State;
use priority_switcher::record::{Record, Tags, key};
use priority_switcher::report::Outcome;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use serde_json::{Value, json};
use strict_elb::StrictElb;

use crate::support::faults::{Fault, Faults};
use crate::support::listeners::{Setup, maintenance_rule, order, setups};
use crate::support::memory_listener::MemoryListener;
use crate::support::other_writers::{Change, changes, plants};
use crate::support::run::{Ending, START_OF_TIME, answer, invoke, runtime, time};

/// Something that happens in an evening.
#[derive(Clone, Debug)]
enum Act {
    Send { event: Event, faults: Vec<Option<Fault>>, plants: Vec<Tags> },
    Wait { minutes: u32 },
    Others(Change),
    Plant(Tags),
}

#[derive(Clone, Debug)]
enum Event {
    Start,
    StartFor {
        minutes: u32,
    },
    /// Scheduled so many minutes ago.
    LateStart {
        minutes: u32,
    },
    End,
    LateEnd {
        minutes: u32,
    },
    Check,
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Start),
        1 => (1_u32..90).prop_map(|minutes| Event::StartFor { minutes }),
        1 => (0_u32..120).prop_map(|minutes| Event::LateStart { minutes }),
        4 => Just(Event::End),
        1 => (0_u32..120).prop_map(|minutes| Event::LateEnd { minutes }),
        1 => Just(Event::Check),
    ]
}

fn sends(faults: Vec<Fault>) -> impl Strategy<Value = Act> {
    let fate = prop_oneof![3 => Just(None), 1 => proptest::sample::select(faults).prop_map(Some)];
    let fates = proptest::collection::vec(fate, 0..12);
    (events(), fates).prop_map(|(event, faults)| Act::Send { event, faults, plants: Vec::new() })
}

/// An event, and before some of its calls tags of somebody else's.
fn is_tampered_with() -> impl Strategy<Value = Act> {
    let plant = prop_oneof![2 => Just(Tags::new()), 1 => plants()];
    (events(), proptest::collection::vec(plant, 0..12)).prop_map(|(event, plants)| Act::Send {
        event,
        faults: Vec::new(),
        plants,
    })
}

fn waits() -> impl Strategy<Value = Act> {
    (1_u32..100).prop_map(|minutes| Act::Wait { minutes })
}

/// Evenings on which nobody else touches the listener.
fn alone() -> impl Strategy<Value = Vec<Act>> {
    let faults = Fault::ALL.into_iter().filter(|fault| *fault != Fault::Race).collect();
    proptest::collection::vec(prop_oneof![5 => sends(faults), 1 => waits()], 1..8)
}

/// Evenings on which others write as well.
fn in_company() -> impl Strategy<Value = Vec<Act>> {
    proptest::collection::vec(
        prop_oneof![4 => sends(Fault::ALL.into()), 1 => waits(), 3 => changes().prop_map(Act::Others)],
        1..10,
    )
}

/// Evenings on which somebody may tag the maintenance rule and means no good.
fn with_planted_tags() -> impl Strategy<Value = Vec<Act>> {
    proptest::collection::vec(
        prop_oneof![
            2 => sends(Fault::ALL.into()),
            2 => is_tampered_with(),
            3 => plants().prop_map(Act::Plant),
            1 => waits(),
            1 => changes().prop_map(Act::Others),
        ],
        1..10,
    )
}

/// One evening at one listener.
struct Evening<'a> {
    setup: &'a Setup,
    elb: Rc<RefCell<StrictElb>>,
    listener: MemoryListener,
    now: priority_switcher::timestamp::Timestamp,
    /// How many changes others have made, for the names of the rules that they add.
    added: usize,
    /// The rules that starts have moved, from where and to where, and that no end has taken back.
    displaced: RefCell<BTreeMap<String, (u32, u32)>>,
    tally: &'a Tally,
}

/// What the campaign has been through.
#[derive(Default)]
struct Tally {
    faults: Rc<Faults>,
    counts: RefCell<BTreeMap<&'static str, usize>>,
}

impl Tally {
    fn count(&self, what: &'static str) {
        *self.counts.borrow_mut().entry(what).or_default() += 1;
    }
}

impl<'a> Evening<'a> {
    fn new(setup: &'a Setup, tally: &'a Tally) -> Self {
        let elb = setup.elb();
        let mut listener = setup.listener(&elb);
        listener.faults = Rc::clone(&tally.faults);
        Self {
            setup,
            elb,
            listener,
            now: time(START_OF_TIME),
            added: 0,
            displaced: RefCell::default(),
            tally,
        }
    }

    async fn live(&mut self, acts: &[Act]) -> TestCaseResult {
        for act in acts {
            match act {
                Act::Wait { minutes } => self.now = self.now.plus_minutes(*minutes),
                Act::Others(change) => {
                    self.change(change);
                    self.tally.count("changes by others");
                }
                Act::Plant(tags) => {
                    self.listener.plant(tags);
                    self.tally.count("records planted");
                }
                Act::Send { event, faults, plants } => {
                    let payload = self.payload(event);
                    *self.listener.plants.borrow_mut() = plants.clone().into();
                    self.send(&payload, faults).await?;
                    self.listener.plants.borrow_mut().clear();
                }
            }
        }
        self.tally.faults.script([]);
        Ok(())
    }

    /// An invocation with faults. Invariant 6: whatever order it leaves is the old one, or one in which
    /// the same event finds no rule to move any more.
    async fn send(&self, payload: &Value, faults: &[Option<Fault>]) -> TestCaseResult {
        let (before, batches) = (self.order(), self.elb.borrow().batches.len());
        let raced = faults.contains(&Some(Fault::Race));
        self.tally.faults.script(faults.iter().copied());
        let ending = invoke(&self.listener, &self.setup.settings(), payload, self.now).await;
        self.tally.faults.script([]);
        self.tally.count(match &ending {
            Ending::Answered(_) => "invocations answered",
            Ending::Failed(_) => "invocations failed",
            Ending::Killed => "invocations killed",
        });
        self.judge_moves(payload, batches, matches!(ending, Ending::Answered(_)))?;
        if let Ending::Answered(answer) = &ending {
            let says_open = answer.listeners[0].state == State::Resting;
            prop_assert!(!says_open || raced || self.is_open(), "{} says that it is open", payload);
            let is_obeyed = |kind| payload["type"] == kind && answer.outcome != Outcome::Ignored;
            prop_assert!(!is_obeyed("start") || self.is_closed(), "{} left it open", payload);
            prop_assert!(!is_obeyed("end") || raced || self.is_open(), "{} left it closed", payload);
        }
        if !raced && !matches!(ending, Ending::Answered(_)) && self.order() != before {
            let copy = Rc::new(RefCell::new(self.elb.borrow().clone()));
            let listener = self.setup.listener(&copy);
            let again = answer(&listener, &self.setup.settings(), payload, self.now).await;
            prop_assert_eq!(&again.listeners[0].moves, &[], "{} left the listener half done", payload);
        }
        Ok(())
    }

    /// The caller's retry, undisturbed, and once more: the second must have nothing to do.
    async fn settle(&mut self, kind: &str) -> Result<State, TestCaseError> {
        let (event, batches) = (json!({"type": kind}), self.elb.borrow().batches.len());
        let first = answer(&self.listener, &self.setup.settings(), &event, self.now).await;
        let writes = self.elb.borrow().writes.len();
        let second = answer(&self.listener, &self.setup.settings(), &event, self.now).await;
        prop_assert_eq!(second.outcome, Outcome::Unchanged, "a second {} found something to do", kind);
        prop_assert_eq!(self.elb.borrow().writes.len(), writes);
        self.judge_moves(&event, batches, true)?;
        self.tally.count("retries that settled it");
        Ok(first.listeners[0].state)
    }

    /// Invariant 7: an event moves down only what it displaces, and up only what a start has displaced, if it still
    /// stands there. `from` is the first of its batches.
    fn judge_moves(&self, event: &Value, from: usize, is_done: bool) -> TestCaseResult {
        let (elb, own) = (self.elb.borrow(), maintenance_rule("web"));
        let mut displaced = self.displaced.borrow_mut();
        for batch in &elb.batches[from..] {
            let place_after = |rule: &String| batch.after.iter().find(|(_, other)| other == rule).unwrap().0;
            // An end that finds another rule on the last number has no place left but that one.
            let has_no_place = event["type"] != "start"
                && place_after(&own.as_str().to_owned()) == 50_000
                && batch.before.iter().any(|(place, other)| *place == 50_000 && other != own.as_str());
            if has_no_place {
                self.tally.count("ends that had to take the last number");
            }
            // Only a start closes: what an end finds asked before the maintenance rule stays so.
            let asked_before = |order: &[(u32, String)]| -> BTreeSet<String> {
                let others = order.iter().map(|(_, rule)| rule.clone());
                others
                    .take_while(|rule| rule != own.as_str())
                    .filter(|rule| !rule.contains("-race-"))
                    .collect()
            };
            prop_assert!(
                event["type"] == "start"
                    || asked_before(&batch.before).is_subset(&asked_before(&batch.after)),
                "{} closed what was open: {:?}",
                event,
                batch
            );
            if self.listener.was_planted.get() {
                continue;
            }
            let moves = batch.before.iter().map(|(place, rule)| (rule, *place, place_after(rule)));
            for (rule, before, after) in
                moves.filter(|(rule, before, after)| *rule != own.as_str() && before != after)
            {
                if event["type"] == "start" && after > before {
                    displaced.insert(rule.clone(), (before, after));
                } else if displaced.remove(rule) == Some((after, before)) {
                    self.tally.count("rules taken back");
                } else {
                    prop_assert!(has_no_place, "{} moved {} from {} to {}", event, rule, before, after);
                }
            }
        }
        let tags = elb.tags_of(own.as_str());
        match Record::from_tags(&tags, self.setup.settings().active).origin {
            // What a start has announced and not done cannot be told from what it has done.
            Some(origin) if event["type"] == "start" && !is_done => {
                for (place, id) in (u32::from(origin.active.get())..).zip(origin.displaced.short_ids()) {
                    let named =
                        elb.order(own.listener().as_str()).into_iter().find(|(_, rule)| rule.ends_with(id));
                    if let Some((_, rule)) = named {
                        displaced.entry(rule).or_insert((place, place + 1));
                    }
                }
            }
            Some(_) => {}
            None => displaced.clear(),
        }
        Ok(())
    }

    fn payload(&self, event: &Event) -> Value {
        let ago = |minutes: u32| {
            let hours = time("2026-03-01T20:00:00Z");
            let elapsed = u32::try_from(self.now.minutes_since(hours)).unwrap();
            hours.plus_minutes(elapsed.saturating_sub(minutes)).to_string()
        };
        match event {
            Event::Start => json!({"type": "start"}),
            Event::StartFor { minutes } => {
                json!({"type": "start", "minutes": minutes, "reason": "night (shift)"})
            }
            Event::LateStart { minutes } => json!({"type": "start", "scheduledAt": ago(*minutes)}),
            Event::End => json!({"type": "end"}),
            Event::LateEnd { minutes } => json!({"type": "end", "scheduledAt": ago(*minutes)}),
            Event::Check => json!({"type": "check"}),
        }
    }

    fn change(&mut self, change: &Change) {
        self.added += 1;
        change.apply(&mut self.elb.borrow_mut(), self.added);
        if matches!(change, Change::WipeTags) {
            self.displaced.borrow_mut().clear();
        }
    }

    /// Whether only pinned rules are asked before the maintenance rule.
    fn is_closed(&self) -> bool {
        let own = self.place();
        self.order().iter().all(|(place, _)| *place >= own || *place < self.setup.active)
    }

    /// Whether every other rule is asked before the maintenance rule, unless this rests where it was configured to.
    fn is_open(&self) -> bool {
        let own = self.place();
        Some(own) == self.setup.resting || self.order().iter().all(|(place, _)| *place <= own)
    }

    fn order(&self) -> Vec<(u32, String)> {
        order(&self.elb.borrow(), "web")
    }

    fn place(&self) -> u32 {
        self.elb.borrow().priority_of(maintenance_rule("web").as_str())
    }

    fn window_tags(&self) -> Vec<String> {
        let tags = self.elb.borrow().tags_of(maintenance_rule("web").as_str());
        tags.into_keys().filter(|key| key::is_of_a_window(key)).collect()
    }
}

/// Without others, a retry ends exactly where an undisturbed event would have: every number, every tag.
async fn alone_is_exact(setup: &Setup, acts: &[Act], tally: &Tally) -> TestCaseResult {
    let undisturbed = Evening::new(setup, tally);
    let resting = undisturbed.order();
    let settings = setup.settings();
    answer(&undisturbed.listener, &settings, &json!({"type": "start"}), time(START_OF_TIME)).await;
    let active = undisturbed.order();
    let origin = |evening: &Evening<'_>| {
        Record::from_tags(&evening.elb.borrow().tags_of(maintenance_rule("web").as_str()), settings.active)
            .origin
    };

    let mut evening = Evening::new(setup, tally);
    evening.live(acts).await?;
    prop_assert_eq!(evening.settle("start").await?, State::Active);
    prop_assert_eq!(evening.order(), active);
    prop_assert_eq!(
        origin(&evening),
        origin(&undisturbed),
        "the way back is not the one of an undisturbed start"
    );

    let mut evening = Evening::new(setup, tally);
    evening.live(acts).await?;
    prop_assert_eq!(evening.settle("end").await?, State::Resting);
    prop_assert_eq!(evening.order(), resting);
    prop_assert_eq!(evening.window_tags(), Vec::<String>::new());
    Ok(())
}

/// With others, a retry still brings the listener to where the event wants it.
async fn in_company_is_right(setup: &Setup, acts: &[Act], tally: &Tally) -> TestCaseResult {
    let mut evening = Evening::new(setup, tally);
    evening.live(acts).await?;
    prop_assert_eq!(evening.settle("start").await?, State::Active);
    prop_assert!(evening.is_closed(), "{:?}", evening.order());

    let mut evening = Evening::new(setup, tally);
    evening.live(acts).await?;
    prop_assert_eq!(evening.settle("end").await?, State::Resting);
    prop_assert!(evening.is_open(), "{:?}", evening.order());
    prop_assert_eq!(evening.window_tags(), Vec::<String>::new());
    Ok(())
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}: \"{text}\" is not a whole number")))
}

/// Past the test runner's capture: the counts are to be seen when all is well, too.
fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn campaign<S: Strategy<Value = (Setup, Vec<Act>)>>(
    name: &str,
    evenings: &S,
    judge: &impl AsyncFn(&Setup, &[Act], &Tally) -> TestCaseResult,
) {
    let sequences = number("CAMPAIGN_SEQUENCES").unwrap_or(7_000);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let seed = number("CAMPAIGN_SEED").unwrap_or(u64::from(now.subsec_nanos()));
    say(&format!("fault campaign, {name}: {sequences} sequences, CAMPAIGN_SEED={seed}"));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = ProptestConfig {
        cases: u32::try_from(sequences).unwrap(),
        source_file: Some(file!()),
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let (tally, runtime) = (Tally::default(), runtime());
    let result = runner.run(evenings, |(setup, acts)| runtime.block_on(judge(&setup, &acts, &tally)));
    let (calls, struck) = tally.faults.counts();
    let counts: Vec<_> =
        tally.counts.borrow().iter().map(|(what, count)| format!("{count} {what}")).collect();
    let struck: Vec<_> = struck.iter().map(|(fault, count)| format!("{fault:?} {count}")).collect();
    say(&format!(
        "fault campaign, {name}: {calls} calls, {}; faults: {}",
        counts.join(", "),
        struck.join(", ")
    ));
    if let Err(error) = result {
        panic!("{error}\nrepeat with CAMPAIGN_SEED={seed} CAMPAIGN_SEQUENCES={sequences}");
    }
}

#[test]
fn without_other_writers_a_retry_ends_exactly_where_no_fault_would_have() {
    campaign("alone", &(setups(), alone()), &alone_is_exact);
}

#[test]
fn with_other_writers_a_retry_still_brings_the_listener_to_where_the_event_wants_it() {
    campaign("in company", &(setups(), in_company()), &in_company_is_right);
}

#[test]
fn whatever_others_write_into_the_tags_a_start_closes_an_end_opens_and_nothing_else_closes() {
    campaign("planted tags", &(setups(), with_planted_tags()), &in_company_is_right);
}
