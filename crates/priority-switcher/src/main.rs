//! The Lambda function: logging, configuration, client, run.

use std::future::ready;
use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use priority_switcher::config::{Config, OwnRules};
use priority_switcher::error::SwitchError;
use priority_switcher::{elb, invocation};
use serde_json::value::RawValue;
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
            tracing::error!(%error, "no event will be obeyed");
            // Without the process, "Runtime exited" would be all that a caller gets to read.
            let refuse =
                |_: LambdaEvent<Box<RawValue>>| ready(Err::<(), _>(SwitchError::from(error.clone())));
            return Runtime::new(service_fn(refuse)).run().await;
        }
    };
    let client = elb::client().await;
    let listener = |own: OwnRules| {
        elb::ElbListener::of_rule(client.clone(), own.maintenance).with_status_rule(own.status)
    };
    let listeners: Vec<_> = config.rules.into_iter().map(listener).collect();
    Runtime::new(service_fn(|event| invocation::answer(&listeners, &config.settings, event))).run().await
}
