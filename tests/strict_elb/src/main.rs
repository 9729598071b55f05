//! A load balancer for the bench: `strict-elb MILLISECONDS RULES`, where each call takes so long and the listener has
//! these rules. The first line on stdout is JSON: the endpoint, and each rule's ARN by its name. It serves until its
//! stdin closes.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Read as _, Write as _, stdin, stdout};
use std::time::Duration;

use serde_json::json;
use strict_elb::{Server, StrictElb, rule_arn};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [milliseconds, rules] = arguments.as_slice() else {
        return Err("accepted: strict-elb MILLISECONDS RULES".into());
    };
    let elb = StrictElb::new("shop", rules);
    let arns: BTreeMap<_, _> =
        elb.order("shop").into_iter().map(|(_, name)| (name.clone(), rule_arn("shop", &name))).collect();
    let server = Server::start(elb, Duration::from_millis(milliseconds.parse()?));
    writeln!(stdout(), "{}", json!({"endpoint": server.endpoint, "rules": arns}))?;
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
