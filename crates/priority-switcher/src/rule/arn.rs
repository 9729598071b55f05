//! The name of a rule, and what it says of its listener.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// The ARN of one rule of an Application Load Balancer's listener:
/// `arn:<partition>:elasticloadbalancing:<region>:<account>:listener-rule/app/<name>/<id>/<listener>/<rule>`
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_elasticloadbalancingv2.html>).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RuleArn(String);

const NOT_A_RULE_ARN: &str = "not a rule ARN of an Application Load Balancer \
     (arn:aws:elasticloadbalancing:<region>:<account>:listener-rule/app/<name>/<id>/<listener>/<rule>)";

impl RuleArn {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn listener_arn(&self) -> String {
        self.without_id().replacen(":listener-rule/", ":listener/", 1)
    }

    /// The part of that ARN that a person recognizes: `app/<name>/<id>/<listener>`.
    pub fn listener(&self) -> &str {
        self.without_id().rsplit(":listener-rule/").next().unwrap_or_default()
    }

    fn without_id(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.as_str(), |(listener, _)| listener)
    }

    pub fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }

    /// The rule's id, the ARN's last part: short enough for a log line.
    pub fn id(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl FromStr for RuleArn {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let fields: Vec<&str> = text.split(':').collect();
        let ids: Vec<&str> = text.rsplit(':').next().unwrap_or_default().split('/').collect();
        let is_rule_arn = matches!(fields[..], ["arn", _, "elasticloadbalancing", _, _, _])
            && matches!(ids[..], ["listener-rule", "app", _, _, _, _])
            && ![fields, ids].concat().contains(&"")
            && !text.contains(' ');
        if is_rule_arn { Ok(Self(text.to_owned())) } else { Err(NOT_A_RULE_ARN) }
    }
}

impl fmt::Display for RuleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str =
        "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc/f2f7/9683";

    #[test]
    fn a_rule_arn_names_its_listener_region_and_id() {
        let arn: RuleArn = ARN.replace("arn:aws:", "arn:aws-cn:").parse().unwrap();
        insta::assert_snapshot!([&arn.listener_arn(), arn.listener(), arn.region(), arn.id()].join(" "), @"arn:aws-cn:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc/f2f7 app/shop/50dc/f2f7 eu-central-1 9683");
    }

    #[test]
    fn other_texts_are_refused() {
        let changes = [
            (ARN, ""),
            ("/app/", "/net/"),
            ("listener-rule/", "listener/"),
            ("elasticloadbalancing", "ec2"),
            ("eu-central-1", ""),
            ("/9683", ""),
            ("9683", ""),
            ("9683", "9683/more"),
            ("9683", "9683 "),
            ("9683", "9683:more"),
            ("arn:", ""),
        ];
        for (part, other) in changes {
            let text = ARN.replacen(part, other, 1);
            assert!(text.parse::<RuleArn>().is_err(), "{text}");
        }
    }
}
