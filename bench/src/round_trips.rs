//! What a switch takes when every call to the API takes its time, as on AWS.

use std::time::Duration;

use crate::load_balancer::LoadBalancer;
use crate::process::Process;
use crate::program::Programs;
use crate::samples::Samples;
use crate::timing::{self, RULES, milliseconds};
use crate::{Result, events};

const ROUNDS: usize = 11;

/// How long the load balancer lets every call wait.
pub(crate) const DELAY: Duration = Duration::from_millis(20);

/// One program's switches with that delay.
#[derive(Debug, Default)]
pub(crate) struct RoundTrips {
    /// A start from cold, in milliseconds.
    pub(crate) cold: Samples,
    /// How many calls of a start, and of an end, stand one behind the other.
    pub(crate) counts: [usize; 2],
}

/// In the order of [`crate::program::Contest::all`].
pub(crate) fn look(programs: &Programs) -> Result<[RoundTrips; 3]> {
    timing::rounds(&programs.switcher, ROUNDS, |program, trips: &mut RoundTrips| {
        let load_balancer = LoadBalancer::answering_after(DELAY, 1, RULES)?;
        let process = Process::start(program, &[], &load_balancer.variables())?;
        let mut switches = events::switches();
        process.run(switches.by_ref().take(1))?;
        let start = load_balancer.round_trips();
        process.run(switches.take(1))?;
        trips.counts = [start, load_balancer.round_trips() - start];
        trips.cold.push(milliseconds(process.cold()?));
        Ok(())
    })
}
