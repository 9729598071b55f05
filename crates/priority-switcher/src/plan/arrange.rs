//! Which of our two rules goes where.

use std::iter;

use super::{Move, View};
use crate::rule::{Priority, Rule, RuleOrder};
use crate::settings::Settings;

/// The moves of one call, and the foreign rule that holds the resting priority, if an end could not go there.
pub(super) struct Arrangement<'a> {
    pub(super) moves: Vec<Move>,
    pub(super) taken: Option<&'a Rule>,
}

impl<'a> Arrangement<'a> {
    /// The maintenance rule to the active priority, which no foreign rule holds; the placeholder makes room.
    pub(super) fn of_start(view: View<'a>, settings: &Settings) -> Self {
        let listener = Listener { view, settings };
        let own = listener.own();
        let mut moves = Vec::new();
        if own > settings.active {
            go(view.order.find(&view.rules.maintenance), settings.active, &mut moves);
            let placeholder = view.rules.placeholder(view.order);
            let to = if listener.foreign_at(settings.resting).is_none() { settings.resting } else { own };
            go(placeholder.filter(|rule| rule.priority == settings.active), to, &mut moves);
        }
        Self { moves, taken: None }
    }

    /// The maintenance rule to the resting priority, and the placeholder back to the active one.
    pub(super) fn of_end(view: View<'a>, settings: &Settings) -> Self {
        let listener = Listener { view, settings };
        let (own, taken) = (listener.own(), listener.foreign_at(settings.resting));
        let to = if taken.is_none() { settings.resting } else { listener.lowest_place().max(own) };
        let mut moves = Vec::new();
        go(view.order.find(&view.rules.maintenance), to, &mut moves);
        let placeholder = view.rules.placeholder(view.order);
        let at_active = view.order.at(settings.active);
        let becomes_free = to != own && own == settings.active;
        if at_active.is_none() || becomes_free {
            go(placeholder, settings.active, &mut moves);
        } else {
            go(placeholder.filter(|rule| rule.priority == to), own, &mut moves);
        }
        Self { moves, taken }
    }
}

struct Listener<'a, 'b> {
    view: View<'a>,
    settings: &'b Settings,
}

impl<'a> Listener<'a, '_> {
    fn own(&self) -> Priority {
        self.view.order.find(&self.view.rules.maintenance).map_or(self.settings.resting, |own| own.priority)
    }

    fn foreign_at(&self, priority: Priority) -> Option<&'a Rule> {
        self.view.order.at(priority).filter(|rule| self.view.rules.is_foreign(rule))
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
