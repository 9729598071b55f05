//! The event files that can also be tried by hand, one or more for each row of the table of answers.

use maintenance_responder::page::CONTENT_SECURITY_POLICY;

use crate::support::{EVENTS, config, invoke_file};

#[test]
fn every_file_gets_the_answer_of_its_name() {
    let config = config(&[("CORS_ALLOWED_ORIGINS", "https://app.example.com")]);
    let mut outcomes = Vec::new();
    for file in std::fs::read_dir(EVENTS).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name.starts_with("alb-") {
            let exchange = invoke_file(&config, &name);
            let location = exchange.header("location").unwrap_or_default();
            let outcome = format!("{name}: {} {} {location}", exchange.response.status, exchange.outcome());
            outcomes.push(outcome.trim_end().to_owned());
        }
    }
    outcomes.sort();
    insta::assert_snapshot!(outcomes.join("\n"), @r#"
    alb-a-orders.json: 303 redirect /a/maintenance?from=/a/orders/7%3Ftab%3Ditems%26q%3Dcaf%25C3%25A9%2Bau%2520lait
    alb-a.json: 303 redirect /a/maintenance?from=/a
    alb-apple.json: 503 unavailable
    alb-b.json: 503 unavailable
    alb-cross-origin.json: 503 unavailable
    alb-head.json: 503 unavailable
    alb-health-check.json: 200
    alb-multi-value-headers.json: 303 redirect /a/maintenance?from=/a/orders%3Fstatus%3Dopen%26status%3Dlate
    alb-page-head.json: 503 page
    alb-page.json: 503 page
    alb-post-base64-body.json: 503 unavailable
    alb-post-form.json: 303 redirect /a/maintenance?from=/a/orders/new%3Fitem%3D7
    alb-preflight.json: 204 preflight
    "#);
}

#[test]
fn an_api_client_gets_json() {
    insta::assert_snapshot!(invoke_file(&config(&[]), "alb-b.json"), @r#"
    503 Service Unavailable
    cache-control: no-store, no-transform
    content-type: application/json
    retry-after: 300
    x-maintenance-mode: on

    {"message":"Service Unavailable"}
    {"outcome":"unavailable","status":503,"method":"GET","host":"www.example.com","path":"/b","traceId":"Root=1-5bdb40ca-556d8b0c50dc66f0511bf520","requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd"}
    "#);
}

#[test]
fn a_visitor_gets_the_page() {
    let exchange = invoke_file(&config(&[]), "alb-page.json");
    let shown = exchange.to_string().replace(&exchange.response.body, "(a page of HTML)");
    insta::assert_snapshot!(shown.replace(CONTENT_SECURITY_POLICY, "…"), @r#"
    503 Service Unavailable
    cache-control: no-store, no-transform
    content-language: ja
    content-security-policy: …
    content-type: text/html; charset=utf-8
    referrer-policy: no-referrer
    retry-after: 300
    vary: Accept-Language, Sec-Fetch-Site
    x-content-type-options: nosniff
    x-maintenance-mode: on

    (a page of HTML)
    {"outcome":"page","status":503,"method":"GET","host":"www.example.com","path":"/a/maintenance","traceId":"Root=1-5bdb40ca-556d8b0c50dc66f0511bf520","requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd"}
    "#);
}
