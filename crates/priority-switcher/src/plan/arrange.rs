//! Which of our two rules goes where.

use std::iter;

use super::{Move, Situation};
use crate::rule::{Priority, Rule, RuleOrder};

impl<'a> Situation<'a> {
    /// The maintenance rule to the active priority, which no foreign rule holds; the placeholder makes room.
    pub(super) fn start_moves(&self) -> Vec<Move> {
        let (own, active, resting) = (self.own(), self.settings.active, self.settings.resting);
        let mut moves = Vec::new();
        if own > active {
            go(self.maintenance(), active, &mut moves);
            let to = if self.foreign_at(resting).is_none() { resting } else { own };
            go(self.placeholder().filter(|rule| rule.priority == active), to, &mut moves);
        }
        moves
    }

    /// The maintenance rule to the resting priority, and the placeholder back to the active one. With them the foreign
    /// rule that holds the resting priority, if so.
    pub(super) fn end_moves(&self) -> (Vec<Move>, Option<&'a Rule>) {
        let (own, active, resting) = (self.own(), self.settings.active, self.settings.resting);
        let taken = self.foreign_at(resting);
        let to = if taken.is_none() { resting } else { self.lowest_place().max(own) };
        let mut moves = Vec::new();
        go(self.maintenance(), to, &mut moves);
        let becomes_free = to != own && own == active;
        if self.reading.order.at(active).is_none() || becomes_free {
            go(self.placeholder(), active, &mut moves);
        } else {
            go(self.placeholder().filter(|rule| rule.priority == to), own, &mut moves);
        }
        (moves, taken)
    }

    fn maintenance(&self) -> Option<&'a Rule> {
        self.reading.order.find(&self.rules.maintenance)
    }

    fn own(&self) -> Priority {
        self.maintenance().map_or(self.settings.resting, |own| own.priority)
    }

    fn placeholder(&self) -> Option<&'a Rule> {
        self.rules.placeholder(&self.reading.order)
    }

    fn foreign_at(&self, priority: Priority) -> Option<&'a Rule> {
        self.reading.order.at(priority).filter(|rule| self.rules.is_foreign(rule))
    }

    /// The highest number that no foreign rule holds.
    fn lowest_place(&self) -> Priority {
        let mut places = iter::successors(Some(Priority::LAST), |place| place.above());
        places.find(|place| self.foreign_at(*place).is_none()).unwrap_or(Priority::LAST)
    }
}

fn go(rule: Option<&Rule>, to: Priority, moves: &mut Vec<Move>) {
    if let Some(rule) = rule.filter(|rule| rule.priority != to) {
        moves.push(Move { rule: rule.arn.clone(), from: rule.priority, to });
    }
}

/// The order with these moves made.
pub(super) fn after(order: &RuleOrder, moves: &[Move]) -> RuleOrder {
    order.renumbered(|rule| moves.iter().find(|one| one.rule == rule.arn).map_or(rule.priority, |one| one.to))
}
