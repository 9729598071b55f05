//! What the functions are asked.

use std::sync::Arc;

use serde_json::json;

use crate::Result;

/// Starts and ends in turn: every one of them really switches.
pub(crate) fn switches() -> impl Iterator<Item = Arc<str>> {
    [r#"{"type":"start"}"#, r#"{"type":"end"}"#].map(Arc::from).into_iter().cycle()
}

/// An API client's request that came through an ALB, filled up to a size: up to 4 KB by a cookie, beyond by
/// the body, as in the field.
pub(crate) fn request(size: usize) -> Result<Arc<str>> {
    let with = |cookie: usize, body: usize| {
        let event = json!({
            "requestContext": {"elb": {
                "targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/m/6d0ecf831eec9f09"
            }},
            "httpMethod": "POST",
            "path": "/b/orders",
            "queryStringParameters": {},
            "headers": {
                "accept": "application/json",
                "cookie": "c".repeat(cookie),
                "host": "www.example.com",
                "user-agent": "example-client/2.1",
                "x-forwarded-for": "198.51.100.66",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https"
            },
            "body": "b".repeat(body),
            "isBase64Encoded": false
        });
        event.to_string()
    };
    let least = with(0, 0).len();
    let fill = size.checked_sub(least).ok_or_else(|| format!("no request is smaller than {least} bytes"))?;
    let cookie = fill.min(4000);
    Ok(with(cookie, fill - cookie).into())
}
