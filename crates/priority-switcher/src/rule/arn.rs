//! The names of load balancer parts.
//!
//! Forms: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_elasticloadbalancingv2.html>

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The ARN of one rule of an Application Load Balancer's listener:
/// `arn:<partition>:elasticloadbalancing:<region>:<account>:listener-rule/app/<name>/<id>/<listener>/<rule>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleArn(String);

/// The ARN of a listener of an Application Load Balancer:
/// `arn:<partition>:elasticloadbalancing:<region>:<account>:listener/app/<name>/<id>/<listener>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerArn(String);

/// The ARN of a target group, as the API gave it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetGroupArn(String);

/// The text is not the ARN of a rule of an Application Load Balancer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a rule ARN of an Application Load Balancer \
     (arn:aws:elasticloadbalancing:<region>:<account>:listener-rule/app/<name>/<id>/<listener>/<rule>)"
)]
pub struct NotARuleArn;

const RULE: &str = "listener-rule/app/";
const LISTENER: &str = "listener/app/";

impl RuleArn {
    /// The listener that the rule belongs to: the same ARN without the rule's own id.
    pub fn listener(&self) -> ListenerArn {
        let without_rule = self.0.rsplit_once('/').map_or(self.0.as_str(), |(listener, _)| listener);
        ListenerArn(without_rule.replacen(RULE, LISTENER, 1))
    }

    /// The region that the rule is in.
    pub fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }

    /// The rule's own id, the ARN's last part: short enough for a log line.
    pub fn id(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RuleArn {
    type Err = NotARuleArn;

    fn from_str(text: &str) -> Result<Self, NotARuleArn> {
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let [arn, partition, service, region, account, resource] = fields[..] else {
            return Err(NotARuleArn);
        };
        let parts: Vec<&str> = resource.split('/').collect();
        let known = arn == "arn"
            && service == "elasticloadbalancing"
            && resource.starts_with(RULE)
            && parts.len() == 6
            && !resource.contains([':', ' ']);
        let filled = [partition, region, account].iter().chain(&parts).all(|part| !part.is_empty());
        if known && filled { Ok(Self(text.to_owned())) } else { Err(NotARuleArn) }
    }
}

impl ListenerArn {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part that tells a person which listener it is: `app/<name>/<id>/<listener>`.
    pub fn short(&self) -> &str {
        self.0.split_once(":listener/").map_or(self.0.as_str(), |(_, name)| name)
    }
}

impl TargetGroupArn {
    /// Takes the ARN as the API gave it.
    pub fn new(arn: impl Into<String>) -> Self {
        Self(arn.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part that tells a person which target group it is: `targetgroup/<name>/<id>`.
    pub fn short(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or(&self.0)
    }
}

macro_rules! text_form {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )*};
}

text_form!(RuleArn, ListenerArn, TargetGroupArn);

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee";

    #[test]
    fn a_rule_arn_names_its_listener_region_and_id() {
        let arn: RuleArn = ARN.parse().unwrap();
        assert_eq!(
            arn.listener().as_str(),
            "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2"
        );
        assert_eq!(arn.listener().short(), "app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2");
        assert_eq!(arn.region(), "eu-central-1");
        assert_eq!(arn.id(), "9683b2d02a6cabee");
    }

    #[test]
    fn arns_of_other_partitions_are_accepted() {
        assert!(ARN.replace("arn:aws:", "arn:aws-cn:").parse::<RuleArn>().is_ok());
    }

    #[test]
    fn what_is_no_rule_arn_of_an_application_load_balancer_is_refused() {
        let wrong = [
            String::new(),
            "shop".into(),
            ARN.replace("/app/", "/net/"),
            ARN.replace("listener-rule/", "listener/"),
            ARN.replace("elasticloadbalancing", "ec2"),
            ARN.replace("eu-central-1", ""),
            ARN.replace("/9683b2d02a6cabee", ""),
            ARN.replace("9683b2d02a6cabee", ""),
            format!("{ARN}/more"),
            format!("{ARN} "),
            ARN.replacen("arn:", "", 1),
        ];
        for text in wrong {
            assert_eq!(text.parse::<RuleArn>(), Err(NotARuleArn), "{text}");
        }
    }
}
