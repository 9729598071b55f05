//! What the project asks of itself.

use crate::results::Results;

/// One limit and what was measured. Met if not greater, or for `at_least` if not smaller.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) what: &'static str,
    pub(crate) limit: f64,
    pub(crate) at_least: bool,
    pub(crate) measured: f64,
}

impl Target {
    pub(crate) fn is_met(&self) -> bool {
        if self.at_least { self.measured >= self.limit } else { self.measured <= self.limit }
    }
}

const MB: f64 = 1e6;

/// All targets against these results.
pub(crate) fn all(results: &Results) -> Vec<Target> {
    let at_most = |what, limit, measured| Target { what, limit, at_least: false, measured };
    let at_least = |what, limit, measured| Target { what, limit, at_least: true, measured };
    let [ours, bare, _] = &results.responder_instructions;
    let [time, bare_time, _] = &results.responder;
    let mut targets = vec![
        at_most("responder: instructions per invocation ÷ bare runtime", 1.4, ours.warm / bare.warm),
        at_most("responder: cold instructions ÷ bare runtime", 1.4, ours.cold / bare.cold),
        at_most(
            "responder: peak memory ÷ bare runtime",
            1.3,
            time.memory.median() / bare_time.memory.median(),
        ),
        at_most("responder: binary, MB", 2.0, bytes(results.sizes.responder[0].file) / MB),
    ];
    let [ours, bare, python] = &results.switcher_instructions;
    let [time, _, python_time] = &results.switcher;
    let full = results.switch_growth.iter().filter(|one| one.rules == 100);
    let calls = full.map(|one| count(one.ours.calls) / count(one.listeners)).fold(0.0, f64::max);
    targets.extend([
        at_least(
            "switcher: Python's cold switch ÷ ours, time",
            25.0,
            python_time.cold.median() / time.cold.median(),
        ),
        at_most("switcher: cold instructions ÷ bare SDK program", 1.3, ours.cold / bare.cold),
        at_least("switcher: Python's cold instructions ÷ ours", 60.0, python.cold / ours.cold),
        at_least(
            "switcher: Python's peak memory ÷ ours",
            6.0,
            python_time.memory.median() / time.memory.median(),
        ),
        at_most("switcher: binary, MB", 7.0, bytes(results.sizes.switcher[0].file) / MB),
        at_most("switcher: calls per listener of 100 rules", 5.0, calls),
    ]);
    targets
}

#[expect(clippy::cast_precision_loss, reason = "no file is that large")]
fn bytes(bytes: u64) -> f64 {
    bytes as f64
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts that far")]
fn count(count: usize) -> f64 {
    count as f64
}
