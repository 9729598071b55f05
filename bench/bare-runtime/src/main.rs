//! The least that any responder costs: the runtime takes an event, ignores it and sends a constant.

use std::convert::Infallible;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::IgnoredAny;

#[derive(Serialize)]
struct Answer {
    #[serde(rename = "statusCode")]
    status: u16,
    body: &'static str,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(async |_: LambdaEvent<IgnoredAny>| {
        Ok::<_, Infallible>(Answer { status: 503, body: r#"{"message":"Service Unavailable"}"# })
    }))
    .await
}
