//! Whom the client trusts: the authorities that sign for AWS, and the system's only where those do not do.
//!
//! The system's list has some hundred and fifty authorities, often in several copies. Reading it was three
//! quarters of a cold switch, and one of five is what it takes.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder, HttpClientError};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::{CertificateError, Error as TlsError};

/// The authorities of Amazon Trust Services, which AWS signs its endpoints with, and asks every client to
/// trust (<https://www.amazontrust.com/repository/>).
const AMAZON: &str = include_str!("amazon-roots.pem");

/// Where OpenSSL, and the SDK after it, look for authorities in place of the system's.
const CHOSEN: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// An HTTP client that trusts Amazon's authorities, and after these the system's; where `SSL_CERT_FILE` or
/// `SSL_CERT_DIR` names others, only those.
pub(super) fn client(lookup: impl Fn(&str) -> Option<String>) -> Result<SharedHttpClient, HttpClientError> {
    let system = TlsContext::default();
    if CHOSEN.into_iter().filter_map(lookup).any(|value| !value.is_empty()) {
        return Ok(trusting(&system));
    }
    let amazon = TrustStore::empty().with_pem_certificate(AMAZON);
    Ok(first_then(&TlsContext::builder().with_trust_store(amazon).build()?, system))
}

/// An HTTP client that trusts whom `first` trusts, and those of `then` from the first certificate on that nobody
/// in `first` has signed. Nothing was sent to that server before, and `then` is not read before.
pub fn first_then(first: &TlsContext, then: TlsContext) -> SharedHttpClient {
    let then = Then { context: then, client: OnceLock::new() };
    SharedHttpClient::new(FirstThen { first: trusting(first), then: Arc::new(then) })
}

#[derive(Debug)]
struct FirstThen {
    first: SharedHttpClient,
    then: Arc<Then>,
}

#[derive(Debug)]
struct Then {
    context: TlsContext,
    client: OnceLock<SharedHttpClient>,
}

impl HttpClient for FirstThen {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        if let Some(then) = self.then.client.get() {
            return then.http_connector(settings, components);
        }
        SharedHttpConnector::new(Connector {
            first: self.first.http_connector(settings, components),
            then: Arc::clone(&self.then),
            settings: settings.clone(),
            components: components.clone(),
        })
    }
}

#[derive(Debug)]
struct Connector {
    first: SharedHttpConnector,
    then: Arc<Then>,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let again = request.try_clone();
        let answer = self.first.call(request);
        let Self { then, settings, components, .. } = self;
        let (then, settings, components) = (Arc::clone(then), settings.clone(), components.clone());
        HttpConnectorFuture::new(async move {
            match (answer.await, again) {
                (Err(error), Some(request)) if has_unknown_issuer(&error) => {
                    tracing::warn!(
                        "Amazon's authorities have not signed for the API; trusting the system's too"
                    );
                    let client = then.client.get_or_init(|| trusting(&then.context));
                    client.http_connector(&settings, &components).call(request).await
                }
                (answer, _) => answer,
            }
        })
    }
}

/// The SDK's own client but for the authorities and the cryptography; like it, it goes through the proxy that
/// the environment names.
fn trusting(context: &TlsContext) -> SharedHttpClient {
    let context = context.clone();
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default()
            .tls_provider(Provider::rustls(CryptoMode::Ring))
            .tls_context(context.clone())
            .proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}

/// Whether a handshake ended at a certificate that none of the trusted authorities has signed.
fn has_unknown_issuer(error: &(dyn Error + 'static)) -> bool {
    successors(Some(error), |error| cause(*error)).any(|error| {
        let tls = error.downcast_ref();
        matches!(tls, Some(TlsError::InvalidCertificate(CertificateError::UnknownIssuer)))
    })
}

/// What an error was made from. An I/O error's own `source` leaves out the first of it.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    use sha2::{Digest as _, Sha256};

    #[test]
    fn the_authorities_are_those_that_amazon_publishes() {
        let mut fingerprints = String::new();
        for certificate in CertificateDer::pem_slice_iter(super::AMAZON.as_bytes()) {
            for byte in Sha256::digest(certificate.unwrap()) {
                write!(fingerprints, "{byte:02x}").unwrap();
            }
            fingerprints.push('\n');
        }
        // The list of <https://www.amazontrust.com/repository/>.
        insta::assert_snapshot!(fingerprints, @"
        8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e
        1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4
        18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4
        e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092
        568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5
        ");
    }
}
