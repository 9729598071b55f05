//! What an ALB makes of a Lambda function's answer, written from its documentation and not from the responder:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>. Anything that breaks a
//! rule reaches the client as a bare 502.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// "The maximum size of the response JSON that the Lambda function can send is 1 MB."
const MAX_ANSWER_BYTES: usize = 1_000_000;
/// The load balancer does not honor hop-by-hop headers, and computes `Content-Length` itself.
const NOT_THE_FUNCTIONS: [&str; 10] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What the client gets.
#[derive(Debug, PartialEq)]
pub(crate) struct HttpResponse {
    pub(crate) status: u64,
    pub(crate) description: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// Reads the answer to an event, or says which rule it breaks.
pub(crate) fn read(event: &Value, answer: &str) -> Result<HttpResponse, String> {
    if answer.len() > MAX_ANSWER_BYTES {
        return Err(format!("{} bytes", answer.len()));
    }
    let Ok(Value::Object(answer)) = serde_json::from_str(answer) else {
        return Err("not a JSON object".to_owned());
    };
    let (wanted, other) = if event.get("multiValueHeaders").is_some_and(Value::is_object) {
        ("multiValueHeaders", "headers")
    } else {
        ("headers", "multiValueHeaders")
    };
    if answer.contains_key(other) {
        return Err(format!("{other} to an event without"));
    }
    let known = ["statusCode", "statusDescription", "isBase64Encoded", "body", wanted];
    if let Some(unknown) = answer.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("unknown member {unknown}"));
    }

    let status =
        answer.get("statusCode").and_then(Value::as_u64).ok_or("statusCode is not a whole number")?;
    if !(200..600).contains(&status) {
        return Err(format!("statusCode {status}"));
    }
    let description = text(&answer, "statusDescription")?;
    let reason =
        description.strip_prefix(&format!("{status} ")).ok_or("statusDescription without the code")?;
    if reason.is_empty() || !reason.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return Err(format!("statusDescription {description:?}"));
    }
    if answer.get("isBase64Encoded") != Some(&Value::Bool(false)) {
        return Err("isBase64Encoded is not false".to_owned());
    }
    let body = text(&answer, "body")?;
    let headers = headers(answer.get(wanted), wanted == "multiValueHeaders")?;

    if !body.is_empty() {
        if !headers.contains_key("content-type") {
            return Err("a body without Content-Type".to_owned());
        }
        if status == 204 || event.get("httpMethod") == Some(&Value::from("HEAD")) {
            return Err("a body where HTTP allows none".to_owned());
        }
    }
    if (300..400).contains(&status) && !headers.get("location").is_some_and(|location| is_reference(location))
    {
        return Err(format!("a redirect to {:?}", headers.get("location")));
    }
    Ok(HttpResponse { status, description, headers, body })
}

fn text(answer: &Map<String, Value>, name: &str) -> Result<String, String> {
    answer.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(format!("{name} is not a string"))
}

fn headers(headers: Option<&Value>, multi_value: bool) -> Result<BTreeMap<String, String>, String> {
    let Some(Value::Object(headers)) = headers else {
        return Err("the headers are not an object".to_owned());
    };
    let mut read = BTreeMap::new();
    for (name, value) in headers {
        let value = match (value, multi_value) {
            (Value::String(value), false) => value.clone(),
            (Value::Array(values), true) if !values.is_empty() => {
                let values: Option<Vec<_>> = values.iter().map(Value::as_str).collect();
                values.ok_or(format!("{name} holds {value}"))?.join(", ")
            }
            _ => return Err(format!("{name} is {value}")),
        };
        if name.is_empty()
            || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
        {
            return Err(format!("the header name {name:?}"));
        }
        if value != value.trim() || !value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
            return Err(format!("{name} is {value:?}"));
        }
        let name = name.to_ascii_lowercase();
        if NOT_THE_FUNCTIONS.contains(&name.as_str()) {
            return Err(format!("{name} is not the function's to set"));
        }
        if read.insert(name.clone(), value).is_some() {
            return Err(format!("{name} twice"));
        }
    }
    Ok(read)
}

/// RFC 3986's characters, with each `%` followed by two hexadecimal digits.
fn is_reference(text: &str) -> bool {
    let bytes = text.as_bytes();
    !bytes.is_empty()
        && bytes.iter().enumerate().all(|(index, byte)| match byte {
            b'%' => {
                bytes.get(index + 1..index + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            }
            byte => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte),
        })
}

#[test]
fn an_answer_that_breaks_a_rule_is_refused() {
    let good = serde_json::json!({
        "statusCode": 303, "statusDescription": "303 See Other", "isBase64Encoded": false,
        "headers": {"Location": "/a%20b", "Content-Type": "text/plain"}, "body": "x",
    });
    let event = serde_json::json!({"httpMethod": "GET", "headers": {}});
    assert!(read(&event, &good.to_string()).is_ok());

    let broken = [
        ("/statusCode", serde_json::json!("303")),
        ("/statusCode", serde_json::json!(null)),
        ("/statusCode", serde_json::json!(99)),
        ("/statusDescription", serde_json::json!("See Other")),
        ("/statusDescription", serde_json::json!("303 ")),
        ("/statusDescription", serde_json::json!(null)),
        ("/isBase64Encoded", serde_json::json!(null)),
        ("/headers", serde_json::json!(null)),
        ("/headers", serde_json::json!({"Location": null})),
        ("/headers", serde_json::json!({"Location": ["/"]})),
        ("/headers", serde_json::json!({"Location": "/a b"})),
        ("/headers", serde_json::json!({"Location": "/a%2"})),
        ("/headers", serde_json::json!({"Content-Type": "text/plain"})),
        ("/headers", serde_json::json!({"Location": "/"})),
        ("/headers", serde_json::json!({"Location": "/", "Content-Type": "a", "X": "a\nb"})),
        ("/headers", serde_json::json!({"Location": "/", "Content-Type": "a", "X": "é"})),
        ("/headers", serde_json::json!({"Location": "/", "Content-Type": "a", "X": " a"})),
        ("/headers", serde_json::json!({"Location": "/", "Content-Type": "a", "X Y": "a"})),
        ("/headers", serde_json::json!({"Location": "/", "Content-Type": "a", "content-type": "a"})),
        ("/headers", serde_json::json!({"Location": "/", "Content-Type": "a", "Content-Length": "1"})),
        ("/body", serde_json::json!(null)),
        ("/body", serde_json::json!({})),
        ("/body", serde_json::json!("x".repeat(MAX_ANSWER_BYTES))),
    ];
    for (pointer, value) in broken {
        let mut answer = good.clone();
        *answer.pointer_mut(pointer).unwrap() = value.clone();
        assert!(read(&event, &answer.to_string()).is_err(), "{pointer}: {value}");
    }
    for name in ["statusCode", "statusDescription", "isBase64Encoded", "headers", "body"] {
        let mut answer = good.clone();
        answer.as_object_mut().unwrap().remove(name);
        assert!(read(&event, &answer.to_string()).is_err(), "without {name}");
    }
    for event in [serde_json::json!({"httpMethod": "HEAD"}), serde_json::json!({"multiValueHeaders": {}})] {
        assert!(read(&event, &good.to_string()).is_err(), "{event}");
    }
}
