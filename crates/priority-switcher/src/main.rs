//! The Lambda function: logging, configuration, client, run.

use std::process::ExitCode;

use lambda_runtime::service_fn;
use priority_switcher::config::Config;
use priority_switcher::{elb, invocation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().flatten_event(true).with_target(false).with_current_span(false).init();
    let config = match Config::from_env(|name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(error) => {
            tracing::error!(%error, "the configuration cannot be used");
            return ExitCode::FAILURE;
        }
    };
    let client = elb::client().await;
    let listeners: Vec<_> =
        config.rules.iter().map(|rule| elb::ElbListener::of_rule(client.clone(), rule.clone())).collect();
    let run =
        lambda_runtime::run(service_fn(|event| invocation::answer(&listeners, &config.settings, event)));
    match run.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the Lambda runtime stopped");
            ExitCode::FAILURE
        }
    }
}
