//! The Lambda function: logging, configuration, run.

use std::convert::Infallible;
use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use maintenance_responder::config::Config;
use maintenance_responder::request::Request;
use maintenance_responder::respond;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_target(false);
    // A line that cannot be written must not cost the answer: a second failure, on standard error, would panic.
    let lines = lines.log_internal_errors(false);
    // The Lambda runtime would log each error a second time, in its debug form.
    let own = Targets::new().with_target("maintenance_responder", LevelFilter::INFO);
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
    let config = &Config::from_env(|name| std::env::var(name).ok());
    for error in &config.errors {
        tracing::error!(%error, "invalid setting, using the default");
    }
    let answer = async |event: LambdaEvent<Request>| {
        Ok::<_, Infallible>(respond(&event.payload, config, &event.context.request_id))
    };
    Runtime::new(service_fn(answer)).run().await
}
