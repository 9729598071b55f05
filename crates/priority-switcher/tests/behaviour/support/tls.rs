//! TLS in front of a server of this test's own.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_smithy_http_client::tls::TlsContext;
use rcgen::CertifiedKey;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;

use super::client::trust;

/// A relay for the name `localhost`, as long as the runtime lives that it was started on.
pub(crate) struct Tls {
    pub(crate) port: u16,
    /// Its certificate, which nobody else has signed.
    pub(crate) certificate: String,
}

impl Tls {
    pub(crate) async fn in_front_of(server: SocketAddr) -> Self {
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], signing_key.into())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // A client that trusts somebody else breaks off here.
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut upstream = TcpStream::connect(server).await.unwrap();
                    // Whoever closes first ends both.
                    let _ = copy_bidirectional(&mut stream, &mut upstream).await;
                });
            }
        });
        Self { port, certificate: cert.pem() }
    }

    /// Trust in this relay and nobody else.
    pub(crate) fn trust(&self) -> TlsContext {
        trust(&self.certificate)
    }
}
