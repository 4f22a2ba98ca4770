//! Uploads by an HTML form.

use super::support::{Call, Client, Reply, call};
use ring::{digest, hmac};
use s3_api::{CustomerKeys, SigV2};
use std::time::{Duration, SystemTime};

/// A form that is being put together. What it is signed with comes last.
struct Form {
    fields: Vec<(String, String)>,
    conditions: Vec<String>,
    lives: i64,
}

fn form(key: &str) -> Form {
    Form {
        fields: vec![("key".to_owned(), key.to_owned())],
        conditions: vec![
            r#"{"bucket": "bucket"}"#.to_owned(),
            r#"["starts-with", "$key", ""]"#.to_owned(),
        ],
        lives: 600,
    }
}

impl Form {
    /// A field that the policy allows.
    fn field(self, name: &str, value: &str) -> Self {
        let condition = format!("[\"starts-with\", \"${name}\", \"\"]");
        self.condition(&condition).stray(name, value)
    }

    /// A field that it does not know.
    fn stray(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    fn condition(mut self, condition: &str) -> Self {
        self.conditions.push(condition.to_owned());
        self
    }

    fn lives(mut self, seconds: i64) -> Self {
        self.lives = seconds;
        self
    }

    fn policy(&self) -> String {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let end = now.checked_add_signed(self.lives).unwrap();
        let end = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(end));
        let policy = format!(
            "{{\"expiration\": \"{}\", \"conditions\": [{}]}}",
            iso(&end),
            self.conditions.join(",")
        );
        base64_simd::STANDARD.encode_to_string(policy)
    }

    fn signed(self) -> Self {
        self.signed_by("AKID", "secret")
    }

    fn signed_by(self, access_key: &str, secret: &str) -> Self {
        let scope = format!("{access_key}/20260101/us-east-1/s3/aws4_request");
        let form = self
            .field("x-amz-algorithm", "AWS4-HMAC-SHA256")
            .field("x-amz-credential", &scope)
            .field("x-amz-date", "20260101T000000Z");
        let policy = form.policy();
        let mut key = format!("AWS4{secret}").into_bytes();
        for piece in ["20260101", "us-east-1", "s3", "aws4_request"] {
            key = mac(hmac::HMAC_SHA256, &key, piece.as_bytes());
        }
        let signature = hex::encode(mac(hmac::HMAC_SHA256, &key, policy.as_bytes()));
        form.stray("policy", &policy)
            .stray("x-amz-signature", &signature)
    }

    fn signed_v2(self) -> Self {
        let policy = self.policy();
        let algorithm = hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY;
        let signature = mac(algorithm, b"secret", policy.as_bytes());
        let signature = base64_simd::STANDARD.encode_to_string(signature);
        self.stray("AWSAccessKeyId", "AKID")
            .stray("policy", &policy)
            .stray("signature", &signature)
    }

    fn with_file(self, content: &str) -> Call {
        let mut body = String::new();
        for (name, value) in &self.fields {
            body += &format!(
                "--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        body += "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\me\\a.txt\"\
                 \r\nContent-Type: text/plain\r\n\r\n";
        body += content;
        body += "\r\n--edge\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nUpload\r\n\
                 --edge--\r\n";
        let kind = "multipart/form-data; boundary=edge";
        call("POST", "/bucket")
            .header("content-type", kind)
            .body(body)
    }
}

fn mac(algorithm: hmac::Algorithm, key: &[u8], data: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key), data)
        .as_ref()
        .to_vec()
}

/// `Wed, 25 Nov 2026 21:00:00 GMT` as policies have it.
fn iso(date: &str) -> String {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let month = MONTHS.find(&date[8..11]).unwrap() / 3 + 1;
    let (day, year, time) = (&date[5..7], &date[12..16], &date[17..25]);
    format!("{year}-{month:02}-{day}T{time}Z")
}

async fn post(client: &Client, form: Form, content: &str) -> Reply {
    client.send_raw(form.with_file(content).unsigned()).await
}

#[tokio::test]
async fn a_signed_form_puts_its_file() {
    let client = Client::with_bucket().await;
    let sent = form("up/${filename}")
        .field("Content-Type", "text/plain")
        .field("Cache-Control", "no-cache")
        .field("x-amz-meta-color", "red")
        .field("acl", "bucket-owner-full-control")
        .stray("x-ignore-me", "x");
    let reply = post(&client, sent.signed(), "content\r\n--").await.ok();
    assert_eq!(reply.status, 204);
    assert!(reply.body.is_empty());
    assert_eq!(
        reply.header("location"),
        "http://localhost:9000/bucket/up/a.txt"
    );
    assert_eq!(reply.observation.operation, Some("PostObject"));
    let stored = client.get("/bucket/up/a.txt").await.ok();
    assert_eq!(stored.body, "content\r\n--");
    assert_eq!(stored.header("etag"), reply.header("etag"));
    assert_eq!(stored.header("content-type"), "text/plain");
    assert_eq!(stored.header("cache-control"), "no-cache");
    assert_eq!(stored.header("x-amz-meta-color"), "red");
    assert_eq!(stored.header("x-amz-ignore-me"), "");
}

#[tokio::test]
async fn a_large_file_is_streamed() {
    let client = Client::with_bucket().await;
    let content = "0123456789abcdef".repeat(200_000);
    post(&client, form("key").signed(), &content).await.ok();
    assert!(client.get("/bucket/key").await.ok().body == content);
}

#[tokio::test]
async fn the_form_chooses_its_answer() {
    let client = Client::with_bucket().await;
    for (asked, status) in [("200", 200), ("201", 201), ("204", 204), ("404", 204)] {
        let sent = form("a b").field("success_action_status", asked).signed();
        let reply = post(&client, sent, "x").await;
        assert_eq!(reply.status, status, "{}", reply.text());
        if status == 201 {
            assert!(reply.text().contains("<PostResponse><Location>"));
            assert_eq!(reply.tag("Location"), "http://localhost:9000/bucket/a%20b");
            assert_eq!((reply.tag("Bucket"), reply.tag("Key")), ("bucket", "a b"));
            assert_eq!(
                reply.tag("ETag").replace("&quot;", "\""),
                reply.header("etag")
            );
        } else {
            assert!(reply.body.is_empty());
        }
    }
    let to = |address| {
        form("a b")
            .field("success_action_redirect", address)
            .signed()
    };
    for (address, start) in [
        (
            "https://me.example.com/done",
            "https://me.example.com/done?",
        ),
        ("http://me.example.com/?a=b", "http://me.example.com/?a=b&"),
    ] {
        let reply = post(&client, to(address), "x").await;
        assert_eq!(reply.status, 303);
        let etag = reply.header("etag").trim_matches('"');
        let rest = format!("bucket=bucket&key=a%20b&etag=%22{etag}%22");
        assert_eq!(reply.header("location"), format!("{start}{rest}"));
    }
    assert_eq!(post(&client, to("nowhere"), "x").await.status, 204);
}

#[tokio::test]
async fn what_is_not_as_signed_is_refused_and_leaves_nothing() {
    let client = Client::with_bucket().await;
    let stray = form("k").stray("x-amz-meta-a", "b").signed();
    let wrong_bucket = form("k").condition(r#"{"bucket": "other"}"#).signed();
    let small = form("k").condition(r#"["content-length-range", 5, 9]"#);
    let large = form("k").condition(r#"["content-length-range", 0, 3]"#);
    let broken = form("k").condition("{}").signed();
    let no_signature = form("k").signed();
    let no_signature = Form {
        fields: no_signature
            .fields
            .into_iter()
            .filter(|(name, _)| name != "x-amz-signature")
            .collect(),
        ..no_signature
    };
    let changed = form("k").signed().stray("policy", "x");
    let changed = Form {
        fields: changed.fields.into_iter().rev().collect(),
        ..changed
    };
    for (sent, status, code) in [
        (stray, 403, "AccessDenied"),
        (wrong_bucket, 403, "AccessDenied"),
        (form("k").lives(-10).signed(), 403, "AccessDenied"),
        (small.signed(), 400, "EntityTooSmall"),
        (large.signed(), 400, "EntityTooLarge"),
        (broken, 400, "InvalidPolicyDocument"),
        (no_signature, 400, "InvalidArgument"),
        (changed, 403, "SignatureDoesNotMatch"),
        (
            form("k").signed_by("AKID", "wrong"),
            403,
            "SignatureDoesNotMatch",
        ),
        (
            form("k").signed_by("OTHER", "secret"),
            403,
            "InvalidAccessKeyId",
        ),
        (form("").signed(), 400, "InvalidArgument"),
        (form(&"k".repeat(1025)).signed(), 400, "KeyTooLongError"),
        (form("k"), 403, "AccessDenied"),
        (form("k").signed_v2(), 400, "InvalidRequest"),
    ] {
        post(&client, sent, "four").await.refused(status, code);
    }
    let listing = client.get("/bucket").await.ok();
    assert!(listing.tags("Key").is_empty(), "{}", listing.text());
}

#[tokio::test]
async fn a_checksum_is_verified() {
    let client = Client::with_bucket().await;
    let of = |content: &[u8]| {
        let digest = digest::digest(&digest::SHA256, content);
        base64_simd::STANDARD.encode_to_string(digest.as_ref())
    };
    let with = |value: &str| form("k").stray("x-amz-checksum-sha256", value).signed();
    post(&client, with(&of(b"content")), "content").await.ok();
    post(&client, with(&of(b"other")), "content")
        .await
        .refused(400, "BadDigest");
    post(&client, with("sailorjerry"), "content")
        .await
        .refused(400, "BadDigest");
    let shown = call("GET", "/bucket/k").header("x-amz-checksum-mode", "ENABLED");
    let shown = client.send(shown).await.ok();
    assert_eq!(shown.header("x-amz-checksum-sha256"), of(b"content"));
}

#[tokio::test]
async fn tags_come_as_a_document() {
    let client = Client::with_bucket().await;
    let tags = "<Tagging><TagSet><Tag><Key>a b</Key><Value>1+2</Value></Tag>\
                <Tag><Key>c</Key><Value/></Tag></TagSet></Tagging>";
    post(&client, form("k").field("tagging", tags).signed(), "x")
        .await
        .ok();
    let stored = client.get("/bucket/k").await.ok();
    assert_eq!(stored.header("x-amz-tagging-count"), "2");
    let broken = form("k").field("tagging", "<Tagging/>").signed();
    post(&client, broken, "x")
        .await
        .refused(400, "MalformedXML");
}

#[tokio::test]
async fn version_2_signs_forms_where_it_is_accepted() {
    let client = Client::set(|config| config.sigv2 = SigV2::Accepted).await;
    client.send(call("PUT", "/bucket")).await.ok();
    post(&client, form("k").signed_v2(), "content").await.ok();
    assert_eq!(client.get("/bucket/k").await.ok().body, "content");
    let mut changed = form("k").signed_v2();
    changed.fields.last_mut().unwrap().1.insert(0, 'A');
    post(&client, changed, "content")
        .await
        .refused(403, "SignatureDoesNotMatch");
    let mut unsigned = form("k").signed_v2();
    unsigned.fields.pop();
    let reply = post(&client, unsigned, "content")
        .await
        .refused(400, "InvalidArgument");
    assert_eq!(reply.tag("ArgumentName"), "signature");
}

#[tokio::test]
async fn what_is_no_form_is_refused() {
    let client = Client::with_bucket().await;
    let post = |kind: &str, body: &'static str| {
        let call = call("POST", "/bucket").header("content-type", kind);
        client.send_raw(call.body(body).unsigned())
    };
    let refused = |reply: Reply, status, code| reply.refused(status, code);
    refused(
        post("application/json", "{}").await,
        412,
        "PreconditionFailed",
    );
    refused(
        post("multipart/form-data", "x").await,
        400,
        "MalformedPOSTRequest",
    );
    let kind = "multipart/form-data; boundary=edge";
    refused(post(kind, "x").await, 400, "MalformedPOSTRequest");
    refused(post(kind, "--edge--\r\n").await, 400, "InvalidArgument");
}

#[tokio::test]
async fn a_form_asks_for_encryption_like_any_put() {
    let client = Client::set(|config| config.customer_keys = CustomerKeys::Anywhere).await;
    client.send(call("PUT", "/bucket")).await.ok();
    let managed = form("managed").field("x-amz-server-side-encryption", "AES256");
    client
        .send_raw(managed.signed().with_file("text").unsigned())
        .await
        .ok();
    let head = client.send(call("HEAD", "/bucket/managed")).await.ok();
    assert_eq!(head.header("x-amz-server-side-encryption"), "AES256");

    let start = "x-amz-server-side-encryption-customer";
    let fields = [
        ("-algorithm", "AES256"),
        ("-key", "pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs="),
        ("-key-MD5", "DWygnHRtgiJ77HCm+1rvHw=="),
    ];
    let keyed = fields.iter().fold(form("keyed"), |form, (end, value)| {
        form.field(&format!("{start}{end}"), value)
    });
    client
        .send_raw(keyed.signed().with_file("text").unsigned())
        .await
        .ok();
    client
        .get("/bucket/keyed")
        .await
        .refused(400, "InvalidRequest");
    let read = fields
        .iter()
        .fold(call("GET", "/bucket/keyed"), |call, (end, value)| {
            call.header(&format!("{start}{}", end.to_lowercase()), *value)
        });
    assert_eq!(client.send(read).await.ok().body, "text");
}
