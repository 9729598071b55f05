//! The results as a page to read.

mod comparison;
mod growth;
pub(crate) mod number;
pub(crate) mod table;

use crate::authorities::Authorities;
use crate::machine::Machine;
use crate::results::Results;
use crate::round_trips::DELAY;
use crate::targets;
use crate::timing::{REQUEST, RULES, milliseconds};
use number::{spread, thousands};
use table::table;

/// The page in Markdown.
pub(crate) fn markdown(results: &Results) -> String {
    [
        introduction(&results.machine),
        responder(results),
        switcher(results),
        over_tls(results),
        authorities(&results.authorities),
        targets(results),
        growth::of_a_switch(&results.switch_growth),
        growth::of_a_request(&results.request_growth),
    ]
    .join("\n")
}

fn introduction(machine: &Machine) -> String {
    let Machine { date, processor, cores, memory_gib, kernel, load, versions } = machine;
    let versions: Vec<_> = versions.iter().map(|(what, version)| format!("{what} {version}")).collect();
    format!(
        "# Measured\n\nMade by `make bench`; do not edit.\n\n\
         {date}, {cores} cores ({processor}), {memory_gib} GiB, Linux {kernel}, load {load} at the \
         beginning. {}.\n\n\
         All programs ran under the same local Lambda Runtime API and took turns. A time is the median of \
         all runs, in brackets the middle half of them. Instructions are valgrind's count; they do not \
         depend on what else the machine does. *init* is from the start of the process to its first \
         request for work, *cold* from the start to the first answer, *warm* one invocation after that. \
         The bare runtime answers every event with a constant; the bare SDK program makes the switcher's \
         calls for one listener; Python is a short script with boto3, which keeps no record and does not \
         verify, and so needs fewer calls.\n",
        versions.join(", ")
    )
}

fn responder(results: &Results) -> String {
    let rows = [
        comparison::of_times(&results.responder),
        comparison::of_instructions(&results.responder_instructions),
        comparison::of_sizes(results.sizes.responder),
    ];
    format!(
        "## maintenance-responder\n\nA request of {REQUEST} bytes that is answered with 503.\n\n{}",
        comparison::table("bare runtime", &rows)
    )
}

fn switcher(results: &Results) -> String {
    let rows = [
        comparison::of_times(&results.switcher),
        comparison::of_instructions(&results.switcher_instructions),
        comparison::of_sizes(results.sizes.switcher),
        comparison::of_calls(&results.switcher, &results.round_trips),
    ];
    let delay = milliseconds(DELAY);
    format!(
        "## priority-switcher\n\nOne listener with {RULES} rules and the default one, all of which \
         move; cold is a start, warm are ends and starts in turn. The load balancer is local, over \
         plain HTTP.\n\nOn AWS most of a switch is waiting for answers. The round trips are how \
         many calls stand one behind the other; for them and for the last line every call took {delay} ms.\n\n{}",
        comparison::table("bare SDK program", &rows)
    )
}

fn over_tls(results: &Results) -> String {
    let rows = [
        comparison::of_times(&results.over_tls),
        comparison::of_instructions(&results.over_tls_instructions),
    ];
    format!(
        "### Over TLS\n\nThe same through a relay with TLS, which adds the same time to everybody's calls. \
         Each program is told to trust what it would trust by itself, and the relay's authority: the \
         switcher Amazon's five, Python botocore's long list, and the bare SDK program the same in place of the \
         system's.\n\n{}",
        comparison::table("bare SDK program", &rows)
    )
}

fn authorities(authorities: &Authorities) -> String {
    let Authorities { amazon, system } = authorities;
    let rows = [("Amazon's five, built in", amazon), ("the system's", system)].map(|(which, start)| {
        vec![which.to_owned(), spread(&start.time), spread(&start.memory), thousands(start.instructions)]
    });
    let head = ["authorities", "cold, ms", "peak memory, KiB", "cold instructions, thousands"];
    format!(
        "### What the trusted authorities cost\n\nReading the trusted authorities is part of making the SDK's \
         client, even to speak plain HTTP. The switcher has Amazon's five built in and reads the system's only \
         if a server shows a certificate that none of these has signed. The second line is a start that has to \
         read the system's at once, as `SSL_CERT_FILE` and `SSL_CERT_DIR` ask for. How many files hold them \
         differs between systems.\n\n{}",
        table(&head, rows)
    )
}

fn targets(results: &Results) -> String {
    let targets = targets::all(results);
    let rows = targets.iter().map(|target| {
        vec![
            target.what.to_owned(),
            format!("{} {}", if target.at_least { "≥" } else { "≤" }, target.limit),
            format!("{:.2}", target.measured),
            if target.is_met() { "yes" } else { "**no**" }.to_owned(),
        ]
    });
    let missed: Vec<_> = targets
        .iter()
        .filter(|target| !target.is_met())
        .map(|target| format!("- {}: {}\n", target.what, target.if_missed))
        .collect();
    format!("## Targets\n\n{}\n{}", table(&["target", "limit", "measured", "met"], rows), missed.concat())
}
