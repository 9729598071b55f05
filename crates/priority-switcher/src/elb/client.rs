//! The SDK client with time limits that fit into one invocation.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_elasticloadbalancingv2::Client;
use aws_smithy_http_client::HttpClientError;

use super::trust;

/// One call with all its attempts: an API that cannot be reached is reported after this long, well
/// inside the function's 30 seconds.
const CALL: Duration = Duration::from_secs(10);
const ATTEMPT: Duration = Duration::from_secs(4);
const CONNECT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 4;
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);

/// The client for the environment's region, credentials and `AWS_ENDPOINT_URL`.
///
/// # Errors
/// If the certificate authorities cannot be set up.
pub async fn client() -> Result<Client, HttpClientError> {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(trust::client()?)
        .timeout_config(timeouts())
        .retry_config(retries())
        .load()
        .await;
    Ok(Client::new(&config))
}

/// How long the client waits: 2 seconds for a connection, 4 for an attempt, 10 for a call.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(CALL)
        .build()
}

/// How often the client tries: 4 times, with pauses that begin at a tenth of a second.
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(LONGEST_BACKOFF)
}
