//! TLS in front of the local load balancer.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Result;
use crate::load_balancer::LoadBalancer;
use crate::program::Programs;

/// A relay that ends when dropped.
pub(crate) struct Tls {
    relay: Child,
    trusted: PathBuf,
    port: u16,
}

impl Tls {
    pub(crate) fn start(programs: &Programs, load_balancer: &LoadBalancer) -> Result<Self> {
        let trusted = std::env::temp_dir().join(format!("bench-authorities-{}.pem", std::process::id()));
        let mut relay = Command::new(&programs.python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tls/relay.py"))
            .arg(load_balancer.port().to_string())
            .arg(&trusted)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(relay.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok(Self { relay, trusted, port: line.trim().parse()? })
    }

    /// What a switcher has to be told in place of the load balancer's own address.
    pub(crate) fn variables(&self) -> [(&'static str, String); 3] {
        let trusted = self.trusted.to_string_lossy().into_owned();
        [
            ("AWS_ENDPOINT_URL", format!("https://127.0.0.1:{}", self.port)),
            // The Rust programs' and boto3's name for the same.
            ("SSL_CERT_FILE", trusted.clone()),
            ("AWS_CA_BUNDLE", trusted),
        ]
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        let _ = self.relay.kill();
        let _ = self.relay.wait();
        let _ = std::fs::remove_file(&self.trusted);
    }
}
