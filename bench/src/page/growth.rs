//! How the cost grows, a line for each size.

use super::number::{ratio, spread, thousands};
use super::table;
use crate::growth::{RequestGrowth, SwitchGrowth};

pub(crate) fn of_a_switch(growth: &[SwitchGrowth]) -> String {
    let rows = growth.iter().map(|growth| {
        vec![
            growth.listeners.to_string(),
            growth.rules.to_string(),
            growth.ours.calls.to_string(),
            spread(&growth.ours.time),
            spread(&growth.ours.processor_time),
            growth.python.calls.to_string(),
            spread(&growth.python.time),
            spread(&growth.python.processor_time),
        ]
    });
    let head =
        ["listeners", "rules each", "calls", "cold, ms", "own, ms", "Python: calls", "cold, ms", "own, ms"];
    format!(
        "## How a switch grows\n\nA start from cold. *own* is the function's processor time; what is \
         missing to *cold* is the local load balancer's, which has one thread and searches all its rules \
         at every write. On AWS the calls' round trips take its place.\n\n{}",
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
