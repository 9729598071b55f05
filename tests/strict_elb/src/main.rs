//! A load balancer for the bench: `strict-elb --listeners N --rules M [--delay-ms D]`.
//!
//! Every listener has M rules at 2 to M + 1, a maintenance rule at 50000, a placeholder rule at 1 and a default rule.
//! The first line on stdout is JSON: `endpoint`, `maintenance_rules` and `placeholder_rules` (their ARNs). It serves
//! until its stdin closes; every call takes D milliseconds.

use std::error::Error;
use std::io::{Read as _, Write as _, stdin, stdout};
use std::time::Duration;

use serde_json::json;
use strict_elb::{Rule, Server, StrictElb};

const SCOPE: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";
const ACTIVE: u32 = 1;
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
    (1..=listeners).for_each(|number| add_listener(&mut elb, number, rules));
    let arns = |rule: u32| (1..=listeners).map(|listener| arn(listener, rule)).collect::<Vec<_>>();
    let server = Server::answering_after(Duration::from_millis(delay.unwrap_or_default()), elb);
    let first = json!({
        "endpoint": format!("http://{}", server.address),
        "maintenance_rules": arns(RESTING),
        "placeholder_rules": arns(ACTIVE),
    });
    writeln!(stdout(), "{first}")?;
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn arn(listener: u32, rule: u32) -> String {
    format!("{SCOPE}:listener-rule/app/shop/50dc6c495c0c9188/{listener:016x}/{rule:016x}")
}

fn add_listener(elb: &mut StrictElb, listener: u32, rules: u32) {
    let mut forward = |number: u32, path: &str, name: &str| {
        let target_group = format!("{SCOPE}:targetgroup/{name}/6d0ecf831eec9f09");
        elb.add_rule(Rule::forward(
            arn(listener, number),
            (number > 0).then_some(number),
            path,
            &target_group,
        ));
    };
    forward(0, "", "default");
    forward(ACTIVE, "/placeholder.invalid", "placeholder");
    for number in (ACTIVE + 1..).take(rules as usize) {
        forward(number, &format!("/part-{number}/*"), &format!("part-{number}"));
    }
    forward(RESTING, "/*", "maintenance");
}
