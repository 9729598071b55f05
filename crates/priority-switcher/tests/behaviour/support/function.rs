//! The function as Lambda runs it: a process under a Runtime API of the test's own.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::future::pending;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::listeners::maintenance_rule;

/// A running function; it ends when dropped.
pub(crate) struct Function {
    process: Child,
    answers: mpsc::UnboundedReceiver<String>,
}

impl Function {
    /// A function with these variables besides Lambda's own, invoked with `event`.
    pub(crate) async fn invoked(variables: &[(&str, String)], event: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, answers) = mpsc::unbounded_channel();
        tokio::spawn(serve(listener, event, sender));
        let process = Command::new(env!("CARGO_BIN_EXE_priority-switcher"))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "switcher")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("MAINTENANCE_RULE_ARNS", maintenance_rule("web").as_str())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, answers }
    }

    /// What the function reported of its invocation, a result or an error.
    pub(crate) async fn answered(mut self) -> String {
        self.answers.recv().await.unwrap()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn serve(listener: TcpListener, event: &'static str, answers: mpsc::UnboundedSender<String>) {
    let is_handed_out = Arc::new(AtomicBool::new(false));
    while let Ok((stream, _)) = listener.accept().await {
        let (is_handed_out, answers) = (Arc::clone(&is_handed_out), answers.clone());
        let service =
            service_fn(move |request| respond(request, event, Arc::clone(&is_handed_out), answers.clone()));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn respond(
    request: Request<Incoming>,
    event: &'static str,
    is_handed_out: Arc<AtomicBool>,
    answers: mpsc::UnboundedSender<String>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    if request.method() == Method::GET {
        if is_handed_out.swap(true, Ordering::Relaxed) {
            // There is no more work, ever.
            pending::<()>().await;
        }
        let response = Response::builder()
            .header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
            .header("lambda-runtime-deadline-ms", "4102444800000")
            .header(
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:eu-central-1:123456789012:function:switcher",
            );
        return Ok(response.body(event.into()).unwrap());
    }
    let body = String::from_utf8(request.into_body().collect().await?.to_bytes().to_vec()).unwrap();
    // The test may have seen enough and gone.
    let _ = answers.send(body);
    Ok(Response::new(Full::default()))
}
