//! Messages to a receiver on this machine that answers what the test wants.

use super::*;
use std::os::unix::fs::PermissionsExt;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn texts(given: &[&str]) -> Vec<String> {
    given.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn what_was_typed_is_checked() {
    let webhooks = check(
        &texts(&["a=http://localhost:1/x?y=1", "B-2=https://example.com"]),
        &texts(&["a=/run/token"]),
    );
    let webhooks = webhooks.unwrap();
    assert_eq!(webhooks[0].url, "http://localhost:1/x?y=1");
    assert_eq!(webhooks[0].token, Some("/run/token".into()));
    assert_eq!(webhooks[1].token, None);
    for (wrong, token) in [
        ("http://x", None),
        ("a b=http://x", None),
        ("=http://x", None),
        ("a=ftp://x", None),
        ("a=x", None),
        ("a=/path", None),
        ("a=http://user:password@x", None),
        ("a=http://x/#y", None),
        ("a=http://x", Some("b=/file")),
        ("a=http://x", Some("a=")),
        ("a=http://x", Some("a")),
    ] {
        let tokens = token.map(|token| texts(&[token])).unwrap_or_default();
        check(&texts(&[wrong]), &tokens).unwrap_err();
    }
    let twice = check(&texts(&["a=http://x", "a=http://y"]), &[]);
    let wrong = InvalidWebhook {
        setting: "webhook",
        at: 1,
        what: "a is given twice".into(),
    };
    assert_eq!(twice.unwrap_err(), [wrong]);
    // All of them are told, and nothing that only follows.
    let texts = [
        texts(&["a=ftp://x", "b=http://x", "c"]),
        texts(&["a=/file", "b=/file", "b=/file"]),
    ];
    let wrong = check(&texts[0], &texts[1]).unwrap_err();
    let places: Vec<_> = wrong
        .iter()
        .map(|wrong| (wrong.setting, wrong.at))
        .collect();
    assert_eq!(places, [("webhook", 0), ("webhook", 2)]);
}

/// Answers one request with these bytes, and gives what it has heard. The connection stays open.
async fn receiver(answer: &'static [u8]) -> (Uri, tokio::task::JoinHandle<(String, TcpStream)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        while !heard.ends_with(b"{}") {
            stream.read_buf(&mut heard).await.unwrap();
        }
        stream.write_all(answer).await.unwrap();
        let text = String::from_utf8(heard).unwrap();
        (text, stream)
    });
    (url.parse().unwrap(), heard)
}

fn webhooks(url: Uri, token: Option<PathBuf>) -> Webhooks {
    let name = "hook".into();
    Webhooks::open(&[WebhookConfig { name, url, token }]).unwrap()
}

async fn send(webhooks: &Webhooks) -> Result<(), Undelivered> {
    webhooks.send("hook", Bytes::from_static(b"{}")).await
}

#[tokio::test]
async fn a_message_is_a_post_with_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "s3cret\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let (url, heard) = receiver(b"HTTP/1.1 204 No Content\r\n\r\n").await;
    send(&webhooks(url, Some(file))).await.unwrap();
    let (heard, _) = heard.await.unwrap();
    assert!(heard.starts_with("POST /in HTTP/1.1\r\n"), "{heard}");
    for line in [
        "content-type: application/json\r\n",
        "authorization: Bearer s3cret\r\n",
        "content-length: 2\r\n",
    ] {
        assert!(heard.contains(line), "{heard}");
    }
}

#[test]
fn tokens_that_others_may_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let config = WebhookConfig {
        name: "hook".into(),
        url: "http://localhost/".parse().unwrap(),
        token: Some(file.clone()),
    };
    let missing = Webhooks::open(std::slice::from_ref(&config)).unwrap_err();
    assert!(matches!(missing, WebhookError::NoToken(..)));
    std::fs::write(&file, "s3cret").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let exposed = Webhooks::open(&[config]).unwrap_err();
    assert!(matches!(exposed, WebhookError::File(_)), "{exposed}");
}

#[tokio::test]
async fn answers_say_thank_you_later_or_no() {
    let unreachable = |outcome| matches!(outcome, Err(Undelivered::Unreachable(_)));
    let refused = |outcome| matches!(outcome, Err(Undelivered::Refused(_)));
    for (answer, is_told) in [
        (&b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"[..], true),
        (b"HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n", true),
        (b"what is this\r\n\r\n", true),
        (b"HTTP/1.1 400 No\r\ncontent-length: 0\r\n\r\n", false),
        (
            b"HTTP/1.1 307 There\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
            false,
        ),
    ] {
        let (url, _) = receiver(answer).await;
        let outcome = send(&webhooks(url, None)).await;
        let text = format!("{outcome:?}");
        match is_told {
            true => assert!(unreachable(outcome), "{text}"),
            false => assert!(refused(outcome), "{text}"),
        }
    }
    // The system gives this port to nobody.
    let closed = "http://127.0.0.1:1/?token=canary";
    let outcome = send(&webhooks(closed.parse().unwrap(), None)).await;
    let text = format!("{outcome:?}");
    assert!(text.contains("it did not answer: "), "{text}");
    assert!(!text.contains("canary"), "{text}");
    assert!(unreachable(outcome));
    let nobody = webhooks("http://127.0.0.1:1/".parse().unwrap(), None);
    assert!(refused(nobody.send("else", Bytes::new()).await));
}

/// The answer says that there is more than anybody wants, and never sends it.
#[tokio::test]
async fn an_answer_without_end_ends_all_the_same() {
    let (url, _) = receiver(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\nx").await;
    let began = Instant::now();
    send(&webhooks(url, None)).await.unwrap();
    assert!(began.elapsed() < WEBHOOK_MAX);
}
