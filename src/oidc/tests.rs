//! Against a provider of a few lines that listens on this machine.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What it says, and how often it has been asked.
struct Loopback {
    url: String,
    asked: Arc<AtomicUsize>,
    said: Arc<std::sync::Mutex<Said>>,
}

#[derive(Clone)]
struct Said {
    issuer: String,
    status: &'static str,
    keys: String,
}

const KEYS: &str = r#"{"keys":[{"kty":"RSA","kid":"one"}]}"#;

impl Loopback {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/realm", listener.local_addr().unwrap());
        let said = Said {
            issuer: url.clone(),
            status: "200 OK",
            keys: KEYS.to_owned(),
        };
        let provider = Loopback {
            url,
            asked: Arc::default(),
            said: Arc::new(std::sync::Mutex::new(said)),
        };
        let (asked, said) = (Arc::clone(&provider.asked), Arc::clone(&provider.said));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = [0; 4096];
                let read = stream.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let answer = answer(&head, &said.lock().unwrap().clone());
                asked.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        provider
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn says(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.said.lock().unwrap());
    }
}

fn answer(head: &str, said: &Said) -> String {
    let (path, issuer) = (head.split(' ').nth(1).unwrap_or_default(), &said.issuer);
    let body = match path {
        "/realm/.well-known/openid-configuration" => {
            format!(r#"{{"issuer":"{issuer}","jwks_uri":"{issuer}/keys","more":1}}"#)
        }
        "/realm/keys" => said.keys.clone(),
        _ => return "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
    };
    let (status, length) = (said.status, body.len());
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn keys_are_found_and_kept() {
    let provider = Loopback::start().await;
    let keys = OidcKeys::with(LONG, LONG);
    for key_id in [Some("one"), None, Some("one"), Some("unknown")] {
        assert_eq!(&*keys.ask(&provider.url, key_id).await.unwrap(), KEYS);
    }
    assert_eq!(provider.asked(), 2, "once for each document");
}

#[tokio::test]
async fn a_key_that_is_not_known_is_asked_for_anew() {
    let provider = Loopback::start().await;
    let keys = OidcKeys::with(LONG, Duration::ZERO);
    keys.ask(&provider.url, Some("one")).await.unwrap();
    let rotated = r#"{"keys":[{"kid":"two"}]}"#;
    provider.says(|said| said.keys = rotated.to_owned());
    assert_eq!(&*keys.ask(&provider.url, Some("one")).await.unwrap(), KEYS);
    assert_eq!(
        &*keys.ask(&provider.url, Some("two")).await.unwrap(),
        rotated
    );
    assert_eq!(provider.asked(), 4);
}

#[tokio::test]
async fn failures_are_explained_and_not_repeated_at_once() {
    let provider = Loopback::start().await;
    for (change, says) in [
        (
            (|said: &mut Said| said.status = "503 Service Unavailable") as fn(&mut Said),
            "answers 503",
        ),
        (
            |said| said.issuer = "http://127.0.0.1/x".into(),
            "another issuer",
        ),
        (|said| said.status = "302 Found", "answers 302"),
        (|said| said.keys = "no JSON".into(), "cannot be read"),
        (|said| said.keys = "x".repeat(1 << 20), "too long"),
    ] {
        let before = provider.said.lock().unwrap().clone();
        provider.says(change);
        let keys = OidcKeys::with(LONG, LONG);
        let failed = keys.ask(&provider.url, None).await.unwrap_err();
        assert!(failed.contains(says), "{failed}");
        let asked = provider.asked();
        assert_eq!(keys.ask(&provider.url, None).await.unwrap_err(), failed);
        assert_eq!(provider.asked(), asked);
        provider.says(|said| *said = before);
    }
}

#[tokio::test]
async fn nobody_is_waited_for_too_long() {
    // Accepts, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let keys = OidcKeys::with(Duration::from_millis(50), LONG);
    let failed = keys.ask(&url, None).await.unwrap_err();
    assert!(failed.contains("in time"), "{failed}");
}

#[tokio::test]
async fn keys_do_not_come_over_a_network_in_plain() {
    let keys = OidcKeys::new();
    for url in [
        "http://id.example.com",
        "http://10.0.0.1",
        "ftp://localhost",
        "x",
    ] {
        let failed = keys.ask(url, None).await.unwrap_err();
        assert!(
            failed.contains("neither over TLS") || failed.contains("no URL"),
            "{failed}"
        );
    }
}

#[tokio::test]
async fn who_asks_at_once_asks_once() {
    let provider = Loopback::start().await;
    let keys = Arc::new(OidcKeys::with(LONG, LONG));
    let asking = (0..20).map(|_| {
        let (keys, url) = (Arc::clone(&keys), provider.url.clone());
        tokio::spawn(async move { keys.ask(&url, Some("one")).await.is_ok() })
    });
    for asked in asking.collect::<Vec<_>>() {
        assert!(asked.await.unwrap());
    }
    assert_eq!(provider.asked(), 2);
}

/// A provider of the outer world cannot lead the server to itself, by address or by name.
#[tokio::test]
async fn strangers_do_not_lead_inside() {
    let provider = Loopback::start().await;
    let fetcher = Fetcher::new(LONG);
    let inside = format!("{}/keys", provider.url);
    let by_name = inside.replace("127.0.0.1", "localhost");
    for url in [inside.as_str(), &by_name] {
        let failed = fetcher.get(url, Reach::Public).await.unwrap_err();
        assert!(failed.contains("private network"), "{failed}");
        assert!(failed.contains(url), "{failed}");
    }
    assert_eq!(provider.asked(), 0);
    let document = fetcher.get(&inside, Reach::Anywhere).await.unwrap();
    assert_eq!(document.bytes, KEYS);
    assert!(document.from.unwrap().is_loopback());
}
