//! This project's program beside the bare one and Python's: a column each, then the ratios.

use super::number::{grouped, ratio, spread, thousands};
use crate::callgrind::Instructions;
use crate::samples::Samples;
use crate::size::Size;
use crate::timing::{Timing, Timings};

/// All that is known of a function's three programs.
pub(crate) fn table(
    bare: &str,
    timings: &Timings,
    instructions: &[Instructions; 3],
    sizes: [Size; 3],
) -> String {
    let rows = of_times(timings)
        .into_iter()
        .chain(of_instructions(instructions))
        .chain(of_sizes(sizes))
        .chain(of_calls(timings));
    super::table(&head(bare), rows)
}

/// The columns.
pub(crate) fn head(bare: &str) -> [String; 6] {
    ["", "this project", bare, "Python", &format!("÷ {bare}"), "Python ÷ this project"].map(str::to_owned)
}

/// Times and memory.
pub(crate) fn of_times(timings: &Timings) -> [Vec<String>; 4] {
    let of = |what: &str, figure: fn(&Timing) -> &Samples| {
        let samples = timings.each_ref().map(figure);
        compared(what, samples.map(spread), samples.map(Samples::median))
    };
    [
        of("init, ms", |timing| &timing.init),
        of("cold, ms", |timing| &timing.cold),
        of("warm, ms", |timing| &timing.warm),
        of("peak memory, KiB", |timing| &timing.memory),
    ]
}

pub(crate) fn of_instructions(instructions: &[Instructions; 3]) -> [Vec<String>; 2] {
    let of = |what: &str, figure: fn(&Instructions) -> f64| {
        let figures = instructions.each_ref().map(figure);
        compared(what, figures.map(thousands), figures)
    };
    [
        of("cold instructions, thousands", |one| one.cold),
        of("instructions per invocation, thousands", |one| one.warm),
    ]
}

fn of_sizes(sizes: [Size; 3]) -> [Vec<String>; 2] {
    let of = |what: &str, figure: fn(Size) -> u64| {
        alone(what, sizes.map(|size| grouped(figure(size).to_string())))
    };
    [of("binary or script, bytes", |size| size.file), of("zip, bytes", |size| size.zip)]
}

fn of_calls(timings: &Timings) -> Option<Vec<String>> {
    let [Some(ours), Some(bare), Some(python)] = timings.each_ref().map(|timing| timing.calls.last()) else {
        return None;
    };
    let calls = [ours, bare, python].map(|[start, end]| format!("{start}, {end}"));
    Some(alone("calls of a start, of an end", calls))
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
