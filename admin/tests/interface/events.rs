//! Events: what waits, what was given up, and another chance for that.

use crate::support::{Rig, allow};
use bytes::Bytes;
use pipeline::events::{
    Configuration, EventName, EventPattern, Origin, Rule, Service, TargetArn, notes,
};
use serde_json::{Value, json};
use storage_engine::{NewObject, PutObject, StageOptions};

/// Puts an object and lets the event of it be given up, for the webhook of this name.
async fn give_up(rig: &Rig, webhook: &str, key: &str) {
    let arn = format!("arn:cairn:sqs::{webhook}:webhook");
    let rule = Rule {
        id: "rule".into(),
        target: TargetArn::parse(Service::Queue, &arn).unwrap(),
        events: vec![EventPattern::parse("s3:ObjectCreated:*").unwrap()],
        filter: None,
    };
    let rules = Configuration { rules: vec![rule] };
    let notes = notes(&rules, key.as_bytes(), &[EventName::CreatedPut], || {
        Origin {
            bucket: "photos".into(),
            bucket_owner: "owner".into(),
            principal: "somebody".into(),
            address: "127.0.0.1".into(),
            request_id: "R".into(),
            host_id: "H".into(),
        }
    });
    let options = StageOptions {
        bucket: "photos".into(),
        ..StageOptions::default()
    };
    let staged = rig.engine.stage(options).await.unwrap().seal().await;
    let put = PutObject {
        bucket: "photos".into(),
        key: Bytes::copy_from_slice(key.as_bytes()),
        object: NewObject::default(),
        conditions: Vec::new(),
        notes,
    };
    rig.engine.put_object(put, staged.unwrap()).await.unwrap();
    let events = rig.engine.events(webhook, None, 1).await.unwrap().events;
    let (event, dead) = (events[0].clone(), format!("{webhook}/dead"));
    rig.engine.move_event(webhook, &dead, event).await.unwrap();
}

fn keys(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["key"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_was_given_up_is_shown_in_pages_and_told_once_more() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let empty = root.get("/events").await.ok();
    let hook = &empty["webhooks"][0];
    assert_eq!(
        (&hook["name"], &hook["is_configured"]),
        (&json!("hook"), &json!(true))
    );
    assert_eq!(
        (&hook["waiting"], &hook["given_up"]),
        (&json!(0), &json!(0))
    );
    for key in ["a", "b", "c"] {
        give_up(&rig, "hook", key).await;
    }
    give_up(&rig, "gone", "d").await;
    let all = root.get("/events").await.ok();
    assert_eq!(keys(&all), ["d", "a", "b", "c"], "by webhook");
    let names: Vec<_> = all["webhooks"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&names[0]["name"], &names[0]["is_configured"]),
        (&json!("gone"), &json!(false))
    );
    assert_eq!(
        (&names[1]["name"], &names[1]["given_up"]),
        (&json!("hook"), &json!(3))
    );
    let letter = &all["items"][1];
    assert_eq!(
        (&letter["event"], &letter["bucket"]),
        (&json!("ObjectCreated:Put"), &json!("photos"))
    );
    assert_eq!(letter["attempts"], Value::Null);

    let first = root.get("/events?limit=2").await.ok();
    assert_eq!(keys(&first), ["d", "a"]);
    let next = format!("/events?limit=2&cursor={}", first["next"].as_str().unwrap());
    assert_eq!(keys(&root.get(&next).await.ok()), ["b", "c"]);
    assert_eq!(keys(&root.get("/events?webhook=gone").await.ok()), ["d"]);

    let retried = root.post("/events/hook/retry", json!({})).await.ok();
    assert_eq!(retried, json!({ "retried": 3 }));
    let after = root.get("/events").await.ok();
    assert_eq!(keys(&after), ["d"]);
    assert_eq!(after["webhooks"][1]["waiting"], 3);
    assert!(after["webhooks"][1]["waiting_since"].is_string());
    let unknown = root.post("/events/nobody/retry", json!({})).await;
    unknown.refused(404, "NoSuchWebhook");
    let audit = root.get("/audit?action=RetryEvents").await.ok();
    assert_eq!(audit["items"].as_array().unwrap().len(), 2);
    assert_eq!(audit["items"][1]["target"], "hook");
}

/// Those of one webhook only, also of one that the server has no more; what waits stays.
#[tokio::test]
async fn what_was_given_up_is_thrown_away() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    for (webhook, key) in [("hook", "a"), ("hook", "b"), ("gone", "c"), ("gone", "d")] {
        give_up(&rig, webhook, key).await;
    }
    root.post("/events/hook/retry", json!({})).await.ok();
    give_up(&rig, "hook", "e").await;
    let waiting = root.get("/events").await.ok()["webhooks"][1]["waiting"].clone();
    root.delete("/events/nobody")
        .await
        .refused(404, "NoSuchWebhook");
    let deleted = root.delete("/events/gone").await.ok();
    assert_eq!(deleted, json!({ "deleted": 2 }));
    let left = root.get("/events").await.ok();
    assert_eq!(keys(&left).len(), 1, "{left}");
    assert_eq!(left["webhooks"].as_array().unwrap().len(), 1, "{left}");
    let deleted = root.delete("/events/hook").await.ok();
    assert_eq!(deleted, json!({ "deleted": 1 }));
    let left = root.get("/events").await.ok();
    assert_eq!(left["webhooks"][0]["given_up"], 0);
    assert_eq!(left["webhooks"][0]["waiting"], waiting);
    assert_eq!(
        root.delete("/events/hook").await.ok(),
        json!({ "deleted": 0 })
    );
    let concerns = root.get("/server/attention").await.ok();
    assert!(!concerns.to_string().contains("events_given_up"));
    let audit = root
        .get("/audit?action=DeleteEvents&outcome=done")
        .await
        .ok();
    assert_eq!(audit["items"][1]["target"], "hook");
}

#[tokio::test]
async fn reading_events_having_them_retried_and_deleting_them_are_three_permissions() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let reader = root
        .user("reader", Some(allow(&["cairn:ReadEvents"])))
        .await;
    reader.get("/events").await.ok();
    let refused = reader.post("/events/hook/retry", json!({})).await;
    refused.refused(403, "AccessDenied");
    let retrier = root
        .user("retrier", Some(allow(&["cairn:RetryEvents"])))
        .await;
    retrier.get("/events").await.refused(403, "AccessDenied");
    retrier.post("/events/hook/retry", json!({})).await.ok();
    let refused = retrier.delete("/events/hook").await;
    refused.refused(403, "AccessDenied");
    let deleter = root
        .user("deleter", Some(allow(&["cairn:DeleteEvents"])))
        .await;
    deleter.delete("/events/hook").await.ok();
}
