//! What Lambda, or whoever stands in for AWS, tells the SDK through the environment.
//!
//! `aws-config` would also look into files, ask STS and the metadata of an instance. A function has none of
//! these (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>), and the search for
//! them is a fifth of the binary.

use aws_sdk_elasticloadbalancingv2::config::{BehaviorVersion, Builder, Config, Credentials, Region};

use crate::config::ConfigError;

const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const ACCESS_KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
const FIPS: &str = "AWS_USE_FIPS_ENDPOINT";
const DUAL_STACK: &str = "AWS_USE_DUALSTACK_ENDPOINT";
/// The more particular one first
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
const ENDPOINT: [&str; 2] = ["AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "AWS_ENDPOINT_URL"];
const IGNORE_ENDPOINT: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

/// Region, credentials and endpoint.
///
/// # Errors
/// On the first variable that is missing or malformed.
pub(super) fn config(lookup: impl Fn(&str) -> Option<String>) -> Result<Builder, ConfigError> {
    let get = |variable: &str| lookup(variable).filter(|value| !value.is_empty());
    let needed = |variable, accepted| get(variable).ok_or(ConfigError::Missing { variable, accepted });
    let region = REGION.into_iter().find_map(get).ok_or(ConfigError::Missing {
        variable: REGION[0],
        accepted: "the name of a region, such as eu-central-1",
    })?;
    let credentials = Credentials::new(
        needed(ACCESS_KEY, "the access key of the function's role")?,
        needed(SECRET_KEY, "the secret key of the function's role")?,
        get(SESSION_TOKEN),
        None,
        "environment",
    );
    let endpoint = if flag(IGNORE_ENDPOINT, get(IGNORE_ENDPOINT))? == Some(true) {
        None
    } else {
        ENDPOINT.into_iter().find_map(get)
    };
    let mut config = Config::builder();
    config
        .set_endpoint_url(endpoint)
        .set_use_fips(flag(FIPS, get(FIPS))?)
        .set_use_dual_stack(flag(DUAL_STACK, get(DUAL_STACK))?);
    Ok(config
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(credentials))
}

fn flag(variable: &'static str, value: Option<String>) -> Result<Option<bool>, ConfigError> {
    let parsed = value.map(|value| value.to_ascii_lowercase().parse().map_err(|_| value));
    let accepted = "true or false".to_owned();
    parsed.transpose().map_err(|value| ConfigError::Malformed { variable, value, accepted })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_sdk_elasticloadbalancingv2::Client;
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_runtime_api::client::result::ConnectorError;

    use super::*;

    /// Keeps what would be sent.
    #[derive(Clone, Debug, Default)]
    struct Capture(Arc<Mutex<Option<HttpRequest>>>);

    impl HttpConnector for Capture {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            *self.0.lock().unwrap() = Some(request);
            HttpConnectorFuture::ready(Err(ConnectorError::user("captured".into())))
        }
    }

    const LAMBDA: [(&str, &str); 4] = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "the-key"),
        ("AWS_SECRET_ACCESS_KEY", "the-secret"),
        ("AWS_SESSION_TOKEN", "the-token"),
    ];

    fn config_of(variables: &[(&str, &str)]) -> Result<Builder, ConfigError> {
        config(|name| {
            let mut all = variables.iter().chain(&LAMBDA);
            all.find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
        })
    }

    /// A call's address, and who signed it for which region.
    fn call(variables: &[(&str, &str)]) -> [String; 3] {
        let capture = Capture::default();
        let connector = SharedHttpConnector::new(capture.clone());
        let http = http_client_fn(move |_, _| connector.clone());
        let client = Client::from_conf(config_of(variables).unwrap().http_client(http).build());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(client.describe_rules().send()).unwrap_err();
        let request = capture.0.lock().unwrap().take().unwrap();
        let header = |name: &str| request.headers().get(name).unwrap_or_default().to_owned();
        let signature = header("authorization");
        let signer = signature.split(['=', ',']).nth(1).unwrap();
        let scope: Vec<_> = signer.split('/').collect();
        [request.uri().to_owned(), format!("{} {}", scope[0], scope[2]), header("x-amz-security-token")]
    }

    fn address(variables: &[(&str, &str)]) -> String {
        call(variables)[0].clone()
    }

    #[test]
    fn what_lambda_sets_is_all_that_a_call_needs() {
        let expected =
            ["https://elasticloadbalancing.eu-central-1.amazonaws.com/", "the-key eu-central-1", "the-token"];
        assert_eq!(call(&[]), expected);
    }

    #[test]
    fn the_region_is_also_taken_from_its_other_name() {
        let elsewhere = [("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "cn-north-1")];
        assert_eq!(address(&elsewhere), "https://elasticloadbalancing.cn-north-1.amazonaws.com.cn/");
    }

    #[test]
    fn the_endpoint_can_be_another_one_and_its_own_variable_wins() {
        let general = ("AWS_ENDPOINT_URL", "http://localhost:1");
        let own = ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "http://localhost:2");
        assert_eq!(address(&[general]), "http://localhost:1/");
        assert_eq!(address(&[general, own]), "http://localhost:2/");
        assert_eq!(
            address(&[general, own, ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]),
            "https://elasticloadbalancing.eu-central-1.amazonaws.com/"
        );
    }

    #[test]
    fn the_endpoint_can_be_the_validated_one_or_the_one_with_two_addresses() {
        let fips = address(&[("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_REGION", "us-east-1")]);
        assert_eq!(fips, "https://elasticloadbalancing-fips.us-east-1.amazonaws.com/");
        let dual_stack = address(&[("AWS_USE_DUALSTACK_ENDPOINT", "TRUE")]);
        assert_eq!(dual_stack, "https://elasticloadbalancing.eu-central-1.api.aws/");
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        let refusal = |variable, value| config_of(&[(variable, value)]).map(drop).unwrap_err().to_string();
        insta::assert_snapshot!(refusal("AWS_REGION", ""), @"AWS_REGION is not set; accepted: the name of a region, such as eu-central-1");
        insta::assert_snapshot!(refusal("AWS_ACCESS_KEY_ID", ""), @"AWS_ACCESS_KEY_ID is not set; accepted: the access key of the function's role");
        insta::assert_snapshot!(refusal("AWS_SECRET_ACCESS_KEY", ""), @"AWS_SECRET_ACCESS_KEY is not set; accepted: the secret key of the function's role");
        insta::assert_snapshot!(refusal("AWS_USE_FIPS_ENDPOINT", "yes"), @r#"AWS_USE_FIPS_ENDPOINT: "yes" is not accepted; accepted: true or false"#);
    }
}
