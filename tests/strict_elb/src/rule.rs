//! A rule as DescribeRules tells it.

use std::sync::Arc;

use serde_json::{Value, json};

/// A rule of a listener.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub arn: String,
    /// 1 to 50,000; none for the default rule.
    pub priority: Option<u32>,
    /// In the API's JSON. Shared, because states are copied a lot.
    pub conditions: Arc<[Value]>,
    pub actions: Arc<[Value]>,
}

impl Rule {
    /// A rule that forwards requests for a path, or the default rule, which asks for none.
    pub fn forward(arn: impl Into<String>, priority: Option<u32>, path: &str, target_group: &str) -> Self {
        let condition = json!({
            "Field": "path-pattern", "Values": [path], "PathPatternConfig": {"Values": [path]}
        });
        Self {
            arn: arn.into(),
            priority,
            conditions: priority.map(|_| condition).into_iter().collect(),
            actions: [json!({"Type": "forward", "TargetGroupArn": target_group})].into(),
        }
    }

    /// A rule that answers requests for a path by itself, with JSON.
    pub fn fixed_json(arn: impl Into<String>, priority: u32, path: &str, body: &str) -> Self {
        let response = json!({"StatusCode": "200", "ContentType": "application/json", "MessageBody": body});
        let action = json!({"Type": "fixed-response", "FixedResponseConfig": response});
        Self { actions: [action].into(), ..Self::forward(arn, Some(priority), path, "") }
    }

    /// A member of the `Rules` that DescribeRules answers with, in the API's JSON.
    ///
    /// # Panics
    /// If it is none.
    pub fn from_json(rule: &Value) -> Self {
        let list = |name: &str| rule[name].as_array().map(|list| list.as_slice().into()).unwrap_or_default();
        let priority = rule["Priority"].as_str().unwrap();
        Self {
            arn: rule["RuleArn"].as_str().unwrap().to_owned(),
            priority: (priority != "default").then(|| priority.parse().unwrap()),
            conditions: list("Conditions"),
            actions: list("Actions"),
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
            // With one target group, the API tells it in both places.
            several.map_or_else(|| std::slice::from_ref(action), |groups| groups.as_slice())
        });
        groups.filter_map(|group| group["TargetGroupArn"].as_str()).collect()
    }
}
