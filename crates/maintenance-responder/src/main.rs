//! The Lambda function: log, configuration, run.

use std::convert::Infallible;
use std::io;
use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use maintenance_responder::config::Config;
use maintenance_responder::request::Request;
use maintenance_responder::{log, respond};
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    log::subscriber(io::stdout).init();
    let config = &Config::from_env(|name| std::env::var(name).ok());
    for error in &config.errors {
        tracing::error!(%error, "invalid setting, using the default");
    }
    let answer = async |event: LambdaEvent<Request>| {
        Ok::<_, Infallible>(respond(&event.payload, config, &event.context.request_id))
    };
    match Runtime::new(service_fn(answer)).run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function stopped");
            ExitCode::FAILURE
        }
    }
}
