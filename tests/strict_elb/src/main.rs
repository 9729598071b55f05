//! A load balancer for the bench: `strict-elb --listeners N --rules M [--delay-ms D]`.
//!
//! Every listener has M rules at 1 to M, a maintenance rule at 50000 and a default rule, so that a start
//! has to move all of them. The first line on stdout is JSON: `endpoint`, and the `maintenance_rules`'
//! ARNs. It serves until its stdin closes; every call takes D milliseconds.

use std::error::Error;
use std::io::{Read as _, Write as _, stdin, stdout};
use std::time::Duration;

use serde_json::json;
use strict_elb::{Rule, Server, StrictElb};

const SCOPE: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";
const RESTING: u32 = 50_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = pico_args::Arguments::from_env();
    let listeners: u32 = arguments.value_from_str("--listeners")?;
    let rules: u32 = arguments.value_from_str("--rules")?;
    let delay: Option<u64> = arguments.opt_value_from_str("--delay-ms")?;
    if let [unknown, ..] = &arguments.finish()[..] {
        return Err(format!("unknown argument {}", unknown.display()).into());
    }
    let mut elb = StrictElb::default();
    let maintenance_rules: Vec<_> =
        (1..=listeners).map(|number| add_listener(&mut elb, number, rules)).collect();
    let server = Server::answering_after(Duration::from_millis(delay.unwrap_or_default()), elb);
    let endpoint = format!("http://{}", server.address);
    writeln!(stdout(), "{}", json!({"endpoint": endpoint, "maintenance_rules": maintenance_rules}))?;
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// The ARN of its maintenance rule.
fn add_listener(elb: &mut StrictElb, listener: u32, rules: u32) -> String {
    let arn =
        |rule: u32| format!("{SCOPE}:listener-rule/app/shop/50dc6c495c0c9188/{listener:016x}/{rule:016x}");
    let target_group = |name: &str| format!("{SCOPE}:targetgroup/{name}/6d0ecf831eec9f09");
    elb.add_rule(Rule::forward(arn(0), None, "", &target_group("default")));
    for place in 1..=rules {
        let (path, name) = (format!("/part-{place}/*"), format!("part-{place}"));
        elb.add_rule(Rule::forward(arn(place), Some(place), &path, &target_group(&name)));
    }
    elb.add_rule(Rule::forward(arn(RESTING), Some(RESTING), "/*", &target_group("maintenance")));
    arn(RESTING)
}
