//! How the cost grows, a line for each size.

use super::number::{figure, ratio, spread, thousands};
use super::table;
use crate::growth::{RequestGrowth, SwitchGrowth};
use crate::round_trips::DELAY;
use crate::timing::milliseconds;

pub(crate) fn of_a_switch(growth: &[SwitchGrowth]) -> String {
    let rows = growth.iter().map(|growth| {
        vec![
            growth.listeners.to_string(),
            growth.rules.to_string(),
            growth.ours.calls.to_string(),
            spread(&growth.ours.time),
            spread(&growth.ours.processor_time),
            figure(growth.ours.delayed.median()),
            growth.python.calls.to_string(),
            spread(&growth.python.time),
            spread(&growth.python.processor_time),
            figure(growth.python.delayed.median()),
        ]
    });
    let delay = milliseconds(DELAY);
    let delayed = format!("{delay} ms a call, ms");
    let figures = ["calls", "cold, ms", "own, ms", &delayed];
    let head = [&["listeners", "rules each"][..], &figures, &["Python: calls"], &figures[1..]].concat();
    format!(
        "## How a switch grows\n\nA start from cold. *own* is the function's processor time; what is \
         missing to *cold* is the local load balancer's, which has one thread and searches all its rules \
         at every write. With {delay} ms a call, what counts is how many calls wait for another: the switcher \
         works on four listeners at once, no more, since the API's limits are the whole account's; the script \
         takes one listener after the other.\n\n{}",
        table(&head, rows)
    )
}

pub(crate) fn of_a_request(growth: &[RequestGrowth]) -> String {
    let rows = growth.iter().map(|growth| {
        vec![
            growth.bytes.to_string(),
            thousands(growth.ours.warm),
            thousands(growth.bare.warm),
            ratio(growth.ours.warm, growth.bare.warm),
        ]
    });
    let head = ["request, bytes", "responder", "bare runtime", "ratio"];
    format!("## How a request grows\n\nThousands of instructions per invocation.\n\n{}", table(&head, rows))
}
