//! RenameObject.

use crate::support::{Call, Client, call};

fn rename(key: &str, source: &str) -> Call {
    call("PUT", format!("/bucket/{key}?renameObject")).header("x-amz-rename-source", source)
}

#[tokio::test]
async fn everything_moves_with_the_object() {
    let client = Client::with_bucket().await;
    let put = call("PUT", "/bucket/a%20b")
        .header("x-amz-meta-a", "1")
        .header("x-amz-tagging", "k=v")
        .body("data");
    client.send(put).await.ok();
    client.send(rename("c", "a%20b")).await.ok();
    client.get("/bucket/a%20b").await.refused(404, "NoSuchKey");
    let moved = client.get("/bucket/c").await.ok();
    assert_eq!((moved.text(), moved.header("x-amz-meta-a")), ("data", "1"));
    assert_eq!(moved.header("x-amz-tagging-count"), "1");
    client.send(rename("d", "/bucket/c")).await.ok();
    assert_eq!(client.get("/bucket").await.tags("Key"), ["d"]);
}

#[tokio::test]
async fn conditions_and_mistakes() {
    let client = Client::with_bucket().await;
    let etag = client.put("/bucket/old", "data").await;
    let etag = etag.header("etag").to_owned();
    client.put("/bucket/new", "other").await;
    for (name, value) in [
        ("if-none-match", "*"),
        ("if-match", etag.as_str()),
        ("x-amz-rename-source-if-match", "\"other\""),
        ("x-amz-rename-source-if-none-match", "*"),
        (
            "x-amz-rename-source-if-unmodified-since",
            "Thu, 01 Jan 2015 00:00:00 GMT",
        ),
    ] {
        let refused = client.send(rename("new", "old").header(name, value)).await;
        refused.refused(412, "PreconditionFailed");
    }
    let time = rename("new", "old").header("if-unmodified-since", "Thu, 01 Jan 2015 00:00:00 GMT");
    client.send(time).await.refused(501, "NotImplemented");
    for source in ["", "old", "/bucket/old"] {
        let refused = client.send(rename("old", source)).await;
        refused.refused(400, "InvalidArgument");
    }
    client
        .send(rename("new", "none"))
        .await
        .refused(404, "NoSuchKey");
    let held = rename("new", "old").header("x-amz-rename-source-if-match", etag);
    client.send(held).await.ok();
    assert_eq!(client.get("/bucket/new").await.text(), "data");
}
