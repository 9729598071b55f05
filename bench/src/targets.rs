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
    pub(crate) if_missed: &'static str,
}

impl Target {
    fn or(self, if_missed: &'static str) -> Self {
        Self { if_missed, ..self }
    }

    pub(crate) fn is_met(&self) -> bool {
        if self.at_least { self.measured >= self.limit } else { self.measured <= self.limit }
    }
}

const MB: f64 = 1e6;

/// All targets against these results.
pub(crate) fn all(results: &Results) -> Vec<Target> {
    [responder(results), switcher(results)].concat()
}

fn responder(results: &Results) -> Vec<Target> {
    let [ours, bare, _] = &results.responder_instructions;
    let [time, bare_time, _] = &results.responder;
    vec![
        at_most("responder: instructions per invocation ÷ bare runtime", 1.4, ours.warm / bare.warm)
            .or("reading the event and writing the log line are all that it adds"),
        at_most("responder: cold instructions ÷ bare runtime", 1.4, ours.cold / bare.cold)
            .or("the patterns are compiled at init"),
        at_most(
            "responder: peak memory ÷ bare runtime",
            1.3,
            time.memory.median() / bare_time.memory.median(),
        )
        .or("the patterns and the prepared answers are what it holds"),
        at_most("responder: binary, MB", 2.0, bytes(results.sizes.responder[0].file) / MB).or(
            "built together with the switcher, it gets the HTTP/2 half of `hyper` that the SDK asks for, 0.4 MB \
             that it never uses; by itself (`cargo build --release -p maintenance-responder`) it stays below",
        ),
    ]
}

fn switcher(results: &Results) -> Vec<Target> {
    let [ours, bare, python] = &results.switcher_instructions;
    let [time, _, python_time] = &results.switcher;
    let full = results.switch_growth.iter().filter(|one| one.rules == 100);
    let calls = full.map(|one| count(one.ours.calls) / count(one.listeners)).fold(0.0, f64::max);
    let authorities = "most of a cold switch is reading the system's certificate authorities, see above";
    vec![
        at_least(
            "switcher: Python's cold switch ÷ ours, time",
            25.0,
            python_time.cold.median() / time.cold.median(),
        )
        .or(authorities),
        at_most("switcher: cold instructions ÷ bare SDK program", 1.3, ours.cold / bare.cold)
            .or("plans and the report are what it adds"),
        at_least("switcher: Python's cold instructions ÷ ours", 60.0, python.cold / ours.cold)
            .or(authorities),
        at_least(
            "switcher: Python's peak memory ÷ ours",
            6.0,
            python_time.memory.median() / time.memory.median(),
        )
        .or("the bare SDK program needs almost as much"),
        at_most("switcher: binary, MB", 7.0, bytes(results.sizes.switcher[0].file) / MB)
            .or("the SDK and its TLS library, which the bare SDK program has too, are most of it, and they are compiled for speed"),
        at_most("switcher: calls per listener of 100 rules", 5.0, calls)
            .or("DescribeRules, DescribeTags, DescribeTargetHealth, AddTags and SetRulePriorities switch; \
             DescribeRules and DescribeTags once more verify that nobody else was at it"),
    ]
}

fn at_most(what: &'static str, limit: f64, measured: f64) -> Target {
    Target { what, limit, at_least: false, measured, if_missed: "" }
}

fn at_least(what: &'static str, limit: f64, measured: f64) -> Target {
    Target { what, limit, at_least: true, measured, if_missed: "" }
}

#[expect(clippy::cast_precision_loss, reason = "no file is that large")]
fn bytes(bytes: u64) -> f64 {
    bytes as f64
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts that far")]
fn count(count: usize) -> f64 {
    count as f64
}
