//! Changes of the same document at the same time, and clients that take theirs.

use crate::support::{Client, Rig, allow};
use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt, stream};
use http::{Method, Request};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use serde_json::{Value, json};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(30);

/// A change whose body comes when it is sent.
async fn late(
    client: &Client<'_>,
    path: &str,
    tag: Option<&str>,
    body: oneshot::Receiver<Bytes>,
) -> u16 {
    let (mut parts, _) = client.request(Method::PUT, path, None).into_parts();
    if let Some(tag) = tag {
        parts.headers.insert("if-match", tag.parse().unwrap());
    }
    let frames = stream::once(body).map(|sent| sent.map(Frame::data));
    let request = Request::from_parts(parts, StreamBody::new(frames));
    let answer = client.rig.admin.handle(request).await;
    let status = answer.status().as_u16();
    answer.into_body().collect().await.unwrap();
    status
}

/// Documents, each with where it is changed and two changes of it.
async fn documents(root: &Client<'_>) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    let policy = |action: &str| json!({ "document": allow(&[action]) });
    let new = json!({ "name": "readers", "document": allow(&["s3:GetObject"]) });
    root.post("/policies", new).await.ok();
    root.put("/policies/readers", policy("s3:PutObject"))
        .await
        .ok();
    root.post("/users", json!({ "name": "anna" })).await.ok();
    root.post("/groups", json!({ "name": "staff" })).await.ok();
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let inside = |path| {
        let changes = ["s3:PutObject", "s3:GetObject"].map(|action| (path, allow(&[action])));
        (path, changes.to_vec())
    };
    let configuration = "/buckets/photos/config/versioning";
    let documents = vec![
        (
            "/policies/readers",
            vec![
                ("/policies/readers", policy("s3:DeleteObject")),
                ("/policies/readers/version", json!({ "version": 1 })),
            ],
        ),
        (
            "/policies/readers/limits",
            [1, 2]
                .map(|storage| ("/policies/readers/limits", json!({ "storage": storage })))
                .to_vec(),
        ),
        inside("/users/anna/policies/own"),
        inside("/groups/staff/policies/own"),
        (
            configuration,
            ["Enabled", "Suspended"]
                .map(|status| (configuration, json!({ "Status": status })))
                .to_vec(),
        ),
    ];
    for (path, changes) in &documents[2..4] {
        let mut before = changes[0].1.clone();
        before["Statement"][0]["Action"] = json!(["s3:ListBucket"]);
        assert!(root.put(path, before).await.status.is_success());
    }
    documents
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_changes_of_the_same_text_one_is_made() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for (path, changes) in documents(&root).await {
        let tag = root.get(path).await.header("etag").to_owned();
        let all = (0..24).map(|at| {
            let (path, body) = &changes[at % changes.len()];
            let mut request = root.request(Method::PUT, path, Some(body));
            let tag = tag.parse().unwrap();
            request.headers_mut().insert("if-match", tag);
            let admin = rig.admin.clone();
            tokio::spawn(async move { admin.handle(request).await.status().as_u16() })
        });
        let mut statuses = join_all(all).await.into_iter();
        let made = statuses.by_ref().map(Result::unwrap);
        let (made, refused): (Vec<u16>, Vec<u16>) = made.partition(|status| *status < 300);
        assert_eq!(made.len(), 1, "{path}: {made:?} {refused:?}");
        assert!(refused.iter().all(|it| *it == 412), "{path}: {refused:?}");
    }
}

#[tokio::test]
async fn what_comes_in_between_is_seen_by_a_change_that_takes_long() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for (path, changes) in documents(&root).await {
        let tag = root.get(path).await.header("etag").to_owned();
        let (send, body) = oneshot::channel();
        let mut change = pin!(late(&root, path, Some(&tag), body));
        assert!(change.as_mut().now_or_never().is_none());
        yield_now().await;
        // The last one has another path where there is one.
        let (other, text) = changes.last().unwrap();
        let between = timeout(SOON, root.put(other, text.clone())).await;
        assert!(between.unwrap().status.is_success(), "{other}");
        let text = changes[0].1.to_string();
        send.send(text.into()).unwrap();
        assert_eq!(change.await, 412, "{path}");
    }
}

#[tokio::test]
async fn who_may_not_and_takes_long_keeps_nobody_waiting() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let documents = documents(&root).await;
    let nobody = root.user("nobody", None).await;
    for (path, changes) in documents {
        let (send, body) = oneshot::channel();
        let mut change = pin!(late(&nobody, path, None, body));
        assert!(change.as_mut().now_or_never().is_none());
        yield_now().await;
        let (other, text) = &changes[0];
        let made = timeout(SOON, root.put(other, text.clone())).await;
        assert!(made.unwrap().status.is_success(), "{path}");
        let text = changes[0].1.to_string();
        send.send(text.into()).unwrap();
        assert_eq!(change.await, 403, "{path}");
    }
}
