//! What the project asks of itself.

use crate::results::Results;

/// One limit and what was measured. Met if not greater, or for `at_least` if not smaller.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) what: &'static str,
    pub(crate) limit: f64,
    pub(crate) at_least: bool,
    pub(crate) measured: f64,
    /// Where it goes, for whoever wants to do something about it.
    pub(crate) if_missed: String,
}

impl Target {
    fn or(self, if_missed: impl Into<String>) -> Self {
        Self { if_missed: if_missed.into(), ..self }
    }

    pub(crate) fn is_met(&self) -> bool {
        if self.at_least { self.measured >= self.limit } else { self.measured <= self.limit }
    }
}

const MB: f64 = 1e6;

/// What is true of instructions, and of the time that they take, whatever comes to use the most of them.
const PROFILE: &str = "PROFILE.md, which `make profile` writes, has where the instructions go";

/// What a start buys with each of its calls.
const CALLS: &str = "DescribeRules and DescribeTags read how the rules stand and what is remembered of a window; \
    DescribeTargetHealth finds out whether anything would answer the visitors (the warning \
    `no-healthy-target`); AddTags writes the record, before SetRulePriorities moves the rules; a second \
    DescribeRules verifies that the rules stand as they should and nobody else has moved them; and a second \
    DescribeTags makes visible an end at the same time that has cleared the record";

/// All targets against these results.
pub(crate) fn all(results: &Results) -> Vec<Target> {
    [responder(results), switcher(results)].concat()
}

fn responder(results: &Results) -> Vec<Target> {
    let [ours, bare, _] = &results.responder_instructions;
    let [memory, bare_memory, _] = results.responder.each_ref().map(|timing| timing.memory.median());
    let [size, bare_size, _] = results.sizes.responder.map(|size| bytes(size.file) / MB);
    vec![
        at_most("responder: instructions per invocation ÷ bare runtime", 1.4, ours.warm / bare.warm),
        at_most("responder: cold instructions ÷ bare runtime", 1.4, ours.cold / bare.cold),
        at_most("responder: peak memory ÷ bare runtime", 1.3, memory / bare_memory)
            .or(format!("{:.0} KiB more than the bare runtime", memory - bare_memory)),
        at_most("responder: binary, MB", 2.0, size).or(format!("the bare runtime has {bare_size:.2}")),
    ]
}

fn switcher(results: &Results) -> Vec<Target> {
    let [ours, bare, python] = &results.switcher_instructions;
    let [cold, _, python_cold] = results.switcher.each_ref().map(|timing| timing.cold.median());
    let [memory, bare_memory, python_memory] =
        results.switcher.each_ref().map(|timing| timing.memory.median());
    let [size, bare_size, _] = results.sizes.switcher.map(|size| bytes(size.file) / MB);
    let full = results.switch_growth.iter().filter(|one| one.rules == 100);
    let calls = full.map(|one| count(one.ours.calls) / count(one.listeners)).fold(0.0, f64::max);
    vec![
        at_least("switcher: Python's cold switch ÷ ours, time", 25.0, python_cold / cold),
        at_most("switcher: cold instructions ÷ bare SDK program", 1.3, ours.cold / bare.cold),
        at_least("switcher: Python's cold instructions ÷ ours", 60.0, python.cold / ours.cold),
        at_least("switcher: Python's peak memory ÷ ours", 6.0, python_memory / memory)
            .or(format!("the bare SDK program reaches {:.2}", python_memory / bare_memory)),
        at_most("switcher: binary, MB", 7.0, size).or(format!("the bare SDK program has {bare_size:.2}")),
        at_most("switcher: calls per listener of 100 rules", 5.0, calls).or(CALLS),
    ]
}

fn at_most(what: &'static str, limit: f64, measured: f64) -> Target {
    Target { what, limit, at_least: false, measured, if_missed: PROFILE.to_owned() }
}

fn at_least(what: &'static str, limit: f64, measured: f64) -> Target {
    Target { what, limit, at_least: true, measured, if_missed: PROFILE.to_owned() }
}

#[expect(clippy::cast_precision_loss, reason = "no file is that large")]
fn bytes(bytes: u64) -> f64 {
    bytes as f64
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts that far")]
fn count(count: usize) -> f64 {
    count as f64
}
