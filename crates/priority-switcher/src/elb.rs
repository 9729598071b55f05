//! The listener as Elastic Load Balancing keeps it. The only place that knows the SDK's types.

mod client;
mod convert;
mod failure;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, FixedResponseActionConfig, RulePriorityPair, Tag,
};

pub use client::{client, http_client, patient};

use crate::listener::{Listener, ListenerError};
use crate::plan::Move;
use crate::record::Tags;
use crate::rule::{OwnRules, RuleArn, RuleOrder};

const RULES: &str = "DescribeRules";

/// The largest page (<https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html>): one
/// call for any listener within the default quota of rules.
const PAGE_SIZE: i32 = 400;

/// More than any quota allows, and few enough to report within the function's time that they do not end.
const MOST_PAGES: usize = 20;

#[derive(Clone, Debug)]
pub struct ElbListener {
    pub client: Client,
    pub own: OwnRules,
}

impl Listener for ElbListener {
    fn own_rules(&self) -> &OwnRules {
        &self.own
    }

    async fn rules(&self) -> Result<RuleOrder, ListenerError> {
        let listener = self.own.maintenance.listener_arn();
        let request = self.client.describe_rules().listener_arn(listener).page_size(PAGE_SIZE);
        let mut pages = request.into_paginator().send();
        let mut rules = Vec::new();
        for _ in 0..=MOST_PAGES {
            let Some(page) = pages.next().await else { return convert::order(rules) };
            rules.extend(page.map_err(|error| failure::of(RULES, &error))?.rules.unwrap_or_default());
        }
        let problem = format!("{MOST_PAGES} pages were read, and the API still names another one");
        Err(ListenerError::Failed(format!("{RULES}: {problem}")))
    }

    async fn tags(&self) -> Result<Tags, ListenerError> {
        let rule = &self.own.maintenance;
        let answer = self.client.describe_tags().resource_arns(rule.as_str()).send().await;
        let answer = answer.map_err(|error| failure::of("DescribeTags", &error))?;
        let mut described = answer.tag_descriptions.unwrap_or_default().into_iter();
        let of_rule = described.find(|description| description.resource_arn() == Some(rule.as_str()));
        // An answer without the rule is not a rule without tags: an end would lose its window.
        let missing = || ListenerError::Failed(format!("DescribeTags: the answer does not name rule {rule}"));
        let tags = of_rule.ok_or_else(missing)?.tags.unwrap_or_default().into_iter();
        Ok(tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect())
    }

    async fn add_tags(&self, tags: &Tags) -> Result<(), ListenerError> {
        let rule = &self.own.maintenance;
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let request = self.client.add_tags().resource_arns(rule.as_str()).set_tags(Some(tags.collect()));
        request.send().await.map(drop).map_err(|error| failure::of("AddTags", &error))
    }

    async fn set_rule_priorities(&self, moves: &[Move]) -> Result<(), ListenerError> {
        let pairs = moves.iter().map(|one| {
            RulePriorityPair::builder().rule_arn(one.rule.as_str()).priority(one.to.get().into()).build()
        });
        let request = self.client.set_rule_priorities().set_rule_priorities(Some(pairs.collect()));
        request.send().await.map(drop).map_err(|error| failure::of("SetRulePriorities", &error))
    }

    async fn publish(&self, status_rule: &RuleArn, body: &str) -> Result<(), ListenerError> {
        let response = FixedResponseActionConfig::builder()
            .status_code("200")
            .content_type("application/json")
            .message_body(body)
            .build();
        let action = Action::builder().r#type(ActionTypeEnum::FixedResponse).fixed_response_config(response);
        // What is not named stays: the conditions.
        let request = self.client.modify_rule().rule_arn(status_rule.as_str()).actions(action.build());
        request.send().await.map(drop).map_err(|error| failure::of("ModifyRule", &error))
    }

    async fn can_answer(&self, target_group: &str) -> Result<bool, ListenerError> {
        let request = self.client.describe_target_health().target_group_arn(target_group);
        let answer = request.send().await.map_err(|error| failure::of("DescribeTargetHealth", &error))?;
        let targets = answer.target_health_descriptions.unwrap_or_default();
        // Where health checks are off, as they are by default for Lambda, a target is `unavailable`, and asked all the
        // same (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>).
        let mut states = targets.iter().filter_map(|target| target.target_health()?.state());
        let is_out =
            |state: &str| matches!(state, "unhealthy" | "unhealthy.draining" | "draining" | "unused");
        Ok(states.any(|state| !is_out(state.as_str())))
    }
}
