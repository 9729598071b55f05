//! Whom the real client trusts, with real TLS in front of the strict load balancer.

use std::time::Duration;

use aws_smithy_http_client::tls::TlsContext;
use priority_switcher::elb::ElbListener;
use priority_switcher::error::SwitchError;
use priority_switcher::handler::handle;
use priority_switcher::report::{Answer, Outcome};
use serde_json::json;

use crate::support::client::{client, no_trust};
use crate::support::listeners::{maintenance_rule, one_listener, settings};
use crate::support::run::{START_OF_TIME, moment, on_the_real_clock, time};
use crate::support::server::Server;
use crate::support::tls::Tls;

/// A start with a client that trusts these and then those, and the calls that arrived.
fn start(trusted: impl FnOnce(&Tls) -> [TlsContext; 2]) -> (Result<Answer, SwitchError>, Vec<String>) {
    let server = Server::start(one_listener(99, &[1, 2]).borrow().clone());
    let answer = on_the_real_clock().block_on(async {
        let tls = Tls::in_front_of(server.address).await;
        let endpoint = format!("https://localhost:{}", tls.port);
        let client = client(endpoint, Duration::from_millis(1), trusted(&tls));
        let listener = ElbListener::of_rule(client, maintenance_rule("web"));
        handle(&[listener], &settings(), &json!({"type": "start"}), moment(time(START_OF_TIME))).await
    });
    (answer, server.requests())
}

#[test]
fn a_server_that_the_first_authorities_have_signed_for_is_trusted() {
    let (answer, _) = start(|tls| [tls.trust(), no_trust()]);
    assert_eq!(answer.unwrap().outcome, Outcome::Changed);
}

#[test]
fn a_server_that_only_the_other_authorities_have_signed_for_is_trusted_and_called_as_often() {
    let (_, usual) = start(|tls| [tls.trust(), no_trust()]);
    let (answer, calls) = start(|tls| [no_trust(), tls.trust()]);
    assert_eq!(answer.unwrap().outcome, Outcome::Changed);
    assert_eq!(calls.len(), usual.len(), "{calls:?}");
}

#[test]
fn a_server_that_nobody_has_signed_for_gets_no_call_and_the_error_says_why() {
    let (answer, calls) = start(|_| [no_trust(), no_trust()]);
    let error = answer.unwrap_err().to_string();
    assert!(error.contains("invalid peer certificate: UnknownIssuer"), "{error}");
    assert_eq!(calls, [""; 0]);
}
