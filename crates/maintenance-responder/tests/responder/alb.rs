//! What an ALB makes of a Lambda function's answer, written from its documentation and not from the responder:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>. Anything that breaks a
//! rule reaches the client as a bare 502.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, Uri};
use serde::Deserialize;
use serde_json::{Value, json};

/// "The maximum size of the response JSON that the Lambda function can send is 1 MB."
const MAX_ANSWER_BYTES: usize = 1_000_000;
/// The load balancer does not honor hop-by-hop headers, and computes `Content-Length` itself.
const NOT_THE_FUNCTIONS: [&str; 6] =
    ["connection", "content-length", "keep-alive", "te", "transfer-encoding", "upgrade"];

/// No member may be missing, `null` or of another kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Answer {
    status_code: u16,
    status_description: String,
    is_base64_encoded: bool,
    headers: BTreeMap<String, String>,
    multi_value_headers: BTreeMap<String, Vec<String>>,
    body: String,
}

/// What the client gets.
#[derive(Debug, PartialEq)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) description: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// Reads the answer to a request with this method, or says which rule it breaks.
pub(crate) fn read(method: &str, answer: &str) -> Result<HttpResponse, String> {
    require(answer.len() <= MAX_ANSWER_BYTES, "size")?;
    let answer: Answer = serde_json::from_str(answer).map_err(|error| error.to_string())?;
    let (status, body) = (answer.status_code, answer.body);
    require((200..600).contains(&status), "statusCode")?;
    let reason = answer.status_description.strip_prefix(&format!("{status} ")).unwrap_or_default();
    require(!reason.is_empty() && is_visible(reason), "statusDescription")?;
    require(!answer.is_base64_encoded, "isBase64Encoded")?;
    let in_other_form = |(name, value): (&String, &String)| (name.clone(), vec![value.clone()]);
    let multi_value_headers = answer.headers.iter().map(in_other_form).collect();
    require(answer.multi_value_headers == multi_value_headers, "headers and multiValueHeaders differ")?;

    let mut headers = BTreeMap::new();
    for (name, value) in answer.headers {
        require(HeaderName::from_bytes(name.as_bytes()).is_ok() && is_visible(&value), &name)?;
        let lower = name.to_ascii_lowercase();
        require(!NOT_THE_FUNCTIONS.contains(&lower.as_str()), &name)?;
        require(headers.insert(lower, value).is_none(), &name)?;
    }
    if !body.is_empty() {
        require(headers.contains_key("content-type"), "a body without Content-Type")?;
        require(status != 204 && method != "HEAD", "a body where HTTP allows none")?;
    }
    if (300..400).contains(&status) {
        require(headers.get("location").is_some_and(|location| location.parse::<Uri>().is_ok()), "Location")?;
    }
    Ok(HttpResponse { status, description: answer.status_description, headers, body })
}

fn require(holds: bool, rule: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

fn is_visible(text: &str) -> bool {
    text == text.trim() && HeaderValue::from_str(text).is_ok_and(|value| value.to_str().is_ok())
}

#[test]
fn an_answer_that_breaks_a_rule_is_refused() {
    let answer = |member: &str, value: Value| {
        let mut answer = json!({
            "statusCode": 303, "statusDescription": "303 See Other", "isBase64Encoded": false,
            "headers": {"Location": "/a%20b", "Content-Type": "text/plain"}, "body": "x",
        });
        answer[member] = value;
        if member != "multiValueHeaders" {
            let headers = answer["headers"].as_object().cloned().unwrap_or_default();
            answer["multiValueHeaders"] =
                headers.into_iter().map(|(name, value)| (name, json!([value]))).collect();
        }
        answer.to_string()
    };
    assert!(read("GET", &answer("body", json!("y"))).is_ok());
    assert!(read("HEAD", &answer("body", json!("y"))).is_err());
    for (member, value) in [
        ("statusCode", json!("303")),
        ("statusCode", json!(99)),
        ("statusDescription", json!("See Other")),
        ("statusDescription", json!("303 ")),
        ("statusDescription", json!(null)),
        ("isBase64Encoded", json!(true)),
        ("headers", json!(null)),
        ("headers", json!({"Location": ["/"], "Content-Type": "a"})),
        ("headers", json!({"Location": "/a b", "Content-Type": "a"})),
        ("headers", json!({"Content-Type": "text/plain"})),
        ("headers", json!({"Location": "/"})),
        ("headers", json!({"Location": "/", "Content-Type": "a", "X": "a\nb"})),
        ("headers", json!({"Location": "/", "Content-Type": "a", "X": "é"})),
        ("headers", json!({"Location": "/", "Content-Type": "a", "X": " a"})),
        ("headers", json!({"Location": "/", "Content-Type": "a", "X Y": "a"})),
        ("headers", json!({"Location": "/", "Content-Type": "a", "content-type": "a"})),
        ("headers", json!({"Location": "/", "Content-Type": "a", "Content-Length": "1"})),
        ("multiValueHeaders", json!({"Location": ["/a%20b"]})),
        ("body", json!(null)),
        ("body", json!("x".repeat(MAX_ANSWER_BYTES))),
        ("unknown", json!("")),
    ] {
        let text = value.to_string();
        assert!(read("GET", &answer(member, value)).is_err(), "{member}: {text:.100}");
    }
}
