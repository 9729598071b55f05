//! The part of the switcher's start that goes into the certificate authorities of the system.

use crate::callgrind;
use crate::load_balancer::LoadBalancer;
use crate::process::Process;
use crate::program::Programs;
use crate::samples::Samples;
use crate::timing::{RULES, milliseconds};
use crate::{Result, events};

const ROUNDS: usize = 15;

/// A start from cold, with the authorities of this system and with none: over plain HTTP nobody asks for them.
#[derive(Debug, Default)]
pub(crate) struct Authorities {
    pub(crate) with: Start,
    pub(crate) without: Start,
}

/// Time in milliseconds, memory in KiB.
#[derive(Debug, Default)]
pub(crate) struct Start {
    pub(crate) time: Samples,
    pub(crate) memory: Samples,
    pub(crate) instructions: f64,
}

pub(crate) fn look(programs: &Programs) -> Result<Authorities> {
    let mut authorities = Authorities::default();
    let none = [("SSL_CERT_FILE", "/dev/null".to_owned())];
    for _ in 0..ROUNDS {
        authorities.with.note(programs, &[])?;
        authorities.without.note(programs, &none)?;
    }
    authorities.with.count(programs, &[])?;
    authorities.without.count(programs, &none)?;
    Ok(authorities)
}

impl Start {
    fn note(&mut self, programs: &Programs, variables: &[(&str, String)]) -> Result<()> {
        let load_balancer = LoadBalancer::start(1, RULES)?;
        let variables = [&load_balancer.variables()[..], variables].concat();
        let process = Process::start(&programs.switcher.ours, &[], &variables)?;
        process.run(events::switches().take(1))?;
        self.time.push(milliseconds(process.cold()?));
        self.memory.push(process.peak_memory()?);
        Ok(())
    }

    fn count(&mut self, programs: &Programs, variables: &[(&str, String)]) -> Result<()> {
        let load_balancer = LoadBalancer::start(1, RULES)?;
        let variables = [&load_balancer.variables()[..], variables].concat();
        self.instructions =
            callgrind::total(&programs.switcher.ours, &variables, events::switches().take(1))?;
        Ok(())
    }
}
