//! Links by which a browser plays an object.

use crate::readings::Link;
use crate::support::{Client, Rig, allow, pass, request};
use admin::limits::{ACCESS_SECONDS, PREVIEW_IDLE_SECONDS, READINGS_PER_BEARER_MAX};
use http::Method;
use serde_json::{Value, json};

async fn link(client: &Client<'_>, key: &str) -> Link {
    let wanted = json!({ "key": key, "content_type": "video/mp4" });
    Link::asked(client, "/buckets/films/preview", wanted).await
}

async fn films(root: &Client<'_>) {
    root.post("/buckets", json!({ "name": "films" })).await.ok();
    for (key, text) in [("a.mp4", "0123456789"), ("page.mp4", "<script>1</script>")] {
        root.upload(&format!("films/{key}"), text).await.ok();
    }
}

#[tokio::test]
async fn a_player_gets_ranges_by_a_link_again_and_again() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    films(&root).await;
    let link = link(&root, "a.mp4").await;
    let whole = link.follow(&rig, &[]).await;
    assert_eq!(
        (whole.status.as_u16(), &*whole.bytes),
        (200, &b"0123456789"[..])
    );
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let part = link.follow(&rig, &[("range", "bytes=2-4")]).await;
    assert_eq!((part.status.as_u16(), &*part.bytes), (206, &b"234"[..]));
    assert_eq!(part.header("content-range"), "bytes 2-4/10");
    assert_eq!(part.header("content-length"), "3");
    let tag = part.header("etag").to_owned();
    let headers = [("range", "bytes=8-"), ("if-range", tag.as_str())];
    assert_eq!(&*link.follow(&rig, &headers).await.bytes, b"89");
    let beyond = link.follow(&rig, &[("range", "bytes=99-")]).await;
    beyond.refused(416, "InvalidRange");
}

#[tokio::test]
async fn whatever_it_holds_it_is_for_a_player_and_runs_nothing() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    films(&root).await;
    let link = link(&root, "page.mp4").await;
    let shown = link.follow(&rig, &[]).await;
    assert_eq!(shown.header("content-type"), "video/mp4");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert_eq!(
        shown.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    assert_eq!(shown.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(shown.header("cache-control"), "no-store");
    for kind in [
        "text/html",
        "image/svg+xml",
        "video/",
        "video/mp4; codecs=x",
        "audio/a\r\nb: c",
    ] {
        let wanted = json!({ "key": "a.mp4", "content_type": kind });
        let refused = root.post("/buckets/films/preview", wanted).await;
        refused.refused(400, "InvalidField");
    }
}

/// An address stands in logs, and in the history of a proxy.
#[tokio::test]
async fn the_address_alone_opens_nothing() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    films(&root).await;
    let link = link(&root, "a.mp4").await;
    for cookie in [
        "",
        "cairn_preview=",
        "cairn_preview=00112233445566778899aabbccddeeff",
    ] {
        let headers = [("cookie", cookie)];
        let reply = rig
            .send(request(Method::GET, &link.path, &headers, None))
            .await;
        reply.refused(404, "NoSuchPreview");
    }
    // That of somebody else's browser neither.
    let other = root.user("other", Some(allow(&["s3:*"]))).await;
    let others = self::link(&other, "a.mp4").await;
    assert_ne!(others.cookie, link.cookie);
    let mixed = Link {
        path: link.path.clone(),
        cookie: others.cookie,
    };
    mixed.follow(&rig, &[]).await.refused(404, "NoSuchPreview");
    // Of one session all have one cookie: the link that came before goes on.
    let second = self::link(&root, "page.mp4").await;
    assert_eq!(second.cookie, link.cookie);
    let written = rig.send(request(
        Method::PUT,
        &link.path,
        &[("cookie", &link.cookie)],
        None,
    ));
    written.await.refused(405, "MethodNotAllowed");
    assert!(link.follow(&rig, &[]).await.status.is_success());
}

#[tokio::test]
async fn a_link_ends_with_its_session_its_use_and_what_its_user_may() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    films(&root).await;
    let reader = root.user("reader", Some(allow(&["s3:GetObject"]))).await;
    let mine = link(&reader, "a.mp4").await;
    // Longer than an access token, as long as it is used.
    for _ in 0..3 {
        pass(ACCESS_SECONDS - 60);
        assert!(mine.follow(&rig, &[]).await.status.is_success());
    }
    let root = rig.root().await;
    root.delete("/users/reader/policies/test").await.ok();
    mine.follow(&rig, &[]).await.refused(403, "AccessDenied");

    let idle = link(&root, "a.mp4").await;
    pass(PREVIEW_IDLE_SECONDS);
    idle.follow(&rig, &[]).await.refused(404, "NoSuchPreview");

    let root = rig.root().await;
    let ended = rig.root().await;
    let last = link(&ended, "a.mp4").await;
    let changed = link(&root, "page.mp4").await;
    ended.delete("/session").await.ok();
    last.follow(&rig, &[]).await.refused(401, "SessionEnded");
    // Another object by now.
    root.upload("films/page.mp4", "other").await.ok();
    changed
        .follow(&rig, &[])
        .await
        .refused(412, "PreconditionFailed");
}

#[tokio::test]
async fn who_may_not_read_it_gets_no_link_and_nobody_gets_too_many() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    films(&root).await;
    let nobody = root.user("nobody", Some(allow(&["s3:ListBucket"]))).await;
    let wanted = json!({ "key": "a.mp4", "content_type": "video/mp4" });
    let refused = nobody.post("/buckets/films/preview", wanted).await;
    refused.refused(403, "AccessDenied");
    let missing: Value = json!({ "key": "no.mp4", "content_type": "video/mp4" });
    let refused = root.post("/buckets/films/preview", missing).await;
    assert_eq!(refused.status.as_u16(), 404);
    let first = link(&root, "a.mp4").await;
    pass(1);
    let second = link(&root, "a.mp4").await;
    for _ in 2..READINGS_PER_BEARER_MAX {
        link(&root, "a.mp4").await;
    }
    pass(1);
    // What is used stays; of the others the oldest goes.
    assert!(first.follow(&rig, &[]).await.status.is_success());
    pass(1);
    for _ in 0..READINGS_PER_BEARER_MAX - 1 {
        link(&root, "a.mp4").await;
    }
    second.follow(&rig, &[]).await.refused(404, "NoSuchPreview");
    assert!(first.follow(&rig, &[]).await.status.is_success());
}
