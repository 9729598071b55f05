//! Repeated measurements of one thing.

/// Figures of one kind and unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn push(&mut self, value: f64) {
        let place = self.0.partition_point(|other| *other < value);
        self.0.insert(place, value);
    }

    pub(crate) fn median(&self) -> f64 {
        self.at(1, 2)
    }

    /// The middle half: what lies outside is mostly the machine's other work.
    pub(crate) fn quartiles(&self) -> (f64, f64) {
        (self.at(1, 4), self.at(3, 4))
    }

    fn at(&self, part: usize, of: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get(last * part / of).copied().unwrap_or(f64::NAN)
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut samples = Self::default();
        values.into_iter().for_each(|value| samples.push(value));
        samples
    }
}
