//! Health checks: the load balancer's, which asks about this function, and others', which maintenance must not fail.

use crate::support::{config, get, read_config, request};

const CHECKER: (&str, &str) = ("user-agent", "ELB-HealthChecker/2.0");

#[test]
fn the_load_balancers_checks_pass_unlogged() {
    let config = config(&[("HEALTH_PATH_PATTERN", "^/up$")]);
    for path in ["/", "/a/orders", "/a/maintenance", "/b", "/up"] {
        let exchange = get(path).headers(&[CHECKER]).send(&config);
        assert_eq!(exchange.response.description, "200 OK");
        assert_eq!(exchange.response.body, r#"{"status":"maintenance"}"#);
        assert_eq!(exchange.line, "");
    }
}

#[test]
fn the_load_balancer_learns_which_variables_are_wrong() {
    let environment =
        [("RETRY_AFTER_SECONDS", "5m"), ("PAGE_TITLE", "a\nb"), ("HEALTH_PATH_PATTERN", "^/up$")];
    let config = read_config(&environment);
    for path in ["/", "/up"] {
        let exchange = get(path).headers(&[CHECKER]).send(&config);
        assert_eq!(exchange.response.description, "500 Internal Server Error");
        let body = r#"{"status":"misconfigured","variables":["RETRY_AFTER_SECONDS","PAGE_TITLE"]}"#;
        assert_eq!(exchange.response.body, body);
    }
    assert_eq!(get("/up").send(&config).response.status, 200);
}

#[test]
fn a_false_health_checker_gets_the_usual_answer() {
    let config = config(&[]);
    for passed_on in [("X-Forwarded-For", "203.0.113.7"), ("x-forwarded-proto", "https")] {
        let sent = get("/b").headers(&[CHECKER, passed_on]);
        assert_eq!(sent.send(&config).outcome(), "unavailable", "{passed_on:?}");
    }
    for agent in ["Mozilla/5.0 ELB-HealthChecker/2.0", "ELB-HealthChecker", "elb-healthchecker/2.0", ""] {
        assert_eq!(get("/b").header("user-agent", agent).send(&config).outcome(), "unavailable", "{agent}");
    }
}

#[test]
fn paths_of_the_pattern_are_health_checks() {
    let config = config(&[("HEALTH_PATH_PATTERN", "^/a/health$|^/up$")]);
    assert_eq!(get("/up").send(&config).outcome(), "health");
    assert_eq!(request("HEAD", "/a/health").send(&config).outcome(), "health");
    assert_eq!(get("/a/health/x").send(&config).outcome(), "redirect");
    assert_eq!(get("/uptime").send(&config).outcome(), "unavailable");
}
