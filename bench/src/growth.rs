//! How the cost grows with what the functions are given.

use crate::callgrind::{self, Instructions};
use crate::load_balancer::LoadBalancer;
use crate::process::Process;
use crate::program::{Program, Programs};
use crate::round_trips::DELAY;
use crate::samples::Samples;
use crate::timing::milliseconds;
use crate::{Result, events};

const LISTENERS: [usize; 3] = [1, 10, 50];
const RULES: [u32; 3] = [5, 50, 100];
const REQUESTS: [usize; 3] = [512, 4 * 1024, 60 * 1024];
const ROUNDS: usize = 5;
/// Fewer, since Python takes seconds, and enough, since most of it is always the same.
const DELAYED_ROUNDS: usize = 3;

/// A cold start of maintenance on this many listeners with this many rules each.
#[derive(Debug)]
pub(crate) struct SwitchGrowth {
    pub(crate) listeners: usize,
    pub(crate) rules: u32,
    pub(crate) ours: Switch,
    pub(crate) python: Switch,
}

/// Times in milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    pub(crate) calls: usize,
    pub(crate) time: Samples,
    /// The same with [`DELAY`] a call.
    pub(crate) delayed: Samples,
    /// The function's own processor time: the rest of the time is the local API's.
    pub(crate) processor_time: Samples,
}

pub(crate) fn switch(programs: &Programs) -> Result<Vec<SwitchGrowth>> {
    let mut growth = Vec::new();
    for listeners in LISTENERS {
        for rules in RULES {
            let (mut ours, mut python) = (Switch::default(), Switch::default());
            for _ in 0..ROUNDS {
                ours.note(&programs.switcher.ours, listeners, rules)?;
                python.note(&programs.switcher.python, listeners, rules)?;
            }
            for _ in 0..DELAYED_ROUNDS {
                ours.note_delayed(&programs.switcher.ours, listeners, rules)?;
                python.note_delayed(&programs.switcher.python, listeners, rules)?;
            }
            growth.push(SwitchGrowth { listeners, rules, ours, python });
        }
    }
    Ok(growth)
}

impl Switch {
    fn note(&mut self, program: &Program, listeners: usize, rules: u32) -> Result<()> {
        let load_balancer = LoadBalancer::start(listeners, rules)?;
        let process = Process::start(program, &[], &load_balancer.variables())?;
        process.run(events::switches().take(1))?;
        self.calls = load_balancer.calls().len();
        self.time.push(milliseconds(process.cold()?));
        self.processor_time.push(milliseconds(process.processor_time()?));
        Ok(())
    }

    fn note_delayed(&mut self, program: &Program, listeners: usize, rules: u32) -> Result<()> {
        let load_balancer = LoadBalancer::answering_after(DELAY, listeners, rules)?;
        let process = Process::start(program, &[], &load_balancer.variables())?;
        process.run(events::switches().take(1))?;
        self.delayed.push(milliseconds(process.cold()?));
        Ok(())
    }
}

/// Requests of this many bytes.
#[derive(Debug)]
pub(crate) struct RequestGrowth {
    pub(crate) bytes: usize,
    pub(crate) ours: Instructions,
    pub(crate) bare: Instructions,
}

pub(crate) fn requests(programs: &Programs) -> Result<Vec<RequestGrowth>> {
    let contest = &programs.responder;
    REQUESTS
        .into_iter()
        .map(|bytes| {
            let request = events::request(bytes)?;
            let ours = callgrind::of_requests(&contest.ours, &request)?;
            Ok(RequestGrowth { bytes, ours, bare: callgrind::of_requests(&contest.bare, &request)? })
        })
        .collect()
}
