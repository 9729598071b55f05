//! A rule as DescribeRules tells it.

use std::sync::Arc;

use serde_json::{Value, json};

const ACCOUNT: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";

/// The ARN of a rule, which names its listener.
pub fn rule_arn(listener: &str, name: &str) -> String {
    format!("{ACCOUNT}:listener-rule/app/shop/50dc6c495c0c9188/{listener}/{name}")
}

pub fn target_group_arn(name: &str) -> String {
    format!("{ACCOUNT}:targetgroup/{name}/6d0ecf831eec9f09")
}

/// An action that answers by itself, with JSON, in the API's JSON.
pub fn fixed_response(status: &str, body: &str) -> Value {
    let response = json!({"StatusCode": status, "ContentType": "application/json", "MessageBody": body});
    json!({"Type": "fixed-response", "FixedResponseConfig": response})
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub arn: String,
    /// 1 to 50,000; none for the default rule.
    pub priority: Option<u32>,
    /// In the API's JSON. Shared, because states are copied a lot.
    pub conditions: Arc<[Value]>,
    pub actions: Arc<[Value]>,
}

impl Rule {
    /// Reads `7 status a.example.com/status.json 200`: the priority or `default`, the name, the host and the path that it
    /// matches, and the status of its fixed response. Without a status, it forwards to a target group of its name;
    /// without host and path, it matches `/<name>*`.
    pub(crate) fn parse(listener: &str, line: &str) -> Self {
        let mut words = line.split(' ');
        let (priority, name) = (words.next().unwrap().parse().ok(), words.next().unwrap());
        let place = words.next().map_or_else(|| format!("/{name}*"), str::to_owned);
        let (host, path) = place.split_at(place.find('/').unwrap());
        let forward = json!({"Type": "forward", "TargetGroupArn": target_group_arn(name)});
        let conditions =
            [("host-header", "HostHeaderConfig", host), ("path-pattern", "PathPatternConfig", path)]
                .into_iter()
                .filter(|(_, _, value)| priority.is_some() && !value.is_empty())
                .map(|(field, config, value)| json!({"Field": field, config: {"Values": [value]}}));
        Self {
            arn: rule_arn(listener, name),
            priority,
            conditions: conditions.collect(),
            actions: [words.next().map_or(forward, |status| fixed_response(status, ""))].into(),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let priority = self.priority.map_or_else(|| "default".to_owned(), |priority| priority.to_string());
        json!({
            "RuleArn": self.arn,
            "Priority": priority,
            "Conditions": self.conditions.to_vec(),
            "Actions": self.actions.to_vec(),
            "IsDefault": self.priority.is_none(),
        })
    }

    /// What it answers by itself, if it does.
    pub fn body(&self) -> Option<&str> {
        self.actions.iter().find_map(|action| action["FixedResponseConfig"]["MessageBody"].as_str())
    }

    /// The ARNs of the target groups that it forwards to.
    pub fn target_groups(&self) -> Vec<&str> {
        let groups = self.actions.iter().flat_map(|action| {
            let several = action["ForwardConfig"]["TargetGroups"].as_array();
            several.map_or_else(|| std::slice::from_ref(action), |groups| groups.as_slice())
        });
        groups.filter_map(|group| group["TargetGroupArn"].as_str()).collect()
    }
}
