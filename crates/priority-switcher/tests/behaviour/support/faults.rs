//! What can go wrong with one call.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

/// One call's fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The API refuses it for its rate.
    Throttled,
    /// The API fails before it does anything.
    ServerError,
    /// The connection breaks before the call arrives.
    LostBefore,
    /// The connection breaks when the call has taken effect.
    LostAfter,
    /// Another writer takes a number first, so that the batch cannot be.
    Race,
    /// The call is never answered, and has no effect.
    Hung,
    /// The function is gone before the call.
    KilledBefore,
    /// The function is gone when the call has taken effect.
    KilledAfter,
}

impl Fault {
    pub(crate) const ALL: [Self; 8] = [
        Self::Throttled,
        Self::ServerError,
        Self::LostBefore,
        Self::LostAfter,
        Self::Race,
        Self::Hung,
        Self::KilledBefore,
        Self::KilledAfter,
    ];
}

/// The fates of the calls to come; when they are used up, all is well.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    script: RefCell<VecDeque<Option<Fault>>>,
    struck: RefCell<BTreeMap<Fault, usize>>,
    calls: Cell<usize>,
}

impl Faults {
    pub(crate) fn script(&self, fates: impl IntoIterator<Item = Option<Fault>>) {
        *self.script.borrow_mut() = fates.into_iter().collect();
    }

    pub(crate) fn next(&self) -> Option<Fault> {
        self.calls.set(self.calls.get() + 1);
        let fault = self.script.borrow_mut().pop_front().flatten();
        if let Some(fault) = fault {
            *self.struck.borrow_mut().entry(fault).or_default() += 1;
        }
        fault
    }

    /// How many calls there were, and how often each fault struck.
    pub(crate) fn counts(&self) -> (usize, BTreeMap<Fault, usize>) {
        (self.calls.get(), self.struck.borrow().clone())
    }
}
