//! Instructions, counted by valgrind: the same on a busy machine as on an idle one.

use std::ffi::OsString;
use std::iter::repeat_n;
use std::sync::Arc;

use crate::load_balancer::LoadBalancer;
use crate::process::Process;
use crate::program::{Program, Programs};
use crate::tls::Tls;
use crate::{Result, events, timing};

/// What one program executes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instructions {
    /// From its start through the first answer.
    pub(crate) cold: f64,
    /// For each invocation after that.
    pub(crate) warm: f64,
}

pub(crate) fn responder(programs: &Programs) -> Result<[Instructions; 3]> {
    let request = events::request(timing::REQUEST)?;
    each(programs.responder.all(), |program| of_requests(program, &request))
}

pub(crate) fn switcher(programs: &Programs) -> Result<[Instructions; 3]> {
    each(programs.switcher.all(), |program| {
        of_switches(program, |count| {
            let load_balancer = LoadBalancer::start(1, timing::RULES)?;
            total(program, &load_balancer.variables(), events::switches().take(count))
        })
    })
}

pub(crate) fn switcher_over_tls(programs: &Programs) -> Result<[Instructions; 3]> {
    each(programs.switcher.all(), |program| {
        of_switches(program, |count| {
            let load_balancer = LoadBalancer::start(1, timing::RULES)?;
            let tls = Tls::start(programs, &load_balancer)?;
            let variables = [&load_balancer.variables()[..], &tls.variables(program)].concat();
            total(program, &variables, events::switches().take(count))
        })
    })
}

fn of_switches(program: &Program, run: impl Fn(usize) -> Result<f64>) -> Result<Instructions> {
    difference(if program.is_slow { 2 } else { 20 }, run)
}

/// Of a responder that gets the same request again and again.
pub(crate) fn of_requests(program: &Program, request: &Arc<str>) -> Result<Instructions> {
    let more = if program.is_slow { 20 } else { 200 };
    difference(more, |count| total(program, &[], repeat_n(request.clone(), count)))
}

fn each(
    programs: [&Program; 3],
    count: impl Fn(&Program) -> Result<Instructions>,
) -> Result<[Instructions; 3]> {
    let [ours, bare, python] = programs;
    Ok([count(ours)?, count(bare)?, count(python)?])
}

/// Two runs tell the start from the invocations.
fn difference(more: u32, run: impl Fn(usize) -> Result<f64>) -> Result<Instructions> {
    let cold = run(1)?;
    let all = run(1 + usize::try_from(more)?)?;
    Ok(Instructions { cold, warm: (all - cold) / f64::from(more) })
}

/// All that a program executes from its start until it has answered these events.
pub(crate) fn total(
    program: &Program,
    variables: &[(&str, String)],
    events: impl IntoIterator<Item = Arc<str>>,
) -> Result<f64> {
    let profile = run(program, variables, events)?;
    let mut totals = profile.lines().filter_map(|line| line.strip_prefix("totals: "));
    Ok(totals.next_back().ok_or("valgrind counted nothing")?.trim().parse()?)
}

/// Callgrind's own file on that, with names and positions in full.
pub(crate) fn run(
    program: &Program,
    variables: &[(&str, String)],
    events: impl IntoIterator<Item = Arc<str>>,
) -> Result<String> {
    const TOOL: [&str; 6] = [
        "valgrind",
        "--tool=callgrind",
        "--log-file=/dev/null",
        "--compress-strings=no",
        "--compress-pos=no",
        "--dump-line=no",
    ];
    let output = std::env::temp_dir().join(format!("bench-callgrind-{}", std::process::id()));
    let tool = TOOL.map(OsString::from);
    let mut to = OsString::from("--callgrind-out-file=");
    to.push(&output);
    let process = Process::start(program, &[&tool[..], &[to]].concat(), variables)?;
    process.run(events)?;
    process.terminate()?;
    let profile = std::fs::read_to_string(&output)?;
    std::fs::remove_file(output)?;
    Ok(profile)
}
