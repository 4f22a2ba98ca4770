use super::*;
use rcgen::{CertifiedKey as Made, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{CipherSuite, ClientConfig, RootCertStore};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch as channel;
use tokio_rustls::TlsConnector;
use webpki::EndEntityCert;

const LOOK: Duration = Duration::from_millis(10);

/// Writes a certificate for these names and its key.
fn write(folder: &Path, file: &str, names: &[&str]) -> TlsFiles {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let Made { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let files = TlsFiles {
        certificate: folder.join(format!("{file}.crt")),
        key: folder.join(format!("{file}.key")),
    };
    fs::write(&files.certificate, cert.pem()).unwrap();
    fs::write(&files.key, signing_key.serialize_pem()).unwrap();
    files
}

fn is_for(shown: Option<Arc<CertifiedKey>>, host: &str) -> bool {
    let shown = shown.unwrap();
    let name = ServerName::try_from(host).unwrap();
    let certificate = EndEntityCert::try_from(&shown.cert[0]).unwrap();
    certificate.verify_is_valid_for_subject_name(&name).is_ok()
}

#[test]
fn who_asks_for_a_name_is_shown_its_certificate_and_others_the_first() {
    let folder = TempDir::new().unwrap();
    let first = write(folder.path(), "a", &["s3.example.com", "*.s3.example.com"]);
    let second = write(folder.path(), "b", &["files.example.org"]);
    let certificates = Certificates::load(vec![first, second]).unwrap();
    for (asked, shown) in [
        (Some("s3.example.com"), "s3.example.com"),
        (Some("photos.s3.example.com"), "s3.example.com"),
        (Some("files.example.org"), "files.example.org"),
        (Some("elsewhere.example.net"), "s3.example.com"),
        (None, "s3.example.com"),
    ] {
        assert!(is_for(certificates.for_name(asked), shown), "{asked:?}");
    }
}

#[test]
fn what_cannot_be_used_is_said_with_its_file() {
    let folder = TempDir::new().unwrap();
    let good = write(folder.path(), "good", &["localhost"]);
    let other = write(folder.path(), "other", &["localhost"]);
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let (text, empty) = (file("text", "no PEM"), file("empty", ""));
    let long = file("long", &"x".repeat(2 << 20));
    let missing = folder.path().join("missing");
    let pairs = [
        (&missing, &good.key, "cannot read"),
        (&good.certificate, &missing, "cannot read"),
        (&long, &good.key, "1048576 at most"),
        (&text, &good.key, "holds no certificate in PEM form"),
        (&empty, &good.key, "holds no certificate in PEM form"),
        (&good.certificate, &text, "holds no private key in PEM form"),
        (&good.key, &good.key, "holds no certificate in PEM form"),
        (&good.certificate, &other.key, "does not go with"),
    ];
    for (certificate, key, expected) in pairs {
        let files = TlsFiles {
            certificate: certificate.clone(),
            key: key.clone(),
        };
        let error = Certificates::load(vec![files]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        let of_folder = folder.path().to_str().unwrap();
        assert!(error.contains(of_folder), "{error}");
    }
}

#[test]
fn certificates_tell_until_when_they_are_good() {
    let folder = TempDir::new().unwrap();
    let files = write(folder.path(), "a", &["s3.example.com"]);
    let mut params = rcgen::CertificateParams::new(vec!["b.example.com".into()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2031, 2, 3);
    let key = rcgen::KeyPair::generate().unwrap();
    let made = params.self_signed(&key).unwrap();
    let other = TlsFiles {
        certificate: folder.path().join("b.crt"),
        key: folder.path().join("b.key"),
    };
    fs::write(&other.certificate, made.pem()).unwrap();
    fs::write(&other.key, key.serialize_pem()).unwrap();
    let certificates = Certificates::load(vec![files, other.clone()]).unwrap();
    let ends = certificates.ends();
    assert_eq!(ends.len(), 2);
    assert_eq!(ends[1].file, other.certificate.display().to_string());
    // 2031-02-03T00:00:00Z
    assert_eq!(ends[1].not_after, 1_927_843_200);
}

#[test]
fn what_cannot_be_used_later_leaves_what_was_shown_before() {
    let folder = TempDir::new().unwrap();
    let files = write(folder.path(), "a", &["before.example.com"]);
    let certificates = Certificates::load(vec![files.clone()]).unwrap();
    fs::write(&files.certificate, "half a file").unwrap();
    certificates.reload().unwrap_err();
    assert!(is_for(certificates.for_name(None), "before.example.com"));
    write(folder.path(), "a", &["after.example.com"]);
    certificates.reload().unwrap();
    assert!(is_for(certificates.for_name(None), "after.example.com"));
}

#[tokio::test]
async fn files_that_change_are_read_again() {
    let folder = TempDir::new().unwrap();
    let files = write(folder.path(), "a", &["before.example.com"]);
    let certificates = Certificates::load(vec![files]).unwrap();
    // Also what has changed before anybody looks. It is longer, because some kernels' clocks are too
    // coarse to tell one file from the other.
    let after = "a-much-longer-name-than-there-was.after.example.com";
    write(folder.path(), "a", &[after]);
    let (stop, stopping) = channel::channel(false);
    let following = tokio::spawn(Arc::clone(&certificates).follow(LOOK, stopping));
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_for(certificates.for_name(None), after) {
        assert!(Instant::now() < deadline, "still what was there before");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send_replace(true);
    following.await.unwrap();
}

/// What a client reads that trusts the certificate in `files`, asks for `name` and names these suites,
/// and the suite it got.
async fn asked(
    handshakes: Handshakes,
    (files, name): (&TlsFiles, &'static str),
    suites: &[CipherSuite],
) -> (Vec<u8>, CipherSuite) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = handshakes.shake(stream).await.unwrap();
        stream.write_all(b"in secret").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let mut roots = RootCertStore::empty();
    let certificate = Certificate::read(files).unwrap().key().cert[0].clone();
    roots.add(certificate).unwrap();
    let mut provider = rustls::crypto::ring::default_provider();
    let all = provider.cipher_suites;
    let named = suites
        .iter()
        .map(|it| *all.iter().find(|suite| suite.suite() == *it).unwrap());
    provider.cipher_suites = named.collect();
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from(name).unwrap();
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let mut read = Vec::new();
    let mut stream = connected.await.unwrap();
    stream.read_to_end(&mut read).await.unwrap();
    serving.await.unwrap();
    let got = stream.get_ref().1.negotiated_cipher_suite().unwrap();
    (read, got.suite())
}

const AES_128: CipherSuite = CipherSuite::TLS13_AES_128_GCM_SHA256;
const AES_256: CipherSuite = CipherSuite::TLS13_AES_256_GCM_SHA384;
const CHACHA: CipherSuite = CipherSuite::TLS13_CHACHA20_POLY1305_SHA256;
const OLD_AES_128: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
const OLD_AES_256: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;

#[tokio::test]
async fn clients_shake_hands_for_each_name() {
    let folder = TempDir::new().unwrap();
    let first = write(folder.path(), "a", &["one.example.com"]);
    let second = write(folder.path(), "b", &["two.example.com"]);
    let certificates = Certificates::load(vec![first.clone(), second.clone()]).unwrap();
    let handshakes = certificates.handshakes(&[b"http/1.1"]);
    for (files, name) in [(&first, "one.example.com"), (&second, "two.example.com")] {
        let (read, _) = asked(handshakes.clone(), (files, name), &[AES_256]).await;
        assert_eq!(read, b"in secret");
    }
}

#[tokio::test]
async fn the_cheaper_cipher_is_taken_unless_the_client_has_a_reason_against_it() {
    let folder = TempDir::new().unwrap();
    let files = write(folder.path(), "a", &["one.example.com"]);
    let certificates = Certificates::load(vec![files.clone()]).unwrap();
    let handshakes = certificates.handshakes(&[]);
    for (named, got) in [
        (&[AES_256, CHACHA, AES_128][..], AES_128),
        (&[AES_256, CHACHA], AES_256),
        (&[CHACHA, AES_128, AES_256], CHACHA),
        (&[OLD_AES_256, OLD_AES_128], OLD_AES_128),
    ] {
        let (_, suite) = asked(handshakes.clone(), (&files, "one.example.com"), named).await;
        assert_eq!(suite, got, "{named:?}");
    }
}
