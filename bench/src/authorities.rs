//! The part of the switcher's start that goes into certificate authorities: its own few, or all of the
//! system's.

use std::path::Path;

use crate::callgrind;
use crate::load_balancer::LoadBalancer;
use crate::process::Process;
use crate::program::Programs;
use crate::samples::Samples;
use crate::timing::{RULES, milliseconds};
use crate::{Result, events};

const ROUNDS: usize = 15;

/// Where the TLS library looks for the system's authorities.
const FILES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];
const FOLDERS: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// A start from cold that trusts whom the switcher trusts by itself, and one that is told to trust the system's
/// authorities.
#[derive(Debug, Default)]
pub(crate) struct Authorities {
    pub(crate) amazon: Start,
    pub(crate) system: Start,
}

/// Time in milliseconds, memory in KiB.
#[derive(Debug, Default)]
pub(crate) struct Start {
    pub(crate) time: Samples,
    pub(crate) memory: Samples,
    pub(crate) instructions: f64,
}

pub(crate) fn look(programs: &Programs) -> Result<Authorities> {
    let system = of_the_system()?;
    let mut authorities = Authorities::default();
    for _ in 0..ROUNDS {
        authorities.amazon.note(programs, &[])?;
        authorities.system.note(programs, &system)?;
    }
    authorities.amazon.count(programs, &[])?;
    authorities.system.count(programs, &system)?;
    Ok(authorities)
}

/// The variables that make a program read what it would read if it asked the system.
fn of_the_system() -> Result<Vec<(&'static str, String)>> {
    let exists = |place: &&str| Path::new(place).exists();
    let file = FILES.into_iter().find(exists).map(|file| ("SSL_CERT_FILE", file.to_owned()));
    let folders: Vec<_> = FOLDERS.into_iter().filter(exists).collect();
    let folders = (!folders.is_empty()).then(|| ("SSL_CERT_DIR", folders.join(":")));
    let variables: Vec<_> = file.into_iter().chain(folders).collect();
    if variables.is_empty() {
        let looked = [&FILES[..], &FOLDERS].concat().join(", ");
        return Err(format!("the system has no certificate authorities; looked for {looked}").into());
    }
    Ok(variables)
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
