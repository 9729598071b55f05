//! The floor under the switcher: the calls that it makes for one listener, in its order, and nothing else.

use aws_config::BehaviorVersion;
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{Rule, RulePriorityPair, Tag};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

/// The tags that a start writes and an end removes.
const TAGS: [&str; 5] = ["home-priority", "active-priority", "displaced", "below", "since"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = &Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
    let rule = &std::env::var("MAINTENANCE_RULE_ARNS")?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        if event.payload["type"] == "start" {
            start(client, rule).await?;
        } else {
            end(client, rule).await?;
        }
        Ok::<_, Error>(json!({"outcome": "changed"}))
    }))
    .await
}

async fn start(client: &Client, maintenance: &str) -> Result<(), Error> {
    let rules = rules(client, maintenance).await?;
    let own = rules.iter().find(|rule| rule.rule_arn() == Some(maintenance));
    let target_group = own.and_then(|rule| rule.actions().first()?.target_group_arn()).unwrap_or_default();
    let tags = client.describe_tags().resource_arns(maintenance).send();
    let health = client.describe_target_health().target_group_arn(target_group).send();
    let (tags, health) = tokio::join!(tags, health);
    tags?;
    health?;
    let tags = TAGS.iter().map(|key| Tag::builder().key(*key).value("1").build()).collect();
    client.add_tags().resource_arns(maintenance).set_tags(Some(tags)).send().await?;
    set(client, &rules, maintenance, true).await?;
    let tags = client.describe_tags().resource_arns(maintenance).send();
    let (rules, tags) = tokio::join!(self::rules(client, maintenance), tags);
    rules?;
    tags?;
    Ok(())
}

async fn end(client: &Client, maintenance: &str) -> Result<(), Error> {
    let rules = rules(client, maintenance).await?;
    client.describe_tags().resource_arns(maintenance).send().await?;
    set(client, &rules, maintenance, false).await?;
    self::rules(client, maintenance).await?;
    let ended = Tag::builder().key("ended-at").value("1").build();
    client.add_tags().resource_arns(maintenance).tags(ended).send().await?;
    let keys = TAGS.iter().map(|key| (*key).to_owned()).collect();
    client.remove_tags().resource_arns(maintenance).set_tag_keys(Some(keys)).send().await?;
    self::rules(client, maintenance).await?;
    Ok(())
}

async fn rules(client: &Client, maintenance: &str) -> Result<Vec<Rule>, Error> {
    let listener = maintenance.rsplit_once('/').map_or(maintenance, |(listener, _)| listener);
    let listener = listener.replace("listener-rule/", "listener/");
    let answer = client.describe_rules().listener_arn(listener).page_size(400).send().await?;
    Ok(answer.rules.unwrap_or_default())
}

/// Puts the maintenance rule before or behind the others.
async fn set(client: &Client, rules: &[Rule], maintenance: &str, first: bool) -> Result<(), Error> {
    let mut arns: Vec<&str> = rules
        .iter()
        .filter(|rule| rule.priority() != Some("default"))
        .filter_map(|rule| rule.rule_arn())
        .filter(|arn| *arn != maintenance)
        .collect();
    arns.insert(if first { 0 } else { arns.len() }, maintenance);
    let pairs =
        (1..).zip(arns).map(|(place, arn)| RulePriorityPair::builder().rule_arn(arn).priority(place).build());
    client.set_rule_priorities().set_rule_priorities(Some(pairs.collect())).send().await?;
    Ok(())
}
