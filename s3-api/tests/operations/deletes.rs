//! DeleteObject and DeleteObjects.

use crate::support::{Call, Client, call};

#[tokio::test]
async fn deletes_are_idempotent() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "data").await;
    for _ in 0..2 {
        assert_eq!(client.send(call("DELETE", "/bucket/key")).await.status, 204);
    }
    client.get("/bucket/key").await.refused(404, "NoSuchKey");
    client
        .send(call("DELETE", "/no-bucket/key"))
        .await
        .refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn conditional_deletes() {
    let client = Client::with_bucket().await;
    let etag = client
        .put("/bucket/key", "data")
        .await
        .header("etag")
        .to_owned();
    let delete = |name: &str, value: &str| call("DELETE", "/bucket/key").header(name, value);
    let time = client.get("/bucket/key").await;
    let time = time.header("last-modified").to_owned();
    for (name, value) in [
        ("if-match", "\"other\""),
        ("x-amz-if-match-size", "5"),
        (
            "x-amz-if-match-last-modified-time",
            "Thu, 01 Jan 2015 00:00:00 GMT",
        ),
        ("x-amz-if-match-last-modified-time", "2015-01-01T00:00:00Z"),
    ] {
        let refused = client.send(delete(name, value)).await;
        refused.refused(412, "PreconditionFailed");
    }
    for name in ["x-amz-if-match-size", "x-amz-if-match-last-modified-time"] {
        let refused = client.send(delete(name, "nonsense")).await;
        refused.refused(400, "InvalidArgument");
    }
    let all = delete("if-match", &etag)
        .header("x-amz-if-match-size", "4")
        .header("x-amz-if-match-last-modified-time", time);
    client.send(all).await.ok();
    client.get("/bucket/key").await.refused(404, "NoSuchKey");
    // What is gone fits any size; a tag needs somebody to have it.
    client.send(delete("x-amz-if-match-size", "4")).await.ok();
    for tag in ["*", &etag] {
        let refused = client.send(delete("if-match", tag)).await;
        refused.refused(404, "NoSuchKey");
    }
}

#[tokio::test]
async fn a_condition_does_not_hold_for_what_is_hidden() {
    let client = Client::with_bucket().await;
    let body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let enable = call("PUT", "/bucket?versioning").body(body);
    client.send(enable).await.ok();
    client.put("/bucket/key", "data").await;
    client.send(call("DELETE", "/bucket/key")).await.ok();
    for (name, value) in [("if-match", "*"), ("x-amz-if-match-size", "4")] {
        let delete = call("DELETE", "/bucket/key").header(name, value);
        let refused = client.send(delete).await;
        refused.refused(412, "PreconditionFailed");
    }
}

fn delete_all(body: &str) -> Call {
    let body = format!("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{body}</Delete>");
    call("POST", "/bucket?delete").proven(body)
}

#[tokio::test]
async fn many_are_deleted_at_once() {
    let client = Client::with_bucket().await;
    for key in ["a", "b", "c%26", "%20d"] {
        client.put(&format!("/bucket/{key}"), "data").await;
    }
    let objects = "<Object><Key>a</Key></Object><Object><Key>c&amp;</Key></Object>\
                   <Object><Key>missing</Key></Object><Object><Key> d</Key></Object>";
    let reply = client.send(delete_all(objects)).await.ok();
    assert_eq!(reply.tags("Key"), ["a", "c&amp;", "missing", " d"]);
    assert_eq!(reply.tags("Error"), [""; 0]);
    assert_eq!(client.get("/bucket").await.tags("Key"), ["b"]);
    let quiet = "<Quiet>true</Quiet><Object><Key>b</Key></Object>";
    let reply = client.send(delete_all(quiet)).await.ok();
    assert_eq!(reply.tags("Deleted"), [""; 0]);
    assert_eq!(client.get("/bucket").await.tags("Key"), [""; 0]);
}

#[tokio::test]
async fn each_delete_has_its_own_outcome() {
    let client = Client::with_bucket().await;
    client.put("/bucket/a", "data").await;
    client.put("/bucket/b", "data").await;
    let long = "k".repeat(1025);
    let objects = format!(
        "<Object><Key>a</Key><ETag>\"other\"</ETag></Object>\
         <Object><Key>a</Key><Size>5</Size></Object>\
         <Object><Key>gone</Key><Size>5</Size></Object>\
         <Object><Key>{long}</Key></Object>\
         <Object><Key>b</Key><VersionId>nonsense</VersionId></Object>\
         <Object><Key>b</Key></Object>"
    );
    let reply = client.send(delete_all(&objects)).await.ok();
    assert_eq!(
        reply.tags("Code"),
        [
            "PreconditionFailed",
            "PreconditionFailed",
            "KeyTooLongError",
            "NoSuchVersion"
        ]
    );
    assert_eq!(reply.tags("Deleted").len(), 2);
    assert_eq!(client.get("/bucket").await.tags("Key"), ["a"]);
}

#[tokio::test]
async fn the_document_is_checked() {
    let client = Client::with_bucket().await;
    let body = "<Delete><Object><Key>a</Key></Object></Delete>";
    client
        .send(call("POST", "/bucket?delete").body(body))
        .await
        .refused(400, "InvalidRequest");
    client
        .send(delete_all(""))
        .await
        .refused(400, "MalformedXML");
    client
        .send(delete_all("<Object><Key></Key></Object>"))
        .await
        .refused(400, "MalformedXML");
    client
        .send(delete_all("<Object>"))
        .await
        .refused(400, "MalformedXML");
    let many = |count| "<Object><Key>a</Key></Object>".repeat(count);
    client.send(delete_all(&many(1000))).await.ok();
    client
        .send(delete_all(&many(1001)))
        .await
        .refused(400, "MalformedXML");
}

/// A policy that takes long for each of a thousand keys does so for some of them only, and others
/// have their turn meanwhile.
#[tokio::test]
async fn a_thousand_keys_have_one_budget() {
    let client = Client::with_bucket().await;
    let pattern = format!("*{}b", "a?".repeat(45));
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::bucket/*","Condition":{{"StringNotLike":{{"aws:UserAgent":{:?}}}}}}}}}"#,
        vec![pattern; 12]
    );
    let put = call("PUT", "/bucket?policy").body(policy);
    client.send(put).await.ok();
    client.put("/bucket/k0", "data").await;
    let other = client.account("other").await;
    let keys: String = (0..1000)
        .map(|it| format!("<Object><Key>k{it}</Key></Object>"))
        .collect();
    let delete = delete_all(&keys).header("user-agent", "a".repeat(20 << 10));
    let mut turns = 0;
    let reply = {
        let mut deleting = std::pin::pin!(client.send_as(&other, delete));
        loop {
            tokio::select! {
                biased;
                reply = &mut deleting => break reply.ok(),
                () = tokio::task::yield_now() => turns += 1,
            }
        }
    };
    let refused = reply.tags("Code");
    assert!((1..1000).contains(&refused.len()), "{}", refused.len());
    assert!(refused.iter().all(|code| *code == "AccessDenied"));
    assert!(turns > 30, "{turns}");
    // In the order they came: the first was within it.
    client.get("/bucket/k0").await.refused(404, "NoSuchKey");
}
