//! What the function takes from its environment on the way to the API, seen at the real process.

use std::path::Path;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;

use crate::support::function::{Answered, Function};
use crate::support::listeners::one_listener;
use crate::support::run::on_the_real_clock;
use crate::support::server::Server;
use crate::support::tls::Tls;

const STATUS: &str = r#"{"type":"status"}"#;

/// The answer to a status behind TLS that this test's own authority has signed for.
fn status_over_tls(variables: impl FnOnce(&Tls) -> Vec<(&'static str, String)>) -> Answered {
    let server = Server::start(one_listener(99, &[1, 2]).borrow().clone());
    on_the_real_clock().block_on(async {
        let tls = Tls::in_front_of(server.address).await;
        let mut variables = variables(&tls);
        variables.push(("AWS_ENDPOINT_URL", format!("https://localhost:{}", tls.port)));
        Function::invoked(&variables, STATUS).await.answered().await
    })
}

#[test]
fn the_authority_that_ssl_cert_file_names_is_trusted() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authority.pem");
    let answered = status_over_tls(|tls| {
        std::fs::write(&file, &tls.certificate).unwrap();
        vec![("SSL_CERT_FILE", file.to_string_lossy().into_owned())]
    });
    let Answered::Response(status) = answered else { panic!("{answered:?}") };
    assert!(status.contains(r#""state":"resting""#), "{status}");
}

#[test]
fn an_authority_that_nobody_names_is_not_trusted() {
    let answered = status_over_tls(|_| Vec::new());
    let Answered::Error(error) = answered else { panic!("{answered:?}") };
    assert!(error.contains("invalid peer certificate: UnknownIssuer"), "{error}");
}

#[test]
fn the_api_is_reached_through_the_proxy_that_https_proxy_names() {
    let asked = on_the_real_clock().block_on(async {
        let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", proxy.local_addr().unwrap());
        let _function = Function::invoked(&[("HTTPS_PROXY", address)], STATUS).await;
        let (stream, _) = proxy.accept().await.unwrap();
        BufReader::new(stream).lines().next_line().await.unwrap()
    });
    let expected = "CONNECT elasticloadbalancing.eu-central-1.amazonaws.com:443 HTTP/1.1";
    assert_eq!(asked.as_deref(), Some(expected));
}
