//! The programs that are compared, and how each is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One implementation of a function.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The file that Lambda would get.
    pub(crate) artifact: PathBuf,
    /// Its name inside the zip.
    pub(crate) packed_as: &'static str,
    command: Vec<OsString>,
    /// Many times slower than the others, so it is run less often.
    pub(crate) is_slow: bool,
    pub(crate) trust: Trust,
}

/// The certificate authorities that a program reads if nobody names others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trust {
    Amazon,
    /// The system's or botocore's: some hundred and fifty.
    Many,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) responder: Contest,
    pub(crate) switcher: Contest,
    pub(crate) python: PathBuf,
}

/// The implementations of one function.
#[derive(Debug)]
pub(crate) struct Contest {
    pub(crate) ours: Program,
    /// The least that a Rust function has to do.
    pub(crate) bare: Program,
    /// The script that one would write first.
    pub(crate) python: Program,
}

impl Contest {
    pub(crate) fn all(&self) -> [&Program; 3] {
        [&self.ours, &self.bare, &self.python]
    }
}

impl Programs {
    pub(crate) fn new(builds: &Path, python: &Path) -> Self {
        let contest = |ours: &str, bare: &str, script: &'static str| Contest {
            ours: Program::native(builds.join(ours)),
            bare: Program::native(builds.join(bare)),
            python: Program::python(python, script),
        };
        let responder = contest("maintenance-responder", "bare-runtime", "responder.py");
        let mut switcher = contest("priority-switcher", "bare-sdk", "switcher.py");
        switcher.ours.trust = Trust::Amazon;
        Self { responder, switcher, python: python.to_owned() }
    }
}

impl Program {
    pub(crate) fn native(binary: PathBuf) -> Self {
        let command = vec![binary.clone().into_os_string()];
        Self { artifact: binary, packed_as: "bootstrap", command, is_slow: false, trust: Trust::Many }
    }

    fn python(python: &Path, script: &'static str) -> Self {
        let handler = script.replace(".py", ".handler");
        let mut command = vec![python.as_os_str().to_owned()];
        command.extend(["-m", "awslambdaric", &handler].map(OsString::from));
        Self { artifact: naive().join(script), packed_as: script, command, is_slow: true, trust: Trust::Many }
    }

    /// Started as by Lambda, perhaps inside a `tool`: nothing of this machine's environment, and the log is
    /// not kept.
    pub(crate) fn command(&self, tool: &[OsString], runtime_api: &str) -> Command {
        let mut line = tool.iter().chain(&self.command);
        let mut command =
            Command::new(line.next().map_or("", |first| first.as_os_str().to_str().unwrap_or("")));
        command
            .args(line)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("PYTHONPATH", naive())
            .env("LANG", "en_US.UTF-8")
            .env("TZ", ":UTC")
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_DEFAULT_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "bench")
            .env("AWS_SECRET_ACCESS_KEY", "bench")
            .env("AWS_SESSION_TOKEN", "bench")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }
}

fn naive() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("naive")
}
