//! The SDK client with time limits that fit into one invocation.

use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::config::retry::RetryConfig;
use aws_sdk_elasticloadbalancingv2::config::timeout::TimeoutConfig;
use aws_smithy_runtime_api::box_error::BoxError;

use super::{environment, trust};

/// One call with all its attempts: an API that cannot be reached is reported after this long, well
/// inside the function's 30 seconds.
const CALL: Duration = Duration::from_secs(10);
const ATTEMPT: Duration = Duration::from_secs(4);
const CONNECT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 4;
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);

/// The client for the region, the credentials and the endpoint that the environment names.
///
/// # Errors
/// If a variable is missing or malformed, or the certificate authorities cannot be read.
pub fn client(lookup: impl Fn(&str) -> Option<String>) -> Result<Client, BoxError> {
    let config = environment::config(&lookup)?
        .http_client(trust::client(&lookup)?)
        .timeout_config(timeouts())
        .retry_config(retries());
    Ok(Client::from_conf(config.build()))
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
