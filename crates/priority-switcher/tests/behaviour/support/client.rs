//! The product's client but for where it finds the API and how fast its clock is.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::config::{AsyncSleep, BehaviorVersion, Credentials, Region, Sleep};
use aws_sdk_elasticloadbalancingv2::{Client, Config};
use priority_switcher::elb;

/// How the client waits: its pauses between two attempts take no time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hurry {
    /// So many times faster than the clock are its time limits, if they are.
    pub(crate) limits: Option<u32>,
    /// How long each pause was meant to be.
    pub(crate) pauses: Arc<Mutex<Vec<Duration>>>,
}

/// Longer than any pause, shorter than any time limit.
const LIMITS: Duration = Duration::from_millis(3_500);

impl AsyncSleep for Hurry {
    fn sleep(&self, duration: Duration) -> Sleep {
        let duration = if duration < LIMITS {
            self.pauses.lock().unwrap().push(duration);
            duration / 1_000
        } else {
            duration / self.limits.unwrap_or(1)
        };
        Sleep::new(tokio::time::sleep(duration))
    }
}

pub(crate) fn client(endpoint: String, hurry: Hurry) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(elb::http_client())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .sleep_impl(hurry);
    Client::from_conf(elb::patient(config).build())
}
