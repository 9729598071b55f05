//! Where and with what the figures were made. Nothing that names the machine.

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::program::Programs;

/// The machine and the versions.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: u64,
    pub(crate) kernel: String,
    /// How many processes wanted a core when the bench began.
    pub(crate) load: String,
    pub(crate) versions: Vec<(&'static str, String)>,
}

impl Machine {
    pub(crate) fn look(programs: &Programs) -> Result<Self> {
        let first_line = |path: &str| {
            Ok::<_, std::io::Error>(std::fs::read_to_string(path)?.lines().next().unwrap_or("").to_owned())
        };
        let field = |path: &str, name: &str| {
            let text = std::fs::read_to_string(path)?;
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or(":");
            Ok::<_, std::io::Error>(line.split_once(':').map_or("", |(_, value)| value).trim().to_owned())
        };
        let memory = field("/proc/meminfo", "MemTotal")?;
        let kib: u64 = memory.trim_end_matches(" kB").parse()?;
        let python = programs.python.as_path();
        let module = |name: &str| {
            let code = format!("from importlib.metadata import version; print(version('{name}'))");
            said(python, &["-c", &code])
        };
        let versions = vec![
            ("Rust", said(Path::new("rustc"), &["--version"])?.replace("rustc ", "")),
            ("lambda_runtime", locked("lambda_runtime")),
            ("aws-sdk-elasticloadbalancingv2", locked("aws-sdk-elasticloadbalancingv2")),
            ("Python", said(python, &["--version"])?.replace("Python ", "")),
            ("boto3", module("boto3")?),
            ("awslambdaric", module("awslambdaric")?),
            ("valgrind", said(Path::new("valgrind"), &["--version"])?.replace("valgrind-", "")),
        ];
        Ok(Self {
            date: said(Path::new("date"), &["-u", "+%Y-%m-%d"])?,
            processor: field("/proc/cpuinfo", "model name")?,
            cores: std::thread::available_parallelism()?.get(),
            memory_gib: kib.div_ceil(1024 * 1024),
            kernel: first_line("/proc/sys/kernel/osrelease")?,
            load: first_line("/proc/loadavg")?.split(' ').next().unwrap_or_default().to_owned(),
            versions,
        })
    }
}

fn said(program: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The version in the workspace's lock file.
fn locked(name: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let entry = lock.split_once(&format!("name = \"{name}\"\nversion = \""));
    entry.and_then(|(_, rest)| rest.split('"').next()).unwrap_or("unknown").to_owned()
}
