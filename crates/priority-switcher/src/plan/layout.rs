//! The rules of a listener as numbers that can be pushed about before anything is real.

use super::Move;
use crate::rule::{Priority, Rule, RuleArn, RuleOrder};

/// Where the maintenance rule and all others stand, and where they are to go.
#[derive(Clone)]
pub(super) struct Layout<'a> {
    own: Piece<'a>,
    /// In their order, which no operation here changes.
    others: Vec<Piece<'a>>,
}

#[derive(Clone)]
struct Piece<'a> {
    rule: &'a RuleArn,
    from: Priority,
    to: Priority,
}

impl<'a> Layout<'a> {
    pub(super) fn new(order: &'a RuleOrder, own: &'a Rule) -> Self {
        let piece = |rule: &'a Rule| Piece { rule: &rule.arn, from: rule.priority, to: rule.priority };
        let others = order.rules().iter().filter(|rule| rule.arn != own.arn).map(piece).collect();
        Self { own: piece(own), others }
    }

    /// Where the maintenance rule stands.
    pub(super) fn own(&self) -> Priority {
        self.own.to
    }

    pub(super) fn put_own(&mut self, to: Priority) {
        self.own.to = to;
    }

    /// Whether no other rule stands there. The maintenance rule's own place counts as free.
    pub(super) fn is_free(&self, place: Priority) -> bool {
        self.others.iter().all(|other| other.to != place)
    }

    pub(super) fn lowest_other(&self) -> Option<Priority> {
        self.others.last().map(|other| other.to)
    }

    /// How many of the others the load balancer asks after a rule at that place.
    pub(super) fn count_below(&self, place: Priority) -> u16 {
        let count = self.others.iter().filter(|other| other.to > place).count();
        u16::try_from(count).unwrap_or(u16::MAX)
    }

    pub(super) fn stands_above_others(&self) -> bool {
        self.count_below(self.own.to) > 0
    }

    /// Whether the `length` places right below `place` are all taken by others.
    pub(super) fn is_run_below(&self, place: Priority, length: u16) -> bool {
        let mut next = place;
        (0..length).all(|_| match next.below() {
            Some(below) => {
                next = below;
                !self.is_free(below)
            }
            None => false,
        })
    }

    /// Frees `place`: the unbroken run that starts there moves down one place, up to the first free
    /// number. Says how many rules moved; nothing moves and nothing is said if there is no free number.
    pub(super) fn push_down_from(&mut self, place: Priority) -> Option<u16> {
        let mut free = place;
        while !self.is_free(free) {
            free = free.below()?;
        }
        let run = self.others.iter_mut().filter(|other| (place..free).contains(&other.to));
        Some(shift(run, Priority::below))
    }

    /// Frees `place`: the unbroken run that ends there moves up one place, up to the first free number
    /// that is not above `top`. Says whether that could be done.
    pub(super) fn push_up_from(&mut self, place: Priority, top: Priority) -> bool {
        let mut free = place;
        while !self.is_free(free) {
            match free.above() {
                Some(above) if above >= top => free = above,
                _ => return false,
            }
        }
        let run = self.others.iter_mut().filter(|other| free < other.to && other.to <= place);
        shift(run, Priority::above);
        true
    }

    /// Takes a push back: whatever stands in the `length` places below `place`, which has to be free,
    /// moves up one place. Rules that have gone since leave their gap, so every other gets its old number.
    pub(super) fn pull_up_below(&mut self, place: Priority, length: u16) {
        let last = place.get().saturating_add(length);
        let run = self.others.iter_mut().filter(|other| other.to > place && other.to.get() <= last);
        shift(run, Priority::above);
    }

    /// The way of every rule that is to change its number, the maintenance rule first.
    pub(super) fn moves(&self) -> Vec<Move> {
        std::iter::once(&self.own)
            .chain(&self.others)
            .filter(|piece| piece.from != piece.to)
            .map(|piece| Move { rule: piece.rule.clone(), from: piece.from, to: piece.to })
            .collect()
    }
}

fn shift<'a, 'b: 'a>(
    run: impl Iterator<Item = &'a mut Piece<'b>>,
    step: impl Fn(Priority) -> Option<Priority>,
) -> u16 {
    let mut moved = 0;
    for piece in run {
        if let Some(to) = step(piece.to) {
            piece.to = to;
            moved += 1;
        }
    }
    moved
}
