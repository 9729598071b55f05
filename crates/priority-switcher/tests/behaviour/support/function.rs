//! The function as Lambda runs it: a process under a Runtime API of the test's own.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::site::rule;

/// A running function; it ends when dropped.
pub(crate) struct Function {
    pub(crate) process: Child,
    answer: JoinHandle<String>,
}

impl Function {
    /// A function with these variables besides Lambda's own, invoked with `event`.
    pub(crate) async fn invoked(variables: &[(&str, String)], event: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = tokio::spawn(runtime_api(listener, event.to_owned()));
        let process = Command::new(env!("CARGO_BIN_EXE_priority-switcher"))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "switcher")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("MAINTENANCE_RULE_ARNS", rule("maintenance").as_str())
            .env("PLACEHOLDER_RULE_ARNS", rule("placeholder").as_str())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self { process, answer }
    }

    /// What the function reported of its invocation, a result or an error, and the lines of its log until then.
    pub(crate) async fn answered(mut self) -> (Value, Vec<Value>) {
        let answered = (&mut self.answer).await.unwrap();
        self.process.kill().unwrap();
        let mut log = String::new();
        if let Some(mut stdout) = self.process.stdout.take() {
            stdout.read_to_string(&mut log).unwrap();
        }
        let log = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (serde_json::from_str(&answered).unwrap(), log)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Hands out one invocation and takes what is reported of it.
async fn runtime_api(listener: TcpListener, event: String) -> String {
    let (mut next, _) = request(&listener).await;
    let invocation = format!(
        "HTTP/1.1 200 OK\r\n\
         lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
         lambda-runtime-deadline-ms: 4102444800000\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:123456789012:function:switcher\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{event}",
        event.len(),
    );
    next.write_all(invocation.as_bytes()).await.unwrap();
    request(&listener).await.1
}

/// A connection and the body of its first request.
async fn request(listener: &TcpListener) -> (BufReader<TcpStream>, String) {
    let mut stream = BufReader::new(listener.accept().await.unwrap().0);
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    (stream, String::from_utf8(body).unwrap())
}
