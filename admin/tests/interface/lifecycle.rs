//! Lifecycle: what rules would do, and what they have done.

use crate::support::{Rig, allow, pass};
use pipeline::lifecycle::{Day, Lifecycle};
use serde_json::{Value, json};
use std::sync::Arc;
use storage_engine::clock::SystemClock;
use tokio::sync::watch;

const DAY: u64 = 24 * 3600;

#[tokio::test]
async fn what_rules_would_do_comes_in_pages() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let none = root.get("/buckets/photos/lifecycle/dry-run").await;
    none.refused(404, "NoSuchLifecycleConfiguration");
    for key in ["a", "b", "c"] {
        root.upload(&format!("photos/old/{key}"), "four").await.ok();
    }
    root.upload("photos/new", "four").await.ok();
    let rules = json!({ "Rules": [{
        "ID": "old ones", "Status": "Enabled", "Filter": { "Prefix": "old/" },
        "Expiration": { "Days": 1 },
    }] });
    root.put("/buckets/photos/config/lifecycle", rules)
        .await
        .ok();
    let now = root.get("/buckets/photos/lifecycle/dry-run").await.ok();
    assert_eq!((&now["items"], &now["next"]), (&json!([]), &Value::Null));
    assert_eq!(now["looked_at"], 3);
    pass(3 * DAY);
    let root = rig.root().await;
    let (mut keys, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/buckets/photos/lifecycle/dry-run?limit=2{cursor}");
        let page = root.get(&path).await.ok();
        for item in page["items"].as_array().unwrap() {
            assert_eq!(
                (
                    &item["action"],
                    &item["rule"],
                    &item["size"],
                    &item["version"]
                ),
                (
                    &json!("expire"),
                    &json!("old ones"),
                    &json!(4),
                    &json!("null")
                )
            );
            assert!(
                item["due"].as_str().unwrap().ends_with("T00:00:00.000Z"),
                "{item}"
            );
            keys.push(item["key"].as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(keys, ["old/a", "old/b", "old/c"]);
    let listed = root.get("/buckets/photos/objects").await.ok();
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        4,
        "nothing was done"
    );
    let wrong = root.get("/buckets/photos/lifecycle/dry-run?cursor=x").await;
    assert_eq!(wrong.refused(400, "InvalidField")["field"], "cursor");
    let missing = root.get("/buckets/nowhere/lifecycle/dry-run").await;
    missing.refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn who_may_see_rules_may_not_see_by_them_what_there_is() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let rules = json!({ "Rules": [{
        "Status": "Enabled", "Filter": {}, "Expiration": { "Days": 1 },
    }] });
    root.put("/buckets/photos/config/lifecycle", rules)
        .await
        .ok();
    for (name, actions) in [
        ("rules", ["s3:GetLifecycleConfiguration"]),
        ("versions", ["s3:ListBucketVersions"]),
    ] {
        let user = root.user(name, Some(allow(&actions))).await;
        let answer = user.get("/buckets/photos/lifecycle/dry-run").await;
        answer.refused(403, "AccessDenied");
    }
    let both = allow(&["s3:GetLifecycleConfiguration", "s3:ListBucketVersions"]);
    let user = root.user("both", Some(both)).await;
    user.get("/buckets/photos/lifecycle/dry-run").await.ok();
    user.get("/lifecycle/runs")
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn runs_are_told_newest_first() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    assert_eq!(root.get("/lifecycle/runs").await.ok()["items"], json!([]));
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let rules = |days: u32| {
        json!({ "Rules": [{
            "Status": "Enabled", "Filter": {}, "Expiration": { "Days": days },
        }] })
    };
    let engine = Arc::clone(&rig.engine);
    let lifecycle = Lifecycle::new(engine, Arc::new(SystemClock), Day::REAL);
    let (_stop, stopping) = watch::channel(false);
    for days in [3, 4] {
        let path = "/buckets/photos/config/lifecycle";
        root.put(path, rules(days)).await.ok();
        lifecycle.run_due(&stopping).await.unwrap().unwrap();
    }
    let runs = root.get("/lifecycle/runs").await.ok();
    let numbers: Vec<_> = runs["items"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&numbers[0]["number"], &numbers[1]["number"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(numbers[0]["buckets"], 1);
}

#[tokio::test]
async fn rules_are_followed_by_a_job() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let job = |bucket: &str| json!({ "kind": "lifecycle", "bucket": bucket });
    root.post("/jobs", job("photos"))
        .await
        .refused(404, "NoSuchBucket");
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.post("/jobs", job("photos"))
        .await
        .refused(404, "NoSuchLifecycleConfiguration");
    root.upload("photos/a", "four").await.ok();
    let rules = json!({ "Rules": [{
        "Status": "Enabled", "Filter": {}, "Expiration": { "Days": 3 },
    }] });
    root.put("/buckets/photos/config/lifecycle", rules)
        .await
        .ok();
    // Twice on one day, which midnight alone would not do.
    for number in [1, 2] {
        let begun = root.post("/jobs", job("photos")).await.ok();
        assert_eq!(begun["bucket"], "photos");
        let path = format!("/jobs/{}", begun["id"].as_str().unwrap());
        let ended = async {
            loop {
                let job = root.get(&path).await.ok();
                if job["state"] != "running" {
                    return job;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let patience = std::time::Duration::from_secs(20);
        let job = tokio::time::timeout(patience, ended).await.unwrap();
        assert_eq!(
            (&job["state"], &job["problems"]),
            (&json!("done"), &json!(0))
        );
        let runs = root.get("/lifecycle/runs").await.ok();
        assert_eq!(runs["items"][0], job["report"]);
        assert_eq!(
            (&job["report"]["number"], &job["report"]["looked_at"]),
            (&json!(number), &json!(1))
        );
    }
}
