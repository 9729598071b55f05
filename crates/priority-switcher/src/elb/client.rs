//! The SDK client with time limits that fit into one invocation.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_elasticloadbalancingv2::config::{Builder, Config};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};

const CONNECT: Duration = Duration::from_secs(2);

/// The client for the region, the credentials and the endpoint that the SDK's default chain finds.
pub async fn client() -> Client {
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client());
    Client::from_conf(patient(Config::from(&config.load().await).to_builder()).build())
}

/// The SDK's own HTTP client but for `ring`, which starts sooner than AWS-LC. Like the SDK's, it trusts what the
/// system trusts and goes through the proxy that the environment names.
pub fn http_client() -> SharedHttpClient {
    let connector = Connector::builder()
        .tls_provider(Provider::rustls(CryptoMode::Ring))
        .proxy_config(ProxyConfig::from_env())
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT).build())
        .build();
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

/// A client that takes the time of an invocation: an API that cannot be reached is reported inside the function's 30
/// seconds. An error that lasts, such as throttling, comes out in the API's own words after about 20 seconds of tries and
/// random pauses, and seldom as a call that took too long.
pub fn patient(config: Builder) -> Builder {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(Duration::from_secs(4))
        .operation_timeout(Duration::from_secs(25))
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(18)
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_secs(3));
    // The SDK's quota is for a process: a night of throttling would use it up, and the next end would try once.
    let partition =
        RetryPartition::custom("elasticloadbalancing").token_bucket(TokenBucket::unlimited()).build();
    config.timeout_config(timeouts).retry_config(retries).retry_partition(partition)
}
