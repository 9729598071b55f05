//! Figures as they are read most easily.

use crate::samples::Samples;

/// The median, and the middle half around it.
pub(crate) fn spread(samples: &Samples) -> String {
    let (low, high) = samples.quartiles();
    format!("{} ({}–{})", figure(samples.median()), figure(low), figure(high))
}

pub(crate) fn thousands(instructions: f64) -> String {
    grouped(format!("{:.1}", instructions / 1e3))
}

pub(crate) fn ratio(of: f64, to: f64) -> String {
    format!("{} ×", figure(of / to))
}

/// In percent.
pub(crate) fn share(of: f64, whole: f64) -> String {
    format!("{:.1} %", 1e2 * of / whole)
}

/// With a comma before every three digits of the whole part.
pub(crate) fn grouped(mut number: String) -> String {
    let whole = number.find('.').unwrap_or(number.len());
    for place in (1..whole).rev().filter(|place| (whole - place).is_multiple_of(3)) {
        number.insert(place, ',');
    }
    number
}

/// Three digits that say something.
pub(crate) fn figure(value: f64) -> String {
    let digits = if value < 1.0 {
        3
    } else if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    grouped(format!("{value:.digits$}"))
}
