//! The product's client but for where it finds the API and how long it pauses before it tries again.

use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_elasticloadbalancingv2::{Client, Config};
use priority_switcher::elb;

pub(crate) fn client(endpoint: String, first_pause: Duration) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(elb::http_client())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .timeout_config(elb::timeouts())
        .retry_config(elb::retries().with_initial_backoff(first_pause).with_max_backoff(first_pause * 4))
        .build();
    Client::from_conf(config)
}
