//! Jobs: started, watched and cancelled. What they do to a real folder the server's tests look at.

use crate::support::{Client, Rig, allow};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{sleep, timeout};

async fn ended(client: &Client<'_>, job: &Value) -> Value {
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    let wait = async {
        loop {
            let job = client.get(&path).await.ok();
            if job["state"] != "running" {
                return job;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), wait).await.unwrap()
}

#[tokio::test]
async fn a_check_runs_and_its_report_stays() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.upload("photos/a", "hello").await.ok();
    let begun = root
        .post("/jobs", json!({ "kind": "check", "read_data": true }))
        .await;
    assert_eq!(begun.status, 201);
    let begun = begun.ok();
    assert_eq!(
        (&begun["kind"], &begun["state"]),
        (&json!("check"), &json!("running"))
    );
    let job = ended(&root, &begun).await;
    assert_eq!(
        (&job["state"], &job["problems"]),
        (&json!("done"), &json!(0))
    );
    assert!(job["report"]["rows"].as_u64().unwrap() > 1, "{job}");
    assert!(job["ended"].is_string() && job["error"].is_null());
    let all = root.get("/jobs").await.ok();
    assert_eq!(all["items"], json!([job]));
    // Forgotten.
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(root.delete(&path).await.status, 202);
    root.get(&path).await.refused(404, "NoSuchJob");
    root.get("/jobs/x").await.refused(404, "NoSuchJob");
    let audit = root.get("/audit?action=StartJob").await.ok();
    assert_eq!(audit["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for (job, field) in [
        (json!({ "kind": "scrub", "to": "/x" }), "to"),
        (json!({ "kind": "backup" }), "to"),
        (json!({ "kind": "backup", "to": "relative" }), "to"),
        (json!({ "kind": "check", "from": "1:2" }), "from"),
        (json!({ "kind": "scrub", "from": "1" }), "from"),
        (json!({ "kind": "scrub", "read_data": true }), "read_data"),
        (json!({ "kind": "check", "rate_mib": 1 << 21 }), "rate_mib"),
        (json!({ "kind": "scrub", "bucket": "photos" }), "bucket"),
        (json!({ "kind": "lifecycle", "rate_mib": 1 }), "rate_mib"),
        (json!({ "kind": "lifecycle", "to": "/x" }), "to"),
        (json!({ "kind": "defragment" }), "kind"),
    ] {
        let refused = root
            .post("/jobs", job.clone())
            .await
            .refused(400, "InvalidField");
        assert_eq!(refused["field"], field, "{job}");
    }
    // The engine of this test is in no folder, of which there is no backup.
    let job = root
        .post("/jobs", json!({ "kind": "backup", "to": "/nowhere" }))
        .await
        .ok();
    let job = ended(&root, &job).await;
    assert_eq!(job["state"], "failed");
    assert!(
        job["error"]
            .as_str()
            .unwrap()
            .contains("not kept in a folder"),
        "{job}"
    );
}

#[tokio::test]
async fn jobs_are_for_who_may_run_them() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let nobody = root.user("nobody", Some(allow(&["s3:*"]))).await;
    let refused = nobody.post("/jobs", json!({ "kind": "check" })).await;
    refused.refused(403, "AccessDenied");
    let job = root.post("/jobs", json!({ "kind": "scrub" })).await.ok();
    ended(&root, &job).await;
    nobody.get("/jobs").await.refused(403, "AccessDenied");
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    nobody.get(&path).await.refused(403, "AccessDenied");
    nobody.delete(&path).await.refused(403, "AccessDenied");
    nobody.get("/jobs/77").await.refused(403, "AccessDenied");
    let runner = root.user("runner", Some(allow(&["cairn:RunJob"]))).await;
    let own = runner.post("/jobs", json!({ "kind": "check" })).await.ok();
    ended(&runner, &own).await;
    let first = runner.get("/jobs?limit=1").await.ok();
    assert_eq!(first["items"][0]["id"], own["id"]);
    let next = format!("/jobs?limit=1&cursor={}", first["next"].as_str().unwrap());
    let second = runner.get(&next).await.ok();
    assert_eq!(
        (&second["items"][0]["id"], &second["next"]),
        (&job["id"], &Value::Null)
    );
}

#[tokio::test]
async fn a_bucket_is_emptied_as_whoever_asks() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos", "versioning": true }))
        .await
        .ok();
    for key in ["a", "a", "b%20c", "%00odd", "keep/1"] {
        root.upload(&format!("photos/{key}"), "text").await.ok();
    }
    root.delete("/s3/photos/a").await;
    let upload = root.request(http::Method::POST, "/s3/photos/u?uploads", None);
    rig.send(upload).await;
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
        { "Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::photos/keep/*" },
    ] });
    let user = root.user("anna", Some(policy)).await;
    let begun = user.post("/buckets/photos/empty", json!({})).await.ok();
    assert_eq!(
        (&begun["kind"], &begun["bucket"]),
        (&json!("empty"), &json!("photos"))
    );
    // Whoever started it sees it.
    let job = ended(&user, &begun).await;
    assert_eq!(job["state"], "done", "{job}");
    let report = &job["report"];
    assert_eq!(
        (&report["deleted"], &report["aborted"]),
        (&json!(5), &json!(1)),
        "{job}"
    );
    assert_eq!(
        (&report["failed"], &job["problems"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(report["failures"], json!(["keep/1: AccessDenied"]));
    assert_eq!(
        (&report["versions_left"], &report["uploads_left"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(job["progress"]["unit"], "versions");
    let left = root.get("/buckets/photos/versions").await.ok();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);

    let nobody = root.user("nobody", None).await;
    let refused = nobody.post("/buckets/photos/empty", json!({})).await;
    refused.refused(403, "AccessDenied");
    let again = root.post("/buckets/photos/empty", json!({})).await.ok();
    ended(&root, &again).await;
    root.delete("/buckets/photos").await.ok();
}
