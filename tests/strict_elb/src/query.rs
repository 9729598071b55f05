//! The query protocol: a form comes in, XML goes out.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html>

use serde_json::{Value, json};

use crate::load_balancer::{ApiError, StrictElb, error};
use crate::rule::Rule;

/// The parameters of a request, as the API's JSON: `Tags.member.1.Key=a` becomes `{"Tags": [{"Key": "a"}]}`.
pub(crate) fn parse(body: &[u8]) -> Value {
    let mut parameters = json!({});
    for (path, text) in form_urlencoded::parse(body) {
        let mut place = &mut parameters;
        for step in path.split('.').filter(|step| *step != "member") {
            place = match step.parse::<usize>() {
                Ok(number) => member(place, number.saturating_sub(1)),
                Err(_) => &mut place[step],
            };
        }
        *place = json!(text);
    }
    parameters
}

fn member(list: &mut Value, index: usize) -> &mut Value {
    if list.is_null() {
        *list = json!([]);
    }
    let members = list.as_array_mut().unwrap();
    members.resize(members.len().max(index + 1), Value::Null);
    &mut members[index]
}

/// The result of the action, in the API's JSON.
pub(crate) fn answer(query: &Value, elb: &mut StrictElb) -> Result<Value, ApiError> {
    let (one, list) = (|name: &str| text(&query[name]), |name: &str| query[name].as_array());
    let all = |name: &str| list(name).into_iter().flatten();
    let nothing = |()| json!({});
    match one("Action") {
        "DescribeRules" => {
            let size = query["PageSize"].as_str().unwrap_or("400").parse().unwrap_or_default();
            let (rules, next) = elb.describe_rules(one("ListenerArn"), size, query["Marker"].as_str())?;
            let rules: Vec<_> = rules.iter().map(Rule::to_json).collect();
            Ok(json!({"Rules": rules, "NextMarker": next}))
        }
        "DescribeTags" => {
            let describe = |arn: &Value| {
                let tags = elb.describe_tags(text(arn))?.into_iter();
                let tags: Vec<_> = tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
                Ok(json!({"ResourceArn": arn, "Tags": tags}))
            };
            let described = all("ResourceArns").map(describe).collect::<Result<Vec<_>, _>>()?;
            Ok(json!({"TagDescriptions": described}))
        }
        "AddTags" => {
            let Some([arn]) = list("ResourceArns").map(Vec::as_slice) else {
                return Err(error("ValidationError", "one resource was expected"));
            };
            let tags = all("Tags").map(|tag| (text(&tag["Key"]).to_owned(), text(&tag["Value"]).to_owned()));
            elb.add_tags(text(arn), &tags.collect()).map(nothing)
        }
        "SetRulePriorities" => {
            let number = |pair: &Value| text(&pair["Priority"]).parse().unwrap_or_default();
            let pairs = all("RulePriorities").map(|pair| (text(&pair["RuleArn"]).to_owned(), number(pair)));
            elb.set_rule_priorities(&pairs.collect::<Vec<_>>()).map(nothing)
        }
        "ModifyRule" => elb.modify_rule(one("RuleArn"), query).map(nothing),
        "DescribeTargetHealth" => {
            let states = elb.target_health(one("TargetGroupArn"))?.into_iter();
            let targets: Vec<_> = states.map(|state| json!({"TargetHealth": {"State": state}})).collect();
            Ok(json!({"TargetHealthDescriptions": targets}))
        }
        other => Err(error("InvalidAction", other)),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(crate) fn to_xml(action: &str, result: &Result<Value, ApiError>) -> String {
    const NAMESPACE: &str = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";
    const ID: &str = "<RequestId>f0e1d2c3-0000-4000-8000-000000000000</RequestId>";
    let (root, contents) = match result {
        Ok(result) => {
            let result = elements(&json!({format!("{action}Result"): result}));
            (format!("{action}Response"), format!("{result}<ResponseMetadata>{ID}</ResponseMetadata>"))
        }
        Err(ApiError { code, message }) => {
            let error = json!({"Error": {"Type": "Sender", "Code": code, "Message": message}});
            ("ErrorResponse".to_owned(), elements(&error) + ID)
        }
    };
    format!("<{root} xmlns=\"{NAMESPACE}\">{contents}</{root}>")
}

/// A list becomes `member` elements; null is left out.
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
