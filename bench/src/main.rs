//! Measures both functions beside Python's and beside the least that Rust needs, all under the same local
//! Lambda Runtime API, and writes the figures to a file. `make bench` builds and calls it, and so does
//! `make profile`, to see where the instructions go.

mod authorities;
mod callgrind;
mod events;
mod growth;
mod load_balancer;
mod machine;
mod page;
mod process;
mod profile;
mod program;
mod results;
mod round_trips;
mod runtime_api;
mod samples;
mod size;
mod targets;
mod timing;
mod tls;

// The tests' load balancer asks for the switcher's types. It gets the file that they are in, because the
// whole crate brings the SDK with it, minutes of compiling for three names.
extern crate self as priority_switcher;

#[allow(dead_code, unreachable_pub, reason = "the load balancer needs a part of it")]
#[path = "../../crates/priority-switcher/src/rule/arn.rs"]
mod rule;

mod record {
    /// As the switcher has them.
    pub(crate) type Tags = std::collections::BTreeMap<String, String>;
}

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use program::Programs;
use results::Results;

/// Whatever goes wrong ends the run: figures with a gap would be compared all the same.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (page, output) = match &arguments[..] {
        [what, builds, output] if what == Path::new("profile") => (profile::markdown(builds), output),
        [builds, python, output] => {
            let results = measure(&Programs::new(builds, python));
            (results.map(|results| page::markdown(&results)), output)
        }
        _ => {
            eprintln!(
                "usage: bench <folder of release binaries> <python> <file to write>\n       \
                 bench profile <folder of binaries with symbols> <file to write>"
            );
            return ExitCode::FAILURE;
        }
    };
    match page.and_then(|page| Ok(std::fs::write(output, page)?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(programs: &Programs) -> Result<Results> {
    let say = |what: &str| eprintln!("bench: {what}");
    let machine = machine::Machine::look(programs)?;
    say("responder, time");
    let responder = timing::responder(programs)?;
    say("switcher, time");
    let switcher = timing::switcher(programs)?;
    say("switcher over TLS, time");
    let over_tls = timing::switcher_over_tls(programs)?;
    say("switcher some way off, time");
    let round_trips = round_trips::look(programs)?;
    say("growth, time");
    let switch_growth = growth::switch(programs)?;
    say("responder, instructions");
    let responder_instructions = callgrind::responder(programs)?;
    let request_growth = growth::requests(programs)?;
    say("switcher, instructions (Python takes some minutes)");
    let switcher_instructions = callgrind::switcher(programs)?;
    let over_tls_instructions = callgrind::switcher_over_tls(programs)?;
    let authorities = authorities::look(programs)?;
    let sizes = size::all(programs)?;
    Ok(Results {
        machine,
        responder,
        switcher,
        over_tls,
        round_trips,
        responder_instructions,
        switcher_instructions,
        over_tls_instructions,
        authorities,
        sizes,
        switch_growth,
        request_growth,
    })
}
