//! A load balancer for the bench: `strict-elb [MILLISECONDS]`, which each call takes.
//!
//! Its listener has six rules at 2 to 7, a maintenance rule at 50000, a placeholder rule at 1 and a default rule. The
//! first line on stdout is JSON: the variables that lead a switcher there. It serves until its stdin closes.

use std::error::Error;
use std::io::{Read as _, Write as _, stdin, stdout};
use std::time::Duration;

use serde_json::json;
use strict_elb::{Server, StrictElb, rule_arn};

fn main() -> Result<(), Box<dyn Error>> {
    let milliseconds = std::env::args().nth(1).map_or(Ok(0), |argument| argument.parse())?;
    let mut elb = StrictElb::default();
    elb.add_rules("shop", "1 placeholder, 50000 maintenance /*");
    elb.add_rules("shop", "2 part-2, 3 part-3, 4 part-4, 5 part-5, 6 part-6, 7 part-7");
    let server = Server::start(elb, Duration::from_millis(milliseconds));
    let first = json!({
        "AWS_ENDPOINT_URL": server.endpoint,
        "MAINTENANCE_RULE_ARNS": rule_arn("shop", "maintenance"),
        "PLACEHOLDER_RULE_ARNS": rule_arn("shop", "placeholder"),
    });
    writeln!(stdout(), "{first}")?;
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
