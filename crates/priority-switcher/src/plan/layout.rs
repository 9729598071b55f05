//! The rules of a listener as numbers that can be pushed about before anything is real.

use std::iter;

use super::Move;
use crate::record::Displaced;
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

/// What became of the rules that had made room.
#[derive(Default)]
pub(super) struct PulledBack {
    /// So many went back to their own numbers.
    pub(super) back: usize,
    /// So many stand elsewhere and stay there.
    pub(super) stay: usize,
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

    /// Frees `place`: the unbroken run that starts there moves down one place, up to the first free
    /// number. Says which rules moved, in their order; none, if there is no free number.
    pub(super) fn push_down_from(&mut self, place: Priority) -> Displaced {
        let mut free = Some(place);
        while let Some(taken) = free.filter(|free| !self.is_free(*free)) {
            free = taken.below();
        }
        let run = free.map_or(place..place, |free| place..free);
        let mut moved = Vec::new();
        for other in self.others.iter_mut().filter(|other| run.contains(&other.to)) {
            other.to = other.to.below().unwrap_or(other.to);
            moved.push(other.rule.id());
        }
        Displaced::new(moved)
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
        for other in self.others.iter_mut().filter(|other| free < other.to && other.to <= place) {
            other.to = other.to.above().unwrap_or(other.to);
        }
        true
    }

    /// Takes a push back, rule by rule: each one that stands where that put it goes to its own old number, if that
    /// is free by then. What somebody has moved since, and what came since, stays.
    pub(super) fn pull_back(&mut self, displaced: &Displaced, from: Priority) -> PulledBack {
        let mut pulled = PulledBack::default();
        let places = iter::successors(Some(from), |place| place.below());
        for (place, id) in places.zip(displaced.short_ids()) {
            let is_it = |other: &Piece<'_>| other.rule.id().ends_with(id.as_str());
            let pushed = self.others.iter().position(|other| is_it(other) && Some(other.to) == place.below());
            match pushed {
                Some(index) if self.is_free(place) => {
                    self.others[index].to = place;
                    pulled.back += 1;
                }
                Some(_) => pulled.stay += 1,
                None if self.others.iter().any(|other| is_it(other) && other.to != place) => pulled.stay += 1,
                // It has its own number already, or somebody deleted it.
                None => {}
            }
        }
        pulled
    }

    /// The way of every rule that is to change its number, the maintenance rule first.
    pub(super) fn moves(&self) -> Vec<Move> {
        iter::once(&self.own)
            .chain(&self.others)
            .filter(|piece| piece.from != piece.to)
            .map(|piece| Move { rule: piece.rule.clone(), from: piece.from, to: piece.to })
            .collect()
    }
}
