//! Health checks, which maintenance must not fail.

use serde_json::json;

use crate::support::exchange::config;
use crate::support::request::{get, request};

#[test]
fn the_load_balancers_health_checks_are_told_that_all_is_well() {
    let config = config(&[]);
    for path in ["/", "/a/orders", "/a/maintenance", "/b"] {
        let exchange = get(path).header("user-agent", "ELB-HealthChecker/2.0").send(&config);
        assert_eq!(exchange.outcome(), "health");
        assert_eq!(exchange.response.description, "200 OK");
        assert_eq!(exchange.json(), json!({"status": "maintenance"}));
    }
}

#[test]
fn other_user_agents_are_not_health_checks() {
    let config = config(&[]);
    for agent in ["Mozilla/5.0 ELB-HealthChecker/2.0", "ELB-HealthChecker", "elb-healthchecker/2.0", ""] {
        assert_eq!(get("/b").header("user-agent", agent).send(&config).outcome(), "unavailable", "{agent}");
    }
}

#[test]
fn paths_that_match_the_pattern_are_health_checks_whoever_asks() {
    let config = config(&[("HEALTH_PATH_PATTERN", "^/a/health$|^/up$")]);
    assert_eq!(get("/up").send(&config).outcome(), "health");
    assert_eq!(request("HEAD", "/a/health").send(&config).outcome(), "health");
    assert_eq!(get("/a/health/x").send(&config).outcome(), "redirect");
    assert_eq!(get("/uptime").send(&config).outcome(), "unavailable");
}
