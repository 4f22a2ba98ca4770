//! Calls that are none, or of nobody: signatures, sizes, spellings.

use crate::calls::{Scope, form, sign_request, unsigned};
use crate::support::{Client, Keys, call};
use s3_api::ConnectionFate;
use std::time::{Duration, SystemTime};

const WHO: &str = "GetCallerIdentity";

#[tokio::test]
async fn signatures() {
    let client = Client::new().await;
    let root = Keys::root();
    let send = async |keys: &Keys, scope: Scope<'_>| client.call_as(keys, scope, WHO, &[]).await;
    send(&root, Scope::of("sts")).await.ok();
    // Clients without a region leave it out.
    for region in ["", "us-east-1"] {
        let scope = Scope {
            region,
            ..Scope::of("sts")
        };
        send(&root, scope).await.ok();
    }
    let scope = Scope {
        region: "mars-1",
        ..Scope::of("sts")
    };
    send(&root, scope)
        .await
        .refused(403, "SignatureDoesNotMatch");
    send(&root, Scope::of("s3"))
        .await
        .refused(403, "SignatureDoesNotMatch");
    send(&root, Scope::of("iam"))
        .await
        .refused(400, "InvalidAction");
    let hour = Duration::from_secs(3600);
    let late = Scope {
        time: SystemTime::now() - hour,
        ..Scope::of("sts")
    };
    send(&root, late)
        .await
        .refused(403, "SignatureDoesNotMatch");
    let wrong = Keys {
        secret: "wrong".into(),
        ..root.clone()
    };
    send(&wrong, Scope::of("sts"))
        .await
        .refused(403, "SignatureDoesNotMatch");
    let unknown = Keys {
        access: "UNKNOWN".into(),
        ..root.clone()
    };
    send(&unknown, Scope::of("sts"))
        .await
        .refused(403, "InvalidClientTokenId");
    // The body is what is signed, whatever a header says of it.
    let body = form(WHO, &[]);
    let request = sign_request(
        unsigned(form("GetSessionToken", &[])),
        body.as_bytes(),
        &root,
        Scope::of("sts"),
    );
    client
        .send_raw(request)
        .await
        .refused(403, "SignatureDoesNotMatch");
    let mut claimed = unsigned(form("GetSessionToken", &[]));
    let unsaid = http::HeaderValue::from_static("UNSIGNED-PAYLOAD");
    claimed.headers_mut().insert("x-amz-content-sha256", unsaid);
    let request = sign_request(claimed, body.as_bytes(), &root, Scope::of("sts"));
    client
        .send_raw(request)
        .await
        .refused(403, "SignatureDoesNotMatch");
    let nobody = client.send_raw(unsigned(body.clone())).await;
    nobody.refused(403, "MissingAuthenticationToken");
    for (value, code) in [
        ("AWS AKID:signature", "IncompleteSignature"),
        ("Bearer x", "IncompleteSignature"),
        ("AWS4-HMAC-SHA256 Credential=x", "IncompleteSignature"),
    ] {
        let mut request = unsigned(body.clone());
        let value = http::HeaderValue::from_static(value);
        request.headers_mut().insert("authorization", value);
        client.send_raw(request).await.refused(400, code);
    }
}

#[tokio::test]
async fn spellings() {
    let client = Client::new().await;
    let root = Keys::root();
    let send = async |body: Vec<u8>| {
        let request = sign_request(unsigned(body.clone()), &body, &root, Scope::of("iam"));
        client.send_raw(request).await
    };
    let many = (0..600).fold("Action=ListUsers".to_owned(), |all, at| {
        format!("{all}&p{at}=1")
    });
    for (body, status, code) in [
        ("", 400, "MissingAction"),
        ("=&&&=x", 404, "MalformedQueryString"),
        ("Action=", 400, "InvalidAction"),
        ("Action=DropTables", 400, "InvalidAction"),
        ("Action=ListUsers&Version=2010-05-08", 200, ""),
        ("Action=ListUsers&Version=1999-01-01", 400, "InvalidAction"),
        (
            "Action=ListUsers&Action=DeleteUser",
            404,
            "MalformedQueryString",
        ),
        ("Action=ListUsers&x=%FF", 404, "MalformedQueryString"),
        (
            "Action=TagUser&UserName=a&Tags.member.one.Key=k",
            404,
            "MalformedQueryString",
        ),
        (many.as_str(), 404, "MalformedQueryString"),
    ] {
        let reply = send(body.into()).await;
        assert_eq!(
            (reply.status.as_u16(), reply.tag("Code")),
            (status, code),
            "{body:.60}"
        );
    }
    send(vec![0xff; 1000])
        .await
        .refused(404, "MalformedQueryString");
}

#[tokio::test]
async fn sizes() {
    let client = Client::new().await;
    let root = Keys::root();
    let long = format!("Action=ListUsers&x={}", "y".repeat(600 << 10));
    let request = sign_request(
        unsigned(long.clone()),
        long.as_bytes(),
        &root,
        Scope::of("iam"),
    );
    let reply = client.send_raw(request).await;
    assert_eq!(reply.observation.bytes_in, 0, "it is not even read");
    assert_eq!(reply.fate, ConnectionFate::LingerThenClose);
    reply.refused(413, "RequestEntityTooLarge");
    // Of strangers less is taken.
    let long = format!(
        "Action=AssumeRoleWithWebIdentity&x={}",
        "y".repeat(100 << 10)
    );
    let reply = client.send_raw(unsigned(long)).await;
    reply.refused(413, "RequestEntityTooLarge");
}

/// Everything else stays S3's.
#[tokio::test]
async fn what_is_no_call() {
    let client = Client::new().await;
    client.get("/").await.ok();
    client.get("/?x-id=ListBuckets").await.ok();
    client.put("/bucket", "").await;
    let form = "application/x-www-form-urlencoded";
    let put = call("PUT", "/bucket/Action").header("content-type", form);
    client.send(put.body("Action=ListUsers")).await.ok();
    let post = call("POST", "/bucket").header("content-type", form);
    let reply = client.send(post.body("Action=ListUsers")).await;
    assert!(!reply.text().contains("ErrorResponse"), "{}", reply.text());
}
