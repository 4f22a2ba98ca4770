//! Links by which a browser downloads an object.

use crate::readings::Link;
use crate::support::{Client, Rig, allow, pass, request};
use admin::limits::{
    ACCESS_SECONDS, READING_SECONDS_MAX, READINGS_PER_BEARER_MAX, READINGS_PER_USER_MAX,
};
use http::Method;
use serde_json::{Value, json};

async fn link_to(client: &Client<'_>, wanted: Value) -> Link {
    Link::asked(client, "/buckets/files/download", wanted).await
}

async fn bucket(root: &Client<'_>) {
    root.post("/buckets", json!({ "name": "files" })).await.ok();
}

#[tokio::test]
async fn a_file_comes_whole_and_the_rest_of_it_after_a_break() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root).await;
    root.upload("files/deep/a.bin", "0123456789").await.ok();
    let link = link_to(&root, json!({ "key": "deep/a.bin" })).await;
    let whole = link.follow(&rig, &[]).await;
    assert_eq!(
        (whole.status.as_u16(), &*whole.bytes),
        (200, &b"0123456789"[..])
    );
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("content-length"), "10");
    let tag = whole.header("etag").to_owned();
    // Hours later, when the access token of then is long no more.
    const { assert!(READING_SECONDS_MAX / 2 > ACCESS_SECONDS) };
    pass(READING_SECONDS_MAX / 2);
    let headers = [("range", "bytes=4-"), ("if-range", tag.as_str())];
    let rest = link.follow(&rig, &headers).await;
    assert_eq!((rest.status.as_u16(), &*rest.bytes), (206, &b"456789"[..]));
    assert_eq!(rest.header("content-range"), "bytes 4-9/10");
    // The rest of another object is not the rest of this one.
    let root = rig.root().await;
    root.upload("files/deep/a.bin", "abcdefghij").await.ok();
    let changed = link.follow(&rig, &headers).await;
    changed.refused(412, "PreconditionFailed");
}

#[tokio::test]
async fn whatever_it_holds_it_is_a_file_and_runs_nothing() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root).await;
    root.upload("files/page.html", "<script>1</script>")
        .await
        .ok();
    let page = json!({ "content_type": "text/html", "content_disposition": "inline",
        "content_language": "de", "metadata": {} });
    let said = root.put("/buckets/files/object/metadata?key=page.html", page);
    said.await.ok();
    let link = link_to(&root, json!({ "key": "page.html" })).await;
    let sent = link.follow(&rig, &[]).await;
    assert_eq!(sent.header("content-type"), "application/octet-stream");
    assert_eq!(sent.header("x-content-type-options"), "nosniff");
    assert_eq!(
        sent.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    assert!(
        sent.header("content-disposition")
            .starts_with("attachment;")
    );
    assert_eq!(sent.header("content-language"), "");
    assert_eq!(sent.header("cache-control"), "no-store");
}

/// Every key can be downloaded, those too that no address can name.
#[tokio::test]
async fn a_file_is_called_as_the_last_step_of_its_key() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root).await;
    root.upload("files/seed", "text").await.ok();
    for (key, plain, full) in [
        ("a/b c.txt", "b c.txt", "b%20c.txt"),
        ("x/ä\"; y=.txt", "__; y=.txt", "%C3%A4%22%3B%20y%3D.txt"),
        ("a\r\nb", "a__b", "a%0D%0Ab"),
        ("folder/", "folder", "folder"),
        ("///", "object", "object"),
        (".", "object", "object"),
        ("..", "object", "object"),
        ("a/..", "object", "object"),
    ] {
        let copy = json!({ "key": "seed", "to_key": key });
        root.post("/buckets/files/object/copy", copy).await.ok();
        let link = link_to(&root, json!({ "key": key })).await;
        let sent = link.follow(&rig, &[]).await;
        assert_eq!(&*sent.bytes, b"text", "{key:?}");
        let plain = plain.replace([';', '='], "_");
        let disposition = sent.header("content-disposition").to_owned();
        let name = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}");
        assert_eq!(disposition, name);
    }
}

#[tokio::test]
async fn the_link_is_of_one_browser_for_one_object_and_of_who_may_read_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root).await;
    root.upload("files/a", "text").await.ok();
    let wanted = json!({ "key": "a" });
    let nobody = root.user("nobody", Some(allow(&["s3:ListBucket"]))).await;
    let refused = nobody.post("/buckets/files/download", wanted.clone()).await;
    refused.refused(403, "AccessDenied");
    let reader = root.user("reader", Some(allow(&["s3:GetObject"]))).await;
    // An old version takes a permission of its own.
    let version = json!({ "key": "a", "version": "null" });
    let refused = reader.post("/buckets/files/download", version).await;
    refused.refused(403, "AccessDenied");
    let link = link_to(&reader, wanted.clone()).await;
    let alone = rig.send(request(Method::GET, &link.path, &[], None)).await;
    alone.refused(404, "NoSuchDownload");
    let others = link_to(&root, wanted.clone()).await;
    let mixed = Link {
        path: link.path.clone(),
        cookie: others.cookie,
    };
    mixed.follow(&rig, &[]).await.refused(404, "NoSuchDownload");
    // A ticket to download opens nothing where films are played.
    let elsewhere = Link {
        path: link.path.replace("/download/", "/preview/"),
        cookie: link.cookie.replace("cairn_download", "cairn_preview"),
    };
    elsewhere
        .follow(&rig, &[])
        .await
        .refused(404, "NoSuchPreview");
    assert!(link.follow(&rig, &[]).await.status.is_success());
    root.delete("/users/reader/policies/test").await.ok();
    link.follow(&rig, &[]).await.refused(403, "AccessDenied");
    let ended = rig.root().await;
    let last = link_to(&ended, wanted).await;
    ended.delete("/session").await.ok();
    last.follow(&rig, &[]).await.refused(401, "SessionEnded");
}

/// The audit log tells of downloads as it tells of links.
#[tokio::test]
async fn a_download_is_noted() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root).await;
    root.upload("files/a/b", "text").await.ok();
    link_to(&root, json!({ "key": "a/b" })).await;
    let noted = root.get("/audit?action=PrepareDownload").await.ok();
    assert_eq!(noted["items"][0]["target"], "files/a/b");
    assert_eq!(noted["items"][0]["outcome"], "done");
}

/// Programs that download look before they begin.
#[tokio::test]
async fn a_link_can_be_looked_at() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root).await;
    root.upload("files/a", "text").await.ok();
    let link = link_to(&root, json!({ "key": "a" })).await;
    let cookie = ("cookie", link.cookie.as_str());
    let head = rig
        .send(request(Method::HEAD, &link.path, &[cookie], None))
        .await;
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-length"), "4");
    assert_eq!(head.bytes.len(), 0);
    assert!(
        head.header("content-disposition")
            .contains("filename=\"a\"")
    );
}

/// However many sessions and tokens somebody has, others keep their links.
#[tokio::test]
async fn one_user_has_so_many_links() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root).await;
    root.upload("files/a", "text").await.ok();
    let wanted = json!({ "key": "a" });
    let others = link_to(&root, wanted.clone()).await;
    let anna = root.user("anna", Some(allow(&["s3:GetObject"]))).await;
    let first = link_to(&anna, wanted.clone()).await;
    // All others are used later than this.
    pass(1);
    for number in 0..READINGS_PER_USER_MAX / READINGS_PER_BEARER_MAX {
        let new = json!({ "name": format!("t{number}"), "expires_in": 3600 });
        let made = anna.post("/tokens", new).await.ok();
        let robot = Client {
            rig: &rig,
            token: made["token"].as_str().unwrap().to_owned(),
            cookie: String::new(),
        };
        for _ in 0..READINGS_PER_BEARER_MAX {
            link_to(&robot, wanted.clone()).await;
        }
    }
    first.follow(&rig, &[]).await.refused(404, "NoSuchDownload");
    assert_eq!(others.follow(&rig, &[]).await.status, 200);
}
