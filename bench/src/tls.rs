//! TLS in front of the local load balancer.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Result;
use crate::load_balancer::LoadBalancer;
use crate::program::{Program, Programs, Trust};

/// A relay that ends when dropped.
pub(crate) struct Tls {
    relay: Child,
    /// Holds the lists of authorities.
    folder: PathBuf,
    port: u16,
}

impl Tls {
    pub(crate) fn start(programs: &Programs, load_balancer: &LoadBalancer) -> Result<Self> {
        let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = std::env::temp_dir().join(format!("bench-authorities-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let mut relay = Command::new(&programs.python)
            .arg(bench.join("tls/relay.py"))
            .arg(load_balancer.port().to_string())
            .arg(bench.join("../crates/priority-switcher/src/elb/amazon-roots.pem"))
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(relay.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok(Self { relay, folder, port: line.trim().parse()? })
    }

    /// What a switcher has to be told in place of the load balancer's own address.
    pub(crate) fn variables(&self, program: &Program) -> [(&'static str, String); 3] {
        let list = match program.trust {
            Trust::Amazon => "amazon.pem",
            Trust::Many => "botocore.pem",
        };
        let list = self.folder.join(list).to_string_lossy().into_owned();
        [
            ("AWS_ENDPOINT_URL", format!("https://127.0.0.1:{}", self.port)),
            // The Rust programs' and boto3's name for the same.
            ("SSL_CERT_FILE", list.clone()),
            ("AWS_CA_BUNDLE", list),
        ]
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        let _ = self.relay.kill();
        let _ = self.relay.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
