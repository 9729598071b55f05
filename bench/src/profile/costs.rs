//! Callgrind's own file, as far as it is about the functions themselves.
//!
//! <https://valgrind.org/docs/manual/cl-format.html>

use std::collections::BTreeMap;

use crate::Result;

/// A function, and the file that it was loaded from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Function {
    pub(crate) object: String,
    pub(crate) name: String,
}

/// How many instructions each function executes itself.
#[derive(Debug, Default)]
pub(crate) struct Costs(BTreeMap<Function, f64>);

impl Costs {
    /// Reads a file that was written without compressing names and positions.
    pub(crate) fn read(profile: &str) -> Result<Self> {
        let mut costs = Self::default();
        let mut function = Function { object: String::new(), name: String::new() };
        let mut lines = profile.lines();
        while let Some(line) = lines.next() {
            if let Some(object) = line.strip_prefix("ob=") {
                object.clone_into(&mut function.object);
            } else if let Some(name) = line.strip_prefix("fn=") {
                function.name = plain(name);
            } else if line.starts_with("calls=") {
                // What the called function costs; it has lines of its own.
                lines.next();
            } else if line.starts_with(|first: char| first.is_ascii_digit()) {
                let (_, cost) = line.split_once(' ').ok_or("a line of the profile has no cost")?;
                *costs.0.entry(function.clone()).or_default() += cost.parse::<f64>()?;
            }
        }
        Ok(costs)
    }

    /// The rest of a run that began with `beginning`.
    pub(crate) fn without(mut self, beginning: &Self) -> Self {
        for (function, cost) in &beginning.0 {
            *self.0.entry(function.clone()).or_default() -= cost;
        }
        self
    }

    /// The average of so many.
    pub(crate) fn of_one_in(mut self, count: f64) -> Self {
        self.0.values_mut().for_each(|cost| *cost /= count);
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Function, f64)> {
        self.0.iter().map(|(function, cost)| (function, *cost))
    }
}

/// Without the depth of a recursion and without the compiler's hash.
fn plain(name: &str) -> String {
    let name = name.rsplit_once('\'').map_or(name, |(name, _)| name);
    match name.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 => name.to_owned(),
        _ => name.to_owned(),
    }
}
