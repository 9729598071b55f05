//! Random evenings at one listener: one stack or two, events at the same time, faults and kills at any call, Lambda's
//! retries, late events, clocks that differ by a minute, other writers, planted tags. All invariants of docs/design.md
//! are judged on them.
//!
//! `CAMPAIGN_SEQUENCES` sets how many evenings there are, `CAMPAIGN_SEED` repeats a run.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::rc::Rc;

use futures_util::future::join_all;
use priority_switcher::record::{Record, Tags, key};
use priority_switcher::report::Outcome;
use priority_switcher::rule::OwnRules;
use priority_switcher::settings::Settings;
use priority_switcher::timestamp::Timestamp;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseResult, TestRunner};
use serde_json::{Value, json};
use strict_elb::{Rule, StrictElb};

use crate::support::disturbance::{Change, Circumstance, Fault};
use crate::support::memory_listener::MemoryListener;
use crate::support::run::{Ending, START_OF_TIME, invoke, runtime, time};
use crate::support::site::{codes, forward, of_host, order, rule, settings};

/// The numbers of a listener: foreign rules, and those of one stack or two.
#[derive(Clone, Debug)]
struct Setup {
    foreign: BTreeSet<u32>,
    /// Active and resting priority.
    stacks: Vec<(u32, u32)>,
    max_duration: Option<u32>,
}

#[derive(Clone, Debug)]
enum Act {
    /// Events at the same time.
    Send(Vec<Invocation>),
    Wait {
        minutes: u32,
    },
    Change(Change),
    Plant(Tags),
}

#[derive(Clone, Debug)]
struct Invocation {
    stack: usize,
    event: Event,
    /// How far its clock is ahead, in seconds.
    ahead: u32,
    circumstances: Vec<Circumstance>,
}

/// `late` is how many minutes ago it was scheduled.
#[derive(Clone, Copy, Debug)]
enum Event {
    Start { minutes: Option<u32>, late: Option<u32> },
    End { late: Option<u32> },
    Check,
}

fn setups() -> impl Strategy<Value = Setup> {
    let places = prop_oneof![
        3 => proptest::collection::btree_set(1_u32..12, 0..6),
        1 => proptest::collection::btree_set(prop_oneof![1_u32..9, 49_990_u32..=50_000], 0..8),
    ];
    let one = prop_oneof![4 => Just((1_u32, 50_000_u32)), 1 => (1_u32..9, 49_990_u32..=50_000)];
    let one = one.prop_map(|stack| vec![stack]);
    let two = Just(vec![(1, 50_000), (2, 49_998)]);
    let max_duration = option::of(30_u32..200);
    (places, prop_oneof![3 => one, 1 => two], max_duration).prop_map(|(mut foreign, stacks, max_duration)| {
        foreign.retain(|place| stacks.iter().all(|(active, resting)| place != active && place != resting));
        Setup { foreign, stacks, max_duration }
    })
}

fn events() -> impl Strategy<Value = Event> {
    let late =
        || prop_oneof![2 => Just(None), 2 => (0_u32..4).prop_map(Some), 1 => (0_u32..120).prop_map(Some)];
    prop_oneof![
        4 => (option::of(1_u32..30), late()).prop_map(|(minutes, late)| Event::Start { minutes, late }),
        4 => late().prop_map(|late| Event::End { late }),
        2 => Just(Event::Check),
    ]
}

fn places() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 1_u32..6, 1 => 1_u32..60, 2 => 49_996_u32..=50_000]
}

/// What other people and tools do, to the stack's own rules, too.
fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => places().prop_map(|place| Change::Add { place }),
        3 => any::<usize>().prop_map(|which| Change::Remove { which }),
        4 => (any::<usize>(), places()).prop_map(|(which, place)| Change::Move { which, place }),
        1 => Just(Change::WipeTags),
    ]
}

/// Whatever a process may write that has the permission to tag.
fn plants() -> impl Strategy<Value = Tags> {
    let odd = ["", "0", "soon", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"].map(str::to_owned);
    let near =
        (0_u32..900).prop_map(|minutes| time("2026-03-01T20:00:00Z").plus_minutes(minutes).to_string());
    let value = prop_oneof![4 => near, 1 => proptest::sample::select(odd.to_vec())];
    let key = proptest::sample::select(vec![key::SINCE, key::UNTIL, key::REASON, key::ENDED_AT]);
    let tag = (key, value).prop_map(|(key, value)| (key.to_owned(), value.replace(',', "")));
    proptest::collection::btree_map(
        tag.clone().prop_map(|(key, _)| key),
        tag.prop_map(|(_, value)| value),
        1..4,
    )
}

/// Which disturbances an evening has beside faults and events at the same time.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Company {
    None,
    Writers,
    Taggers,
}

fn circumstances(company: Company) -> impl Strategy<Value = Vec<Circumstance>> {
    use Fault::{Hung, KilledAfter, KilledBefore, Lost, Refused};
    let faults = vec![Hung, KilledAfter, KilledBefore, Lost, Refused];
    let fault = prop_oneof![5 => Just(None), 1 => proptest::sample::select(faults).prop_map(Some)];
    let (change, planted) = (option::weighted(0.15, changes()), option::weighted(0.2, plants()));
    let one =
        (0_u8..9, change, planted, fault).prop_map(move |(turns, change, planted, fault)| Circumstance {
            turns,
            change: change.filter(|_| company == Company::Writers),
            planted: planted.filter(|_| company == Company::Taggers),
            fault,
        });
    proptest::collection::vec(one, 0..10)
}

fn acts(company: Company) -> BoxedStrategy<Vec<Act>> {
    let invocation = (0_usize..2, events(), 0_u32..60, circumstances(company))
        .prop_map(|(stack, event, ahead, circumstances)| Invocation { stack, event, ahead, circumstances });
    let send = proptest::collection::vec(invocation, 1..4).prop_map(Act::Send);
    let wait = (1_u32..60).prop_map(|minutes| Act::Wait { minutes });
    let act = match company {
        Company::None => prop_oneof![4 => send, 2 => wait].boxed(),
        Company::Writers => prop_oneof![4 => send, 2 => wait, 3 => changes().prop_map(Act::Change)].boxed(),
        Company::Taggers => prop_oneof![4 => send, 2 => wait, 3 => plants().prop_map(Act::Plant)].boxed(),
    };
    proptest::collection::vec(act, 1..9).boxed()
}

fn evenings() -> impl Strategy<Value = (Setup, Company, Vec<Act>)> {
    let company =
        prop_oneof![2 => Just(Company::None), 2 => Just(Company::Writers), 1 => Just(Company::Taggers)];
    (setups(), company)
        .prop_flat_map(|(setup, company)| acts(company).prop_map(move |acts| (setup.clone(), company, acts)))
}

/// What the campaign has been through.
#[derive(Default)]
struct Tally(RefCell<BTreeMap<&'static str, usize>>);

impl Tally {
    fn add(&self, what: &'static str, count: usize) {
        *self.0.borrow_mut().entry(what).or_default() += count;
    }
}

struct Stack {
    own: OwnRules,
    settings: Settings,
    /// The limits that the starts since the system was last seen open have asked for.
    limits: RefCell<Vec<Timestamp>>,
}

impl Stack {
    fn new(number: usize, (active, resting): (u32, u32), max_duration: Option<u32>) -> Self {
        let name = |role: &str| rule(&if number == 0 { role.to_owned() } else { format!("b-{role}") });
        let own = OwnRules {
            maintenance: name("maintenance"),
            placeholder: Some(name("placeholder")),
            status: None,
        };
        let (active, resting) = (active.try_into().unwrap(), resting.try_into().unwrap());
        Self {
            own,
            settings: Settings { active, resting, max_duration, ..settings() },
            limits: RefCell::default(),
        }
    }

    fn active(&self) -> u32 {
        self.settings.active.get().into()
    }

    fn resting(&self) -> u32 {
        self.settings.resting.get().into()
    }
}

struct Evening<'a> {
    elb: Rc<RefCell<StrictElb>>,
    stacks: Vec<Stack>,
    company: Company,
    now: Cell<Timestamp>,
    tally: &'a Tally,
}

impl<'a> Evening<'a> {
    fn new(setup: &Setup, company: Company, tally: &'a Tally) -> Self {
        let stacks = setup.stacks.iter().enumerate();
        let stacks: Vec<_> =
            stacks.map(|(number, places)| Stack::new(number, *places, setup.max_duration)).collect();
        let mut elb = StrictElb::with_pages_of(4);
        elb.add_rule(forward("default", None, ""));
        for place in &setup.foreign {
            elb.add_rule(forward(&format!("r{place}"), Some(*place), "/foreign*"));
        }
        let is_shared = stacks.len() > 1;
        for (stack, host) in stacks.iter().zip(["a.example.com", "b.example.com"]) {
            let (own, placeholder) = (stack.own.maintenance.id(), stack.own.placeholder.as_ref().unwrap());
            elb.add_rule(if is_shared {
                of_host(own, stack.resting(), host)
            } else {
                forward(own, Some(stack.resting()), "/*")
            });
            elb.add_rule(Rule { ..of_host(placeholder.id(), stack.active(), "placeholder.invalid") });
        }
        let elb = Rc::new(RefCell::new(elb));
        Self { elb, stacks, company, now: Cell::new(time(START_OF_TIME)), tally }
    }

    async fn live(&self, acts: &[Act]) -> TestCaseResult {
        for act in acts {
            match act {
                Act::Wait { minutes } => self.now.set(self.now.get().plus_minutes(*minutes)),
                Act::Change(change) => {
                    change.apply(&mut self.elb.borrow_mut());
                    self.tally.add("changes by others", 1);
                }
                Act::Plant(tags) => {
                    let rule = &self.stacks[0].own.maintenance;
                    self.elb.borrow_mut().add_tags(rule.as_str(), tags).unwrap();
                    self.tally.add("records planted", 1);
                }
                Act::Send(invocations) => {
                    for stack in self.stacks.iter().filter(|stack| !self.is_closed(stack)) {
                        stack.limits.borrow_mut().clear();
                    }
                    let is_alone = invocations.len() == 1;
                    let ran = invocations.iter().map(|invocation| self.deliver(invocation, is_alone));
                    join_all(ran).await.into_iter().collect::<TestCaseResult>()?;
                }
            }
        }
        Ok(())
    }

    /// An event as Lambda delivers it: what fails or dies comes twice again, a minute later each.
    async fn deliver(&self, invocation: &Invocation, is_alone: bool) -> TestCaseResult {
        let stack = &self.stacks[invocation.stack % self.stacks.len()];
        let mut now = self.now.get().plus_seconds(invocation.ahead);
        let payload = payload(invocation.event, now);
        let listener = MemoryListener::new(&self.elb, stack.own.clone());
        let is_quiet = is_alone && self.company == Company::None;
        let undisturbed = if is_quiet { self.undisturbed(stack, &payload, now).await } else { None };
        for attempt in 0..3 {
            let was_recorded = !self.is_closed(stack) || self.record(stack).window.is_some();
            let window = self.record(stack).window;
            let running = window.filter(|window| self.is_closed(stack) && !window.has_expired(now));
            let circumstances = if attempt == 0 { invocation.circumstances.as_slice() } else { &[] };
            listener.script.set(circumstances);
            let ending = self.invoke(stack, &listener, &payload, now).await;
            let is_disturbed = !is_alone || circumstances.iter().any(|one| one.change.is_some());
            self.judge(stack, &payload, &ending, now, is_disturbed)?;
            let is_recorded = !self.is_closed(stack) || self.record(stack).window.is_some();
            prop_assert!(!is_quiet || !was_recorded || is_recorded, "{} lost the window's record", payload);
            let limit = self.record(stack).window.and_then(|window| window.limit);
            let is_shorter = running.zip(limit).is_some_and(|(window, limit)| window.outlasts(limit));
            prop_assert!(!is_quiet || !is_shorter, "{} shortened the window", payload);
            let name = match ending {
                Ending::Answered(answer) => {
                    let expected = undisturbed.filter(|_| answer.outcome != Outcome::Ignored);
                    let found = (self.order(), self.tags(stack));
                    prop_assert_eq!(&found, expected.as_ref().unwrap_or(&found), "{} with faults", payload);
                    return Ok(());
                }
                Ending::Failed(_) => "invocations failed",
                Ending::Killed => "invocations killed",
            };
            self.tally.add(name, 1);
            now = now.plus_minutes(1);
        }
        Ok(())
    }

    async fn invoke(
        &self,
        stack: &Stack,
        listener: &MemoryListener,
        event: &Value,
        now: Timestamp,
    ) -> Ending {
        if event["type"] == "start" {
            let from = event["scheduledAt"].as_str().map_or(now, time);
            let minutes = event["minutes"].as_u64().map(|minutes| u32::try_from(minutes).unwrap());
            let limit = minutes.or(stack.settings.max_duration).map(|minutes| from.plus_minutes(minutes));
            stack.limits.borrow_mut().extend(limit);
        }
        let ending = invoke(listener, &stack.settings, event, now).await;
        self.tally.add("calls", listener.calls.take());
        ending
    }

    /// What a scheduled event leaves if nothing fails; none if a limit that passes meanwhile could make a difference.
    async fn undisturbed(
        &self,
        stack: &Stack,
        event: &Value,
        now: Timestamp,
    ) -> Option<(Vec<(u32, String)>, Tags)> {
        let limit = self.record(stack).window.and_then(|window| window.limit);
        event["scheduledAt"]
            .as_str()
            .filter(|_| limit.is_none_or(|limit| limit <= now || limit > now.plus_minutes(3)))?;
        let elb = Rc::new(RefCell::new(self.elb.borrow().clone()));
        let listener = MemoryListener::new(&elb, stack.own.clone());
        invoke(&listener, &stack.settings, event, now).await;
        let elb = elb.borrow();
        Some((order(&elb, "web"), elb.tags_of(stack.own.maintenance.as_str())))
    }

    /// Invariants 5, 6 and 8, on one invocation.
    fn judge(
        &self,
        stack: &Stack,
        event: &Value,
        ending: &Ending,
        now: Timestamp,
        is_disturbed: bool,
    ) -> TestCaseResult {
        let Ending::Answered(answer) = ending else { return Ok(()) };
        self.tally.add("invocations answered", 1);
        let Some(report) = answer.listeners[0].report() else { return Ok(()) };
        let active = stack.settings.active;
        let closes = report.moves.iter().any(|one| one.rule == stack.own.maintenance && one.to <= active);
        prop_assert!(event["type"] == "start" || !closes, "{} closed the system", event);
        let is_late = event["scheduledAt"].as_str().is_some_and(|at| time(at).plus_minutes(5) < now);
        let is_ignored = answer.outcome == Outcome::Ignored;
        prop_assert!(event["type"] != "end" || is_late || !is_ignored, "{} was ignored in time", event);
        if event["type"] == "check" && !report.moves.is_empty() && self.company == Company::None {
            self.tally.add("windows that a check ended", 1);
            let limits = stack.limits.borrow();
            prop_assert!(limits.iter().any(|limit| *limit <= now), "a check opened before {:?}", limits);
        }
        self.tally.add("events overtaken", usize::from(codes(report).contains(&"overtaken")));
        if !is_disturbed && !is_ignored {
            prop_assert!(event["type"] != "start" || self.is_closed(stack), "{} left it open", event);
            let limit = self.record(stack).window.and_then(|window| window.limit);
            let is_running = limit.is_none_or(|limit| limit > now) || self.company == Company::Taggers;
            prop_assert!(event["type"] != "start" || is_running, "{} left the limit {:?}", event, limit);
            prop_assert!(event["type"] != "end" || !self.is_closed(stack), "{} left it closed", event);
        }
        Ok(())
    }

    /// Invariants 2, 3, 4 and 8 once the disturbances stop: a start and an end do what they are for, and once more they
    /// do nothing.
    async fn settle(&self, stack: &Stack) -> TestCaseResult {
        let listener = MemoryListener::new(&self.elb, stack.own.clone());
        for kind in ["start", "end", "start", "end"] {
            let now = self.now.get().plus_minutes(10);
            self.now.set(now);
            let until = now.plus_minutes(20);
            let event = match kind {
                "start" => json!({"type": "start", "until": until.to_string()}),
                _ => json!({"type": "end", "scheduledAt": now.to_string()}),
            };
            let (before, writes) = (self.order(), self.elb.borrow().writes.len());
            let (was_closed, was_running) = (self.is_closed(stack), self.record(stack).window.is_some());
            let is_taken = self.is_foreign_at(stack, stack.active()) && !self.is_at_or_above_active(stack);
            let cannot_rest = self.is_foreign_at(stack, stack.resting());
            let ending = self.invoke(stack, &listener, &event, now).await;
            match (kind, &ending) {
                ("start", Ending::Failed(error)) => {
                    let error = error.to_string();
                    prop_assert!(is_taken && error.contains("active-priority-taken"), "{}", error);
                    prop_assert_eq!((self.order(), self.elb.borrow().writes.len()), (before, writes));
                    self.tally.add("starts refused", 1);
                }
                ("end", Ending::Failed(error)) => {
                    let error = error.to_string();
                    prop_assert!(cannot_rest && error.contains("resting-priority-taken"), "{}", error);
                    self.tally.add("ends without a place", 1);
                }
                ("start", Ending::Answered(_)) => {
                    prop_assert!(self.is_at_or_above_active(stack), "{:?}", self.order());
                    let window = self.record(stack).window;
                    prop_assert!(window.is_some(), "{:?}", self.record(stack));
                    let limit = window.and_then(|window| window.limit);
                    let asked = limit == Some(until) || (was_closed && was_running);
                    prop_assert!(asked, "{:?} for {}", limit, until);
                }
                ("end", Ending::Answered(_)) => {
                    prop_assert_eq!(self.place(stack.own.maintenance.id()), Some(stack.resting()));
                    prop_assert_eq!(self.record(stack).window, None);
                    let placeholder = stack.own.placeholder.as_ref().unwrap().id();
                    let is_held = self.place(placeholder).is_none_or(|place| place == stack.active());
                    prop_assert!(is_held || self.is_foreign_at(stack, stack.active()), "{:?}", self.order());
                }
                _ => prop_assert!(false, "{:?}", ending),
            }
            let (order, tags, writes) = (self.order(), self.tags(stack), self.elb.borrow().writes.len());
            self.invoke(stack, &listener, &event, now).await;
            prop_assert_eq!((self.order(), self.tags(stack)), (order, tags), "a second {} changed it", kind);
            prop_assert_eq!(self.elb.borrow().writes.len(), writes);
            self.tally.add("retries that changed nothing", 1);
        }
        self.close_by_hand(stack, &listener).await
    }

    /// A system that a person closes after an end is no business of the last window's limit.
    async fn close_by_hand(&self, stack: &Stack, listener: &MemoryListener) -> TestCaseResult {
        let (own, placeholder) = (&stack.own.maintenance, stack.own.placeholder.as_ref().unwrap());
        let swap =
            [(own.as_str().to_owned(), stack.active()), (placeholder.as_str().to_owned(), stack.resting())];
        if self.elb.borrow_mut().set_rule_priorities(&swap).is_ok() {
            self.now.set(self.now.get().plus_minutes(600));
            self.invoke(stack, listener, &json!({"type": "check"}), self.now.get()).await;
            prop_assert!(self.is_closed(stack), "a check opened what a person closed");
            self.elb.borrow_mut().batches.pop();
        }
        Ok(())
    }

    /// Invariants 1 and 7: without other writers, each stack's rules only ever change places.
    fn judge_batches(&self, before: &[(u32, String)]) -> TestCaseResult {
        let foreign = |order: &[(u32, String)]| -> Vec<_> {
            order.iter().filter(|(_, name)| name.starts_with('r')).cloned().collect()
        };
        let after = self.order();
        prop_assert_eq!(foreign(before), foreign(&after));
        for batch in &self.elb.borrow().batches {
            for stack in &self.stacks {
                let place = |arn: &str| batch.after.iter().find(|(_, rule)| rule == arn).unwrap().0;
                let own = place(stack.own.maintenance.as_str());
                let placeholder = place(stack.own.placeholder.as_ref().unwrap().as_str());
                let (active, resting) = (stack.active(), stack.resting());
                let is_legal = [(active, resting), (resting, active)].contains(&(own, placeholder));
                prop_assert!(is_legal, "{:?}", batch.after);
            }
        }
        Ok(())
    }

    fn order(&self) -> Vec<(u32, String)> {
        order(&self.elb.borrow(), "web")
    }

    fn place(&self, name: &str) -> Option<u32> {
        self.order().into_iter().find(|(_, other)| other == name).map(|(place, _)| place)
    }

    fn is_foreign_at(&self, stack: &Stack, place: u32) -> bool {
        let is_own = |name: &str| {
            name == stack.own.maintenance.id() || name == stack.own.placeholder.as_ref().unwrap().id()
        };
        self.order().iter().any(|(taken, name)| *taken == place && !is_own(name))
    }

    fn is_at_or_above_active(&self, stack: &Stack) -> bool {
        self.place(stack.own.maintenance.id()) <= Some(stack.active())
    }

    /// At the active priority, or above a rule of others although it is not at its resting priority.
    fn is_closed(&self, stack: &Stack) -> bool {
        let own = self.place(stack.own.maintenance.id()).unwrap();
        let is_shadowed = |(place, name): &(u32, String)| {
            *place > own && !name.contains("placeholder") && !name.contains("maintenance")
        };
        own <= stack.active() || (own != stack.resting() && self.order().iter().any(is_shadowed))
    }

    fn tags(&self, stack: &Stack) -> Tags {
        self.elb.borrow().tags_of(stack.own.maintenance.as_str())
    }

    fn record(&self, stack: &Stack) -> Record {
        Record::read(&self.tags(stack), self.now.get(), stack.settings.max_duration)
    }
}

fn payload(event: Event, now: Timestamp) -> Value {
    let ago = |late: Option<u32>| {
        let since = time("2026-03-01T12:00:00Z");
        let elapsed = u32::try_from((now.unix_milliseconds() - since.unix_milliseconds()) / 60_000).unwrap();
        late.map(|late| since.plus_minutes(elapsed - late).to_string())
    };
    let mut payload = match event {
        Event::Start { minutes, late } => {
            json!({"type": "start", "minutes": minutes, "scheduledAt": ago(late)})
        }
        Event::End { late } => json!({"type": "end", "scheduledAt": ago(late)}),
        Event::Check => json!({"type": "check"}),
    };
    payload.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    payload
}

#[test]
fn every_evening_keeps_the_invariants() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let cases = u32::try_from(number("CAMPAIGN_SEQUENCES").unwrap_or(6_000)).unwrap();
    let seed = number("CAMPAIGN_SEED").unwrap_or_else(|| fastrand::u64(..));
    let config = ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let tally = Tally::default();
    let result = TestRunner::new(config).run(&evenings(), |(setup, company, acts)| {
        let evening = Evening::new(&setup, company, &tally);
        let before = evening.order();
        runtime().block_on(async {
            evening.live(&acts).await?;
            for stack in &evening.stacks {
                evening.settle(stack).await?;
            }
            Ok::<_, TestCaseError>(())
        })?;
        if company == Company::None { evening.judge_batches(&before) } else { Ok(()) }
    });
    let tally = tally.0.borrow();
    let counts: Vec<_> = tally.iter().map(|(what, count)| format!("{count} {what}")).collect();
    // Past the harness, which keeps the output of tests that succeed.
    let _ = writeln!(std::io::stderr(), "campaign {seed}: {cases} evenings: {}", counts.join(", "));
    result.unwrap_or_else(|failure| panic!("CAMPAIGN_SEED={seed}: {failure}"));
}
