//! Which of our two rules goes where.

use super::Move;
use crate::rule::{Priority, Rule};
use crate::state::Situation;

impl Situation<'_> {
    /// The maintenance rule to the active priority, which no foreign rule holds; the placeholder makes room.
    pub(super) fn start_moves(&self) -> Vec<Move> {
        let (own, active, resting) = (self.maintenance.priority, self.settings.active, self.settings.resting);
        if own <= active {
            return Vec::new();
        }
        let room = if self.foreign_at(resting).is_none() { resting } else { own };
        let placeholder = self.placeholder().filter(|rule| rule.priority == active);
        moves([(Some(&self.maintenance), active), (placeholder, room)])
    }

    /// The maintenance rule to the resting priority, and the placeholder back to the active one. With them the foreign
    /// rule that holds the resting priority, if so.
    pub(super) fn end_moves(&self) -> (Vec<Move>, Option<&Rule>) {
        let (own, active, resting) = (self.maintenance.priority, self.settings.active, self.settings.resting);
        let taken = self.foreign_at(resting);
        let to = if taken.is_none() { resting } else { self.lowest_place().max(own) };
        let becomes_free = to != own && own == active;
        let (placeholder, place) = if self.order.at(active).is_none() || becomes_free {
            (self.placeholder(), active)
        } else {
            (self.placeholder().filter(|rule| rule.priority == to), own)
        };
        (moves([(Some(&self.maintenance), to), (placeholder, place)]), taken)
    }

    /// The highest number that no foreign rule holds.
    fn lowest_place(&self) -> Priority {
        Priority::from_the_last().find(|place| self.foreign_at(*place).is_none()).unwrap_or(Priority::LAST)
    }
}

/// What of this is no move is left out.
fn moves(wanted: [(Option<&Rule>, Priority); 2]) -> Vec<Move> {
    let wanted = wanted.into_iter().filter_map(|(rule, to)| Some((rule?, to)));
    let news = wanted.filter(|(rule, to)| rule.priority != *to);
    news.map(|(rule, to)| Move { rule: rule.arn.clone(), from: rule.priority, to }).collect()
}
