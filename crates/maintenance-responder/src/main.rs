//! The Lambda function: configuration, then one answer per invocation.

use std::convert::Infallible;
use std::io::stdout;
use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use maintenance_responder::config::Config;
use maintenance_responder::request::Request;
use maintenance_responder::responder::Responder;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Returned from `main`, it would be printed in its debug form.
            eprintln!("{}", serde_json::json!({"level": "ERROR", "message": error.to_string()}));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let config =
        Config::from_lookup(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))?;
    let responder = &Responder::new(config);
    Runtime::new(service_fn(async |event: LambdaEvent<Request>| {
        let answer = responder.handle(&event.payload, &event.context.request_id, &mut stdout().lock());
        Ok::<_, Infallible>(answer)
    }))
    .run()
    .await
}
