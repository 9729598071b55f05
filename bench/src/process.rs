//! One run of a function under the local Runtime API.

use std::ffi::OsString;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Result;
use crate::program::Program;
use crate::runtime_api::{Invocation, RuntimeApi};

/// Long enough for Python inside valgrind.
const LIMIT: Duration = Duration::from_mins(5);

/// A function that was started; it ends when dropped.
pub(crate) struct Process {
    child: Child,
    api: RuntimeApi,
    spawned: Instant,
}

impl Process {
    pub(crate) fn start(program: &Program, tool: &[OsString], variables: &[(&str, String)]) -> Result<Self> {
        let api = RuntimeApi::start()?;
        let mut command = program.command(tool, &api.address.to_string());
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        let spawned = Instant::now();
        let child = command.spawn().map_err(|error| format!("{}: {error}", program.artifact.display()))?;
        Ok(Self { child, api, spawned })
    }

    /// Lets it answer these events.
    pub(crate) fn run(&self, events: impl IntoIterator<Item = Arc<str>>) -> Result<()> {
        self.api.run(events, LIMIT)
    }

    /// From the start to the first request for work.
    pub(crate) fn init(&self) -> Result<Duration> {
        Ok(self.api.ready().ok_or("the function never asked for work")? - self.spawned)
    }

    /// From the start to the first answer.
    pub(crate) fn cold(&self) -> Result<Duration> {
        let invocations = self.api.invocations();
        Ok(invocations.first().ok_or("the function never answered")?.answered - self.spawned)
    }

    /// The invocations after the first.
    pub(crate) fn warm(&self) -> Vec<Invocation> {
        self.api.invocations().split_off(1)
    }

    /// The most memory it ever held, in KiB.
    pub(crate) fn peak_memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        Ok(line.ok_or("no VmHWM")?.trim().trim_end_matches(" kB").parse()?)
    }

    /// The processor time of its threads.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        let mut sum = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let times = std::fs::read_to_string(task?.path().join("schedstat"))?;
            sum += times.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(sum))
    }

    /// Ends it by a signal that lets the tool around it write what it has seen.
    pub(crate) fn terminate(mut self) -> Result<()> {
        // It has asked for work, but may not have gone to sleep yet.
        std::thread::sleep(Duration::from_millis(300));
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
