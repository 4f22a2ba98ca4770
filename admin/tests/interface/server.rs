//! The server itself, and its live figures.

use crate::support::{Client, Rig, allow};
use http::Method;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

#[tokio::test]
async fn the_server_says_what_it_is() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let server = root.get("/server").await.ok();
    assert_eq!(server["version"], "1.2.3");
    assert_eq!(server["s3_endpoint"], "http://console.example:9000");
    assert_eq!(server["drives"][0]["path"], "/data");
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.upload("photos/a", "hello").await.ok();
    let totals = root.get("/server/stats").await.ok()["totals"].clone();
    assert_eq!(
        (&totals["buckets"], &totals["bytes"]),
        (&json!(1), &json!(5))
    );
}

#[tokio::test]
async fn live_figures_come_until_the_server_stops() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let answer = rig
        .answer(root.request(Method::GET, "/server/live", None))
        .await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.into_body();
    let wait = Duration::from_secs(10);
    let frame = timeout(wait, body.frame()).await.unwrap().unwrap().unwrap();
    let text = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
    let event: Value = serde_json::from_str(text.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(event["requests_per_second"]["success"], 0.0);
    assert!(event["p50_seconds"].is_null());
    assert!(text.ends_with("\n\n"));
    rig.stop.send_replace(true);
    assert!(timeout(wait, body.frame()).await.unwrap().is_none());
}

#[tokio::test]
async fn settings_say_where_they_come_from() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let settings = root.get("/server/settings").await.ok();
    let secret = &settings["items"][0];
    assert_eq!(secret["value"], Value::Null);
    assert_eq!(
        (&secret["secret"], &secret["is_set"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        (&secret["origin"], &secret["reload"]),
        (&json!("environment"), &json!("restart"))
    );
    let nobody = root.user("nobody", Some(allow(&["s3:*"]))).await;
    nobody
        .get("/server/settings")
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn live_figures_end_for_whoever_is_shut_out() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let watcher = root
        .user("watcher", Some(allow(&["cairn:GetServerInfo"])))
        .await;
    let new = json!({ "name": "watch", "expires_in": 3600 });
    let made = watcher.post("/tokens", new).await.ok();
    let token = made["token"].as_str().unwrap().to_owned();
    let cookie = String::new();
    let by_token = Client {
        rig: &rig,
        token,
        cookie,
    };
    let wait = Duration::from_secs(10);
    let mut streams = Vec::new();
    for client in [&by_token, &watcher, &root] {
        let asked = client.request(Method::GET, "/server/live", None);
        let mut body = rig.answer(asked).await.into_body();
        let first = timeout(wait, body.frame()).await.unwrap();
        assert!(first.is_some());
        streams.push(body);
    }
    let id = made["id"].as_str().unwrap();
    root.delete(&format!("/users/watcher/tokens/{id}"))
        .await
        .ok();
    let after = timeout(wait, streams[0].frame()).await.unwrap();
    assert!(after.is_none());
    let after = timeout(wait, streams[1].frame()).await.unwrap();
    assert!(after.is_some());
    // The permission is enough.
    root.delete("/users/watcher/policies/test").await.ok();
    let after = timeout(wait, streams[1].frame()).await.unwrap();
    assert!(after.is_none());
    let others = timeout(wait, streams[2].frame()).await.unwrap();
    assert!(others.is_some());
}

/// What needs attention is told to whoever may see it, and mended when it is.
#[tokio::test]
async fn what_needs_attention_is_told_in_one_place() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let kinds = async |client: &Client<'_>| -> Vec<String> {
        let items = client.get("/server/attention").await.ok()["items"].clone();
        let items = items.as_array().unwrap().iter();
        let kinds = items.map(|it| it["kind"].as_str().unwrap().to_owned());
        kinds.collect()
    };
    assert!(kinds(&root).await.is_empty());
    let new = json!({ "name": "photos", "quota": { "bytes": 10 } });
    root.post("/buckets", new).await.ok();
    root.upload("photos/a", "nearly 10").await.ok();
    // The engine of this test is in no folder, of which there is no backup.
    let backup = json!({ "kind": "backup", "to": "/nowhere" });
    let job = root.post("/jobs", backup).await.ok();
    let job = format!("/jobs/{}", job["id"].as_str().unwrap());
    while root.get(&job).await.ok()["state"] == "running" {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(kinds(&root).await, ["quota", "job"]);
    let items = root.get("/server/attention").await.ok()["items"].clone();
    assert_eq!(
        (&items[0]["about"], &items[0]["share"]),
        (&json!("photos"), &json!(0.9))
    );
    let watcher = root
        .user("watcher", Some(allow(&["cairn:GetServerInfo"])))
        .await;
    assert!(kinds(&watcher).await.is_empty());
    let nobody = root.user("nobody", None).await;
    nobody
        .get("/server/attention")
        .await
        .refused(403, "AccessDenied");
    root.put(
        "/buckets/photos/quota",
        json!({ "bytes": 1000, "objects": null }),
    )
    .await
    .ok();
    root.delete(&job).await;
    assert!(kinds(&root).await.is_empty());
}
