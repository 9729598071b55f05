//! The function as a process: what only `main` does.

use std::fs::OpenOptions;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{get, read_config};

/// Starts the function and gives its answer to an event, and what it wrote to a piped standard output.
fn answer_and_log(event: &str, start: impl FnOnce(&mut Command) -> &mut Command) -> (Value, String) {
    let api = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut function = start(&mut Command::new(env!("CARGO_BIN_EXE_maintenance-responder")))
        .env("AWS_LAMBDA_RUNTIME_API", api.local_addr().unwrap().to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "f")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .spawn()
        .unwrap();
    // Open until the end: a function that loses its runtime logs that it stops.
    let (answer, _connection) = serve(&api, event);
    function.kill().unwrap();
    (answer, String::from_utf8(function.wait_with_output().unwrap().stdout).unwrap())
}

/// A Lambda Runtime API with one event, until that is answered:
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
fn serve(api: &TcpListener, event: &str) -> (Value, BufReader<TcpStream>) {
    loop {
        let mut connection = BufReader::new(api.accept().unwrap().0);
        let lines = connection.by_ref().lines().map(|line| line.unwrap().to_lowercase());
        let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        connection.read_exact(&mut body).unwrap();
        if head[0].starts_with("post") {
            assert!(head[0].contains("/response"), "{}", String::from_utf8_lossy(&body));
            return (serde_json::from_slice(&body).unwrap(), connection);
        }
        let head = [
            "HTTP/1.1 200 OK",
            "connection: close",
            &format!("content-length: {}", event.len()),
            "lambda-runtime-aws-request-id: 1",
            "lambda-runtime-deadline-ms: 1",
            "lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:123456789012:function:f",
        ];
        let answer = format!("{}\r\n\r\n{event}", head.join("\r\n"));
        connection.get_mut().write_all(answer.as_bytes()).unwrap();
    }
}

#[test]
fn wrong_settings_are_logged_once_at_init() {
    let environment = [("RETRY_AFTER_SECONDS", "soon"), ("PAGE_TITLE", "a\nb")];
    // Lambda passes on what `serde_json::Value` refuses.
    let event = format!(
        r#"{{"path": "\ud800", "headers": {{"host": 1e400}}, "x": {}}}"#,
        "[".repeat(200) + &"]".repeat(200)
    );
    let (answer, log) = answer_and_log(&event, |function| function.envs(environment).stdout(Stdio::piped()));
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let written: Vec<_> =
        lines.iter().map(|line| json!([line["level"], line["message"], line["error"]])).collect();
    let wrong = read_config(&environment).errors;
    assert_eq!(
        written,
        [
            json!(["ERROR", "invalid setting, using the default", wrong[0].to_string()]),
            json!(["ERROR", "invalid setting, using the default", wrong[1].to_string()]),
            json!(["INFO", "request during maintenance", null]),
        ]
    );
    assert!(lines.iter().all(|line| line["timestamp"].as_str().unwrap().ends_with('Z')), "{log}");
    assert_eq!((&lines[2]["outcome"], &answer["statusCode"]), (&json!("unavailable"), &json!(503)));
}

#[test]
fn a_failing_log_costs_no_answer() {
    let event = get("/b").event(false).to_string();
    let full = || Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let closed = || Stdio::from(io::pipe().unwrap().1);
    for broken in [&full as &dyn Fn() -> Stdio, &closed] {
        let (answer, _) = answer_and_log(&event, |function| function.stdout(broken()).stderr(broken()));
        assert_eq!(answer["statusCode"], 503);
    }
}
