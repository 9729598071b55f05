//! The query protocol: a form comes in, XML goes out.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::load_balancer::{ApiError, StrictElb, error};
use crate::rule::Rule;

/// A request, its parameters still as they came.
pub(crate) struct Query {
    pub(crate) action: String,
    parameters: BTreeMap<String, String>,
}

impl Query {
    pub(crate) fn parse(body: &[u8]) -> Self {
        let mut parameters: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        Self { action: parameters.remove("Action").unwrap_or_default(), parameters }
    }

    /// The values of `name.member.1`, `name.member.2` and so on.
    fn members(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|index| self.get(&format!("{name}.member.{index}"))).collect()
    }

    /// The values of two fields of every member of a list.
    fn pairs(&self, name: &str, fields: [&str; 2]) -> impl Iterator<Item = [&str; 2]> {
        (1..).map_while(move |index| {
            let [one, other] = fields.map(|field| self.get(&format!("{name}.member.{index}.{field}")));
            Some([one?, other?])
        })
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    fn one(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| error("ValidationError", format!("{name} is required")))
    }

    fn only_resource(&self) -> Result<&str, ApiError> {
        match self.members("ResourceArns")[..] {
            [arn] => Ok(arn),
            _ => Err(error("ValidationError", "one resource was expected")),
        }
    }

    /// The result of the action, in the API's JSON.
    pub(crate) fn answer(&self, elb: &mut StrictElb) -> Result<Value, ApiError> {
        if self.get("Version") != Some("2015-12-01") {
            return Err(error("InvalidParameterValue", "Version"));
        }
        match self.action.as_str() {
            "DescribeRules" => {
                let size = self.get("PageSize").unwrap_or("400").parse().unwrap_or_default();
                let page = elb.describe_rules(self.one("ListenerArn")?, size, self.get("Marker"))?;
                let rules: Vec<_> = page.rules.iter().map(Rule::to_json).collect();
                Ok(json!({"Rules": rules, "NextMarker": page.next}))
            }
            "DescribeTags" => {
                let describe = |arn: &str| {
                    let tags = elb.describe_tags(arn)?.into_iter();
                    let tags: Vec<_> = tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
                    Ok(json!({"ResourceArn": arn, "Tags": tags}))
                };
                let described = self.members("ResourceArns").into_iter().map(describe);
                Ok(json!({"TagDescriptions": described.collect::<Result<Vec<_>, _>>()?}))
            }
            "AddTags" => {
                let tags = self.pairs("Tags", ["Key", "Value"]);
                let tags = tags.map(|[key, value]| (key.to_owned(), value.to_owned())).collect();
                elb.add_tags(self.only_resource()?, &tags).map(|()| json!({}))
            }
            "RemoveTags" => {
                elb.remove_tags(self.only_resource()?, &self.members("TagKeys")).map(|()| json!({}))
            }
            "SetRulePriorities" => {
                let pairs = self.pairs("RulePriorities", ["RuleArn", "Priority"]);
                let pairs: Vec<_> = pairs
                    .map(|[arn, priority]| (arn.to_owned(), priority.parse().unwrap_or_default()))
                    .collect();
                elb.set_rule_priorities(&pairs).map(|()| json!({}))
            }
            "ModifyRule" => {
                let one = "Actions.member.1.FixedResponseConfig.";
                let known = |name: &str| {
                    ["Version", "RuleArn", "Actions.member.1.Type", "Actions.member.1.Order"].contains(&name)
                        || name.starts_with(one)
                };
                if let Some(other) = self.parameters.keys().find(|name| !known(name)) {
                    return Err(error(
                        "ValidationError",
                        format!("{other}: one fixed response is all that is known"),
                    ));
                }
                if self.one("Actions.member.1.Type")? != "fixed-response" {
                    return Err(error("ValidationError", "Actions.member.1.Type"));
                }
                let fields = ["StatusCode", "ContentType", "MessageBody"];
                let response = fields.map(|name| (name.to_owned(), json!(self.get(&format!("{one}{name}")))));
                elb.modify_rule(self.one("RuleArn")?, &response.into_iter().collect()).map(|()| json!({}))
            }
            "DescribeTargetHealth" => {
                let states = elb.target_health(self.one("TargetGroupArn")?)?.into_iter();
                let targets: Vec<_> = states.map(|state| json!({"TargetHealth": {"State": state}})).collect();
                Ok(json!({"TargetHealthDescriptions": targets}))
            }
            other => Err(error("InvalidAction", other)),
        }
    }
}

/// The body of an answer.
pub(crate) fn to_xml(action: &str, result: &Result<Value, ApiError>) -> String {
    const NAMESPACE: &str = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";
    const ID: &str = "f0e1d2c3-0000-4000-8000-000000000000";
    // Each by itself: the SDK looks for the result in the first place, and an object may sort its fields.
    let (root, contents) = match result {
        Ok(result) => (
            format!("{action}Response"),
            [json!({format!("{action}Result"): result}), json!({"ResponseMetadata": {"RequestId": ID}})],
        ),
        Err(ApiError { code, message }) => (
            "ErrorResponse".to_owned(),
            [
                json!({"Error": {"Type": "Sender", "Code": code, "Message": message}}),
                json!({"RequestId": ID}),
            ],
        ),
    };
    format!("<{root} xmlns=\"{NAMESPACE}\">{}</{root}>", contents.iter().map(elements).collect::<String>())
}

/// A list becomes `member` elements, and what is null is left out.
fn elements(value: &Value) -> String {
    let element = |name: &str, value: &Value| match value {
        Value::Null => String::new(),
        value => format!("<{name}>{}</{name}>", elements(value)),
    };
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| element(name, value)).collect(),
        Value::Array(members) => members.iter().map(|member| element("member", member)).collect(),
        Value::String(text) => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        other => other.to_string(),
    }
}
