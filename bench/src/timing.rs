//! Times, memory and calls, of runs that take turns: what else the machine does falls on all alike.

use std::iter::repeat_n;
use std::time::Duration;

use crate::load_balancer::LoadBalancer;
use crate::process::Process;
use crate::program::{Contest, Program, Programs};
use crate::samples::Samples;
use crate::tls::Tls;
use crate::{Result, events};

const RESPONDER_ROUNDS: usize = 41;
const RESPONDER_WARM: usize = 200;
const SWITCHER_ROUNDS: usize = 31;
const TLS_ROUNDS: usize = 15;
const SWITCHER_WARM: usize = 10;
/// A small shop: the front end, its API and some more.
pub(crate) const RULES: u32 = 6;
/// A request without body, in bytes.
pub(crate) const REQUEST: usize = 700;

/// One program's figures; times in milliseconds, memory in KiB.
#[derive(Debug, Default)]
pub(crate) struct Timing {
    pub(crate) init: Samples,
    pub(crate) cold: Samples,
    pub(crate) warm: Samples,
    pub(crate) memory: Samples,
    /// The calls of one start and one end.
    pub(crate) calls: Vec<[usize; 2]>,
}

/// This project's, the bare program's and Python's, in the order of [`Contest::all`].
pub(crate) type Timings = [Timing; 3];

/// One request after the other, from cold.
pub(crate) fn responder(programs: &Programs) -> Result<Timings> {
    let request = events::request(REQUEST)?;
    rounds(&programs.responder, RESPONDER_ROUNDS, |program, timing: &mut Timing| {
        let process = Process::start(program, &[], &[])?;
        process.run(repeat_n(request.clone(), 1 + RESPONDER_WARM))?;
        timing.note(&process)
    })
}

/// A start from cold, then ends and starts in turn.
pub(crate) fn switcher(programs: &Programs) -> Result<Timings> {
    rounds(&programs.switcher, SWITCHER_ROUNDS, |program, timing: &mut Timing| {
        let load_balancer = LoadBalancer::start(1, RULES)?;
        let process = Process::start(program, &[], &load_balancer.variables())?;
        let mut switches = events::switches();
        process.run(switches.by_ref().take(1))?;
        let start = load_balancer.calls().len();
        process.run(switches.by_ref().take(1))?;
        let end = load_balancer.calls().len() - start;
        timing.calls.push([start, end]);
        process.run(switches.take(SWITCHER_WARM - 1))?;
        timing.note(&process)
    })
}

/// The same with TLS in between.
pub(crate) fn switcher_over_tls(programs: &Programs) -> Result<Timings> {
    rounds(&programs.switcher, TLS_ROUNDS, |program, timing: &mut Timing| {
        let load_balancer = LoadBalancer::start(1, RULES)?;
        let tls = Tls::start(programs, &load_balancer)?;
        let variables = [&load_balancer.variables()[..], &tls.variables(program)].concat();
        let process = Process::start(program, &[], &variables)?;
        process.run(events::switches().take(1 + SWITCHER_WARM))?;
        timing.note(&process)
    })
}

/// Lets the programs take turns.
pub(crate) fn rounds<T: Default>(
    contest: &Contest,
    rounds: usize,
    mut run: impl FnMut(&Program, &mut T) -> Result<()>,
) -> Result<[T; 3]> {
    let mut figures = <[T; 3]>::default();
    // The first round is only to have every file in memory.
    for round in 0..=rounds {
        for (program, figures) in contest.all().into_iter().zip(&mut figures) {
            run(program, figures)?;
            if round == 0 {
                *figures = T::default();
            }
        }
    }
    Ok(figures)
}

impl Timing {
    fn note(&mut self, process: &Process) -> Result<()> {
        self.init.push(milliseconds(process.init()?));
        self.cold.push(milliseconds(process.cold()?));
        let warm: Samples = process.warm().iter().map(|one| milliseconds(one.duration())).collect();
        self.warm.push(warm.median());
        self.memory.push(process.peak_memory()?);
        Ok(())
    }
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
