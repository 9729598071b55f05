//! The tests' strict load balancer, which refuses what the real one refuses, with listeners to switch.

#[allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the tests' own files, of which the bench needs a part"
)]
#[path = "../../crates/priority-switcher/tests/behaviour/support/server.rs"]
mod server;
#[allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the tests' own files, of which the bench needs a part"
)]
#[path = "../../crates/priority-switcher/tests/behaviour/support/strict.rs"]
mod strict;

use std::time::Duration;

use server::Server;
use strict::{StrictElb, StrictRule};

use crate::Result;
use crate::rule::RuleArn;

/// The API's own largest page.
const PAGE_SIZE: usize = 400;

/// A load balancer behind HTTP.
pub(crate) struct LoadBalancer {
    server: Server,
    maintenance_rules: Vec<String>,
}

impl LoadBalancer {
    /// Every listener has this many rules besides the default one: numbered without a gap, the maintenance
    /// rule last, so that a switch has to move all of them.
    pub(crate) fn start(listeners: usize, rules: u32) -> Result<Self> {
        Self::answering_after(Duration::ZERO, listeners, rules)
    }

    /// The same some way off: every call takes this long.
    pub(crate) fn answering_after(delay: Duration, listeners: usize, rules: u32) -> Result<Self> {
        let mut elb = StrictElb::with_pages_of(PAGE_SIZE);
        let mut maintenance_rules = Vec::new();
        for listener in 1..=listeners {
            for place in 1..=rules {
                let is_maintenance = place == rules;
                let name = format!("{:016x}", place + 0x9683_b2d0);
                let arn = arn(listener, &name)?;
                if is_maintenance {
                    maintenance_rules.push(arn.to_string());
                }
                elb.add_rule(StrictRule {
                    arn,
                    priority: Some(place),
                    path: if is_maintenance { "/*".into() } else { format!("/part-{place}/*") },
                    target_group: format!("part-{place}/6d0ecf831eec9f09"),
                });
            }
            elb.add_rule(StrictRule {
                arn: arn(listener, "default")?,
                priority: None,
                path: String::new(),
                target_group: "default/6d0ecf831eec9f09".into(),
            });
        }
        Ok(Self { server: Server::answering_after(delay, elb), maintenance_rules })
    }

    /// What the switcher has to be told of it.
    pub(crate) fn variables(&self) -> [(&'static str, String); 2] {
        [
            ("MAINTENANCE_RULE_ARNS", self.maintenance_rules.join(",")),
            ("AWS_ENDPOINT_URL", format!("http://{}", self.server.address)),
        ]
    }

    pub(crate) fn port(&self) -> u16 {
        self.server.address.port()
    }

    /// The names of the calls so far.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.server.requests()
    }

    /// How many of them stood one behind the other.
    pub(crate) fn round_trips(&self) -> usize {
        self.server.round_trips()
    }
}

fn arn(listener: usize, rule: &str) -> Result<RuleArn> {
    let text = format!(
        "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/{listener:016x}/{rule}"
    );
    text.parse().map_err(|error| format!("{text}: {error}").into())
}
