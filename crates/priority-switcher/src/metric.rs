//! Metrics as log lines, in the CloudWatch embedded metric format.
//!
//! Format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde_json::json;

use crate::plan::State;
use crate::report::ListenerReport;
use crate::timestamp::Timestamp;

/// The namespace of the metrics.
pub const NAMESPACE: &str = "MaintenanceMode";

/// One line for a listener: `MaintenanceActive`, 1 while it is in maintenance, else 0, and
/// `MaintenanceOverdue`, 1 while it is in maintenance although its `until` has passed, else 0; for the
/// function as a whole and for each listener.
pub fn line(report: &ListenerReport, function_name: &str, now: Timestamp) -> String {
    let active = report.state == State::Active;
    let overdue = active && report.until.is_some_and(|until| until <= now);
    let metrics =
        ["MaintenanceActive", "MaintenanceOverdue"].map(|name| json!({"Name": name, "Unit": "None"}));
    json!({
        "_aws": {
            "Timestamp": now.unix_milliseconds(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["FunctionName"], ["FunctionName", "Listener"]],
                "Metrics": metrics,
            }],
        },
        "FunctionName": function_name,
        "Listener": report.listener_arn.short(),
        "MaintenanceActive": u8::from(active),
        "MaintenanceOverdue": u8::from(overdue),
    })
    .to_string()
}
