//! Metrics as log lines, in the CloudWatch embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use serde_json::{Value, json};

use crate::state::{Situation, State};
use crate::timestamp::Timestamp;

/// A listener as it was read after the last attempt to write; of one that failed, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerStatus {
    pub listener: String,
    pub state: State,
    /// When the window has to end, while the system is closed.
    pub limit: Option<Timestamp>,
    /// How many foreign rules get no request because the maintenance rule rests above them.
    pub shadowed_rules: usize,
    /// Whether at rest a start would fail or requests reach the responder.
    pub is_blocked: bool,
    /// Whether every target group of the maintenance rule has a target that can answer, if that is known.
    pub can_answer: Option<bool>,
}

#[derive(Clone, Debug, Default)]
pub struct Measures {
    pub listeners: Vec<ListenerStatus>,
    /// Of a start or an end: whether it came too late.
    pub ignored: Option<bool>,
    /// Of a check: whether it could not do its work.
    pub check_failed: Option<bool>,
}

impl Measures {
    /// A line for each listener, whose values count for the function, too, and one for a check.
    pub fn lines(&self, function_name: &str, now: Timestamp) -> Vec<String> {
        let listeners = self.listeners.iter().map(|status| {
            let names = json!({"FunctionName": function_name, "Listener": status.listener});
            let dimensions = json!([["FunctionName"], ["FunctionName", "Listener"]]);
            line(names, &dimensions, &status.values(self.ignored, now), now)
        });
        let check = self.check_failed.map(|failed| {
            let values = [("CheckFailed", Some(failed.into()))];
            line(json!({"FunctionName": function_name}), &json!([["FunctionName"]]), &values, now)
        });
        listeners.chain(check).collect()
    }
}

impl ListenerStatus {
    pub(crate) fn of(situation: &Situation<'_>) -> Self {
        let state = situation.state();
        let is_resting = state == State::Resting;
        let blocks = [situation.active_priority_taken(), situation.reachable_at_rest()];
        Self {
            listener: situation.own.maintenance.listener().to_owned(),
            state,
            limit: situation.record.window.as_ref().and_then(|window| window.limit),
            shadowed_rules: if is_resting { situation.shadowed().count() } else { 0 },
            is_blocked: is_resting && blocks.iter().any(Option::is_some),
            can_answer: None,
        }
    }

    fn values(&self, ignored: Option<bool>, now: Timestamp) -> [(&'static str, Option<usize>); 6] {
        let is_active = self.state == State::Active;
        let not_ready = if self.is_blocked { Some(true) } else { self.can_answer.map(|can| !can) };
        [
            ("MaintenanceActive", Some(is_active.into())),
            ("MaintenanceOverdue", Some((is_active && self.limit.is_some_and(|limit| limit <= now)).into())),
            ("Unlimited", Some((is_active && self.limit.is_none()).into())),
            ("ShadowedRules", Some(self.shadowed_rules)),
            ("NotReady", not_ready.map(usize::from)),
            ("EventIgnored", ignored.map(usize::from)),
        ]
    }
}

/// Values that are not known are left out.
fn line(mut line: Value, dimensions: &Value, values: &[(&str, Option<usize>)], now: Timestamp) -> String {
    let known: Vec<_> = values.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
    let metrics: Vec<_> = known.iter().map(|(name, _)| json!({"Name": name, "Unit": "None"})).collect();
    line["_aws"] = json!({
        "Timestamp": now.unix_milliseconds(),
        "CloudWatchMetrics": [{"Namespace": "MaintenanceMode", "Dimensions": dimensions, "Metrics": metrics}],
    });
    for (name, value) in known {
        line[name] = value.into();
    }
    line.to_string()
}

#[cfg(test)]
mod tests;
