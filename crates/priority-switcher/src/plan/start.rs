//! Into maintenance.

use super::{Move, Plan, moves};
use crate::event::Start;
use crate::record::{Tags, Window, key};
use crate::state::{Situation, State};
use crate::status_rule::News;
use crate::timestamp::Timestamp;
use crate::warning::Warning;

impl Situation<'_> {
    pub(super) fn start(&self, start: &Start) -> Plan {
        if let Some(ignored) = self.stale_start(start) {
            return ignored;
        }
        if let Some(Warning { code, message }) = self.active_priority_taken() {
            return Plan { failure: Some(format!("{code}: {message}; nothing was changed")), ..self.stay() };
        }
        let running = self.running();
        let kept = running.zip(start.until).filter(|(window, asked)| window.outlasts(*asked));
        // The record first: a record of a switch that did not happen does no harm, a switch without one does.
        let tags_before = if kept.is_some() { Tags::new() } else { self.recorded(running, start) };
        let warnings = kept.map(|(window, asked)| window_kept(asked, window)).into_iter().collect();
        let news = match &start.message {
            None if running.is_some() => News::Keep,
            message => News::Replace(message.clone()),
        };
        Plan { tags_before, moves: self.start_moves(), news, warnings, ..Plan::default() }
    }

    /// The maintenance rule to the active priority, which no foreign rule holds; the placeholder makes room.
    fn start_moves(&self) -> Vec<Move> {
        let (own, active, resting) = (self.maintenance.priority, self.settings.active, self.settings.resting);
        if own <= active {
            return Vec::new();
        }
        let room = if self.foreign_at(resting).is_none() { resting } else { own };
        let placeholder = self.placeholder().filter(|rule| rule.priority == active);
        moves([(Some(&self.maintenance), active), (placeholder, room)])
    }

    /// A late start must not close a system that has been opened since.
    fn stale_start(&self, start: &Start) -> Option<Plan> {
        let scheduled = start.scheduled_at?;
        let stale = |why: String| Some(Plan::ignored("start", scheduled, &why));
        if let Some(ended) = self.record.ended_at.filter(|ended| scheduled <= *ended) {
            return stale(format!("and maintenance ended after that, at {ended}"));
        }
        let stale_after = self.settings.stale_after;
        if scheduled.plus_minutes(stale_after) < self.now {
            return stale(format!("more than {stale_after} minutes ago"));
        }
        let longest = self.settings.max_duration.map(|minutes| scheduled.plus_minutes(minutes));
        let limit = start.until.or(longest).filter(|limit| *limit <= self.now)?;
        stale(format!("and its window would have ended at {limit}"))
    }

    /// The window in which the system is closed, if its record counts and its limit has not passed.
    fn running(&self) -> Option<&Window> {
        let window = self.record.window.as_ref().filter(|window| !window.has_expired(self.now));
        window.filter(|_| self.state() == State::Active)
    }

    /// A new window gets everything; a running one what the start gives, and keeps the rest.
    pub(super) fn recorded(&self, running: Option<&Window>, start: &Start) -> Tags {
        let latest = |window: &Window| window.since.plus_minutes(self.settings.longest_window());
        // A window that a person makes outlast the longest one counts from that start on.
        let counts_anew =
            running.is_none_or(|window| start.until.is_some_and(|until| until > latest(window)));
        let since = self.record.since_from(start.scheduled_at.unwrap_or(self.now));
        let nothing = || running.is_none().then(String::new);
        self.changed([
            (key::SINCE, counts_anew.then(|| since.to_string())),
            (key::UNTIL, start.until.map(|until| until.to_string()).or_else(nothing)),
            (key::REASON, start.reason.clone().or_else(nothing)),
        ])
    }
}

fn window_kept(asked: Timestamp, window: &Window) -> Warning {
    let until = window.limit.map(|limit| format!(" until {limit}")).unwrap_or_default();
    let reason = window.reason.as_deref().unwrap_or("none given");
    let message = format!(
        "the running window lasts{until} (reason: {reason}); this start asks for an earlier end, {asked}, which is \
         refused; to open the system sooner, send `end`"
    );
    Warning { code: "window-kept", message }
}
