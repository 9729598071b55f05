//! Events for requests that no file holds.

use maintenance_responder::config::Config;
use serde_json::{Map, Value, json};

use super::exchange::{Exchange, invoke};

type Pairs = Vec<(String, String)>;

/// A request, as an ALB hands it over in either header mode.
#[derive(Clone)]
pub(crate) struct Request {
    method: String,
    path: String,
    query: Pairs,
    headers: Pairs,
}

pub(crate) fn request(method: &str, path: &str) -> Request {
    let request =
        Request { method: method.to_owned(), path: path.to_owned(), query: Vec::new(), headers: Vec::new() };
    request.header("host", "www.example.com").header("user-agent", "Mozilla/5.0")
}

pub(crate) fn get(path: &str) -> Request {
    request("GET", path)
}

impl Request {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn headers(self, headers: &[(&str, &str)]) -> Self {
        headers.iter().fold(self, |request, (name, value)| request.header(name, value))
    }

    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn event(&self) -> Value {
        let single = |pairs: &Pairs| -> Map<String, Value> {
            pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect()
        };
        self.base("headers", &single(&self.headers), "queryStringParameters", &single(&self.query))
    }

    pub(crate) fn multi_value_event(&self) -> Value {
        let multi = |pairs: &Pairs| {
            let mut members: Map<String, Value> = Map::new();
            for (name, value) in pairs {
                members.entry(name.clone()).or_insert(json!([])).as_array_mut().unwrap().push(json!(value));
            }
            members
        };
        let (headers, query) = (multi(&self.headers), multi(&self.query));
        self.base("multiValueHeaders", &headers, "multiValueQueryStringParameters", &query)
    }

    fn base(
        &self,
        headers: &str,
        values: &Map<String, Value>,
        query: &str,
        parameters: &Map<String, Value>,
    ) -> Value {
        json!({
            "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/maintenance-responder/6d0ecf831eec9f09"}},
            "httpMethod": self.method,
            "path": self.path,
            query: parameters,
            headers: values,
            "body": "",
            "isBase64Encoded": false,
        })
    }

    /// Sends it in both header modes, which must make no difference to the client.
    pub(crate) fn send(&self, config: &Config) -> Exchange {
        let multi = invoke(config, self.multi_value_event().to_string().as_bytes());
        let single = invoke(config, self.event().to_string().as_bytes());
        assert_eq!(single.response, multi.response);
        assert_eq!(single.log, multi.log);
        single
    }
}
