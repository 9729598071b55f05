//! The product's client but for where it finds the API, whom it trusts and how long it pauses before it
//! tries again.

use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_elasticloadbalancingv2::{Client, Config};
use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use priority_switcher::elb;

/// A client that trusts these and, where that is not enough, those.
pub(crate) fn client(endpoint: String, first_pause: Duration, [first, then]: [TlsContext; 2]) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(elb::first_then(&first, then))
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .timeout_config(elb::timeouts())
        .retry_config(elb::retries().with_initial_backoff(first_pause).with_max_backoff(first_pause * 4))
        .build();
    Client::from_conf(config)
}

/// Trust in these certificates only.
pub(crate) fn trust(certificates: &str) -> TlsContext {
    let store = TrustStore::empty().with_pem_certificate(certificates);
    TlsContext::builder().with_trust_store(store).build().unwrap()
}

/// Trust in no one at all.
pub(crate) fn no_trust() -> TlsContext {
    trust("")
}
