//! A TLS gateway in front of a target: it terminates TLS, records when each request arrives, enforces a rate, and
//! forwards requests.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The flaw in the gateway's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// No flaw, for clients that trust its authority.
    None,
    /// The certificate is for another name.
    OtherName,
    /// The certificate has expired.
    Expired,
}

/// A running gateway; it stops when it is dropped.
pub struct Gateway {
    /// Its address.
    pub url: String,
    /// When each request arrived.
    pub arrivals: Arc<Mutex<Vec<Instant>>>,
    /// Number of requests rejected for exceeding the rate.
    pub rejected: Arc<Mutex<usize>>,
    folder: tempfile::TempDir,
    _runtime: Runtime,
}

impl Gateway {
    /// Starts a gateway in front of an HTTP target, which lets this many requests per second pass.
    pub fn before(upstream: &str, rate: usize, flaw: Flaw) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let acceptor = acceptor(flaw, &folder.path().join("ca.pem"));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (arrivals, rejected): (Arc<Mutex<Vec<Instant>>>, Arc<Mutex<usize>>) = Default::default();
        let upstream = upstream.strip_prefix("http://").unwrap().to_owned();
        let seen = (Arc::clone(&arrivals), Arc::clone(&rejected));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, upstream, seen) = (acceptor.clone(), upstream.clone(), seen.clone());
                tokio::spawn(async move {
                    let _ = pass_on(acceptor, stream, &upstream, rate, seen).await;
                });
            }
        });
        Self { url, arrivals, rejected, folder, _runtime: runtime }
    }

    /// Returns the certificate of its authority.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Returns the maximum number of requests that arrived within any one second.
    pub fn most_in_a_second(&self) -> usize {
        let arrivals = self.arrivals.lock().unwrap();
        let within = |from: &Instant| {
            arrivals
                .iter()
                .filter(|at| *at >= from && at.duration_since(*from) < Duration::from_secs(1))
                .count()
        };
        arrivals.iter().map(within).max().unwrap_or(0)
    }
}

fn acceptor(flaw: Flaw, ca_file: &std::path::Path) -> TlsAcceptor {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    std::fs::write(ca_file, ca.self_signed(&ca_key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let name = if flaw == Flaw::OtherName { "elsewhere.example" } else { "localhost" };
    let mut own = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if flaw == Flaw::Expired {
        own.not_before = rcgen::date_time_ymd(2020, 1, 1);
        own.not_after = rcgen::date_time_ymd(2021, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = own.signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

type Seen = (Arc<Mutex<Vec<Instant>>>, Arc<Mutex<usize>>);

async fn pass_on(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    upstream: &str,
    rate: usize,
    (arrivals, rejected): Seen,
) -> std::io::Result<()> {
    let mut client = acceptor.accept(stream).await?;
    let request = message(&mut client).await?;
    let too_many = {
        let now = Instant::now();
        let mut arrivals = arrivals.lock().unwrap();
        arrivals.push(now);
        arrivals.iter().filter(|at| now.duration_since(**at) < Duration::from_secs(1)).count() > rate
    };
    if too_many {
        *rejected.lock().unwrap() += 1;
        let body = r#"{"Code":"Throttling","Message":"Request was denied due to request throttling.","RequestId":"1"}"#;
        let response = format!(
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        client.write_all(response.as_bytes()).await?;
        return client.shutdown().await;
    }
    let mut server = TcpStream::connect(upstream).await?;
    server.write_all(&request).await?;
    let response = message(&mut server).await?;
    client.write_all(&response).await?;
    client.shutdown().await
}

/// Reads a message: the head, and a body as long as `content-length` says.
async fn message(stream: &mut (impl AsyncReadExt + Unpin)) -> std::io::Result<Vec<u8>> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 16384]);
    loop {
        let read = stream.read(&mut buffer).await?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok()
            });
            if bytes.len() >= head.len() + 4 + length.unwrap_or(0) {
                return Ok(bytes);
            }
        }
        if read == 0 {
            return Ok(bytes);
        }
    }
}
