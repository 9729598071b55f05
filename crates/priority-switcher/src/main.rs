//! The Lambda function: logging, configuration, client, run.

use std::future::ready;
use std::process::ExitCode;

use lambda_runtime::{Error, Runtime, service_fn};
use priority_switcher::config::Config;
use priority_switcher::{elb, invocation};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_target(false);
    // The Lambda runtime would log each error a second time, in its debug form.
    let own = Targets::new().with_target("priority_switcher", LevelFilter::INFO);
    tracing_subscriber::registry().with(lines).with(own).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function stopped");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let config = match Config::from_env(|name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(error) => {
            tracing::error!(%error, "a setting cannot be used");
            let refuse = |event| ready(invocation::refuse(&error, event));
            return Runtime::new(service_fn(refuse)).run().await;
        }
    };
    let client = elb::client().await;
    let listeners: Vec<_> =
        config.rules.into_iter().map(|own| elb::ElbListener { client: client.clone(), own }).collect();
    Runtime::new(service_fn(|event| invocation::answer(&listeners, &config.settings, event))).run().await
}
