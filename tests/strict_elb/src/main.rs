//! A load balancer for the bench and for a test of preflight: `strict-elb [MILLISECONDS]`, which each call takes.
//!
//! Each of its three listeners has six rules at 2 to 7, a maintenance rule at 50000, a placeholder rule at 1. The first
//! line on stdout is JSON: `endpoint`, `maintenance_rules`, `placeholder_rules` (ARNs). It serves until stdin closes.

use std::error::Error;
use std::io::{Read as _, Write as _, stdin, stdout};
use std::time::Duration;

use serde_json::json;
use strict_elb::{Server, StrictElb, rule_arn};

const LISTENERS: [&str; 3] = ["one", "two", "three"];

fn main() -> Result<(), Box<dyn Error>> {
    let milliseconds = std::env::args().nth(1).map_or(Ok(0), |argument| argument.parse())?;
    let mut elb = StrictElb::default();
    for listener in LISTENERS {
        elb.add_rules(listener, "1 placeholder, 50000 maintenance /*");
        elb.add_rules(listener, "2 part-2, 3 part-3, 4 part-4, 5 part-5, 6 part-6, 7 part-7");
    }
    let server = Server::start(elb, Duration::from_millis(milliseconds));
    let first = json!({
        "endpoint": server.endpoint,
        "maintenance_rules": LISTENERS.map(|listener| rule_arn(listener, "maintenance")),
        "placeholder_rules": LISTENERS.map(|listener| rule_arn(listener, "placeholder")),
    });
    writeln!(stdout(), "{first}")?;
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
