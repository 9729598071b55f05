//! This project's program beside the bare one and Python's: a column each, then the ratios.

use super::number::{grouped, ratio, spread, thousands};
use crate::callgrind::Instructions;
use crate::round_trips::{DELAY, RoundTrips};
use crate::samples::Samples;
use crate::size::Size;
use crate::timing::{Timing, Timings, milliseconds};

/// A function's three programs in these respects.
pub(crate) fn table(bare: &str, rows: &[Vec<Vec<String>>]) -> String {
    let head = ["", "this project", bare, "Python", &format!("÷ {bare}"), "Python ÷ this project"];
    super::table(&head, rows.concat())
}

/// Times and memory.
pub(crate) fn of_times(timings: &Timings) -> Vec<Vec<String>> {
    let of = |what: &str, figure: fn(&Timing) -> &Samples| {
        let samples = timings.each_ref().map(figure);
        compared(what, samples.map(spread), samples.map(Samples::median))
    };
    vec![
        of("init, ms", |timing| &timing.init),
        of("cold, ms", |timing| &timing.cold),
        of("warm, ms", |timing| &timing.warm),
        of("peak memory, KiB", |timing| &timing.memory),
    ]
}

pub(crate) fn of_instructions(instructions: &[Instructions; 3]) -> Vec<Vec<String>> {
    let of = |what: &str, figure: fn(&Instructions) -> f64| {
        let figures = instructions.each_ref().map(figure);
        compared(what, figures.map(thousands), figures)
    };
    vec![
        of("cold instructions, thousands", |one| one.cold),
        of("instructions per invocation, thousands", |one| one.warm),
    ]
}

pub(crate) fn of_sizes(sizes: [Size; 3]) -> Vec<Vec<String>> {
    let of = |what: &str, figure: fn(Size) -> u64| {
        alone(what, sizes.map(|size| grouped(figure(size).to_string())))
    };
    vec![of("binary or script, bytes", |size| size.file), of("zip, bytes", |size| size.zip)]
}

pub(crate) fn of_calls(timings: &Timings, trips: &[RoundTrips; 3]) -> Vec<Vec<String>> {
    let of = |what: &str, counts: [[usize; 2]; 3]| {
        alone(what, counts.map(|[start, end]| format!("{start}, {end}")))
    };
    let calls = timings.each_ref().map(|timing| timing.calls.last().copied().unwrap_or_default());
    let cold = trips.each_ref().map(|trips| &trips.cold);
    let what = format!("cold, {} ms a call, ms", milliseconds(DELAY));
    vec![
        of("calls of a start, of an end", calls),
        of("round trips of a start, of an end", trips.each_ref().map(|trips| trips.counts)),
        compared(&what, cold.map(spread), cold.map(Samples::median)),
    ]
}

fn compared(what: &str, cells: [String; 3], [ours, bare, python]: [f64; 3]) -> Vec<String> {
    line(what, cells, [ratio(ours, bare), ratio(python, ours)])
}

/// Where a ratio would say nothing.
fn alone(what: &str, cells: [String; 3]) -> Vec<String> {
    line(what, cells, [String::new(), String::new()])
}

fn line(what: &str, cells: [String; 3], ratios: [String; 2]) -> Vec<String> {
    [what.to_owned()].into_iter().chain(cells).chain(ratios).collect()
}
