//! Limits of policies, and what they do to those who have them.

use crate::support::{Rig, allow};
use s3_api::LoadLimits;
use serde_json::{Value, json};

#[tokio::test]
async fn limits_of_a_policy_are_set_shown_and_taken_back() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let ready = json!({
        "storage": 1_u64 << 30, "objects": 1000, "requests_per_second": 20,
        "largest_object": (1_u64 << 30) / 10,
    });
    assert_eq!(root.get("/policies/guest/limits").await.ok(), ready);
    assert_eq!(root.get("/policies/guest").await.ok()["limits"], ready);
    let none = json!({
        "storage": null, "objects": null, "requests_per_second": null, "largest_object": null,
    });
    assert_eq!(root.get("/policies/admin/limits").await.ok(), none);
    let set = json!({ "storage": 5, "requests_per_second": 7 });
    let set = root.put("/policies/guest/limits", set).await.ok();
    assert_eq!(
        (&set["storage"], &set["objects"]),
        (&json!(5), &Value::Null)
    );
    let listed = root.get("/policies?scope=ready_made").await.ok();
    let listed = listed["items"].as_array().unwrap();
    let guest = listed.iter().find(|it| it["name"] == "guest").unwrap();
    assert_eq!(guest["limits"], set);
    assert_eq!(root.delete("/policies/guest/limits").await.status, 204);
    assert_eq!(root.get("/policies/guest/limits").await.ok(), ready);

    let wrong = root
        .put(
            "/policies/guest/limits",
            json!({ "requests_per_second": 0 }),
        )
        .await;
    assert_eq!(
        wrong.refused(400, "InvalidField")["field"],
        "requests_per_second"
    );
    let wrong = root
        .put("/policies/guest/limits", json!({ "storage": -1 }))
        .await;
    assert_eq!(wrong.refused(400, "InvalidField")["field"], "storage");
    let wrong = root
        .put("/policies/guest/limits", json!({ "bytes": 1 }))
        .await;
    wrong.refused(400, "InvalidField");
    root.get("/policies/none/limits")
        .await
        .refused(404, "NoSuchEntity");
    root.put("/policies/none/limits", none)
        .await
        .refused(404, "NoSuchEntity");
}

#[tokio::test]
async fn only_who_may_sets_limits() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", Some(allow(&["iam:*", "s3:*"]))).await;
    anna.get("/policies/guest/limits").await.ok();
    let raise = json!({ "storage": null });
    anna.put("/policies/guest/limits", raise.clone())
        .await
        .refused(403, "AccessDenied");
    anna.delete("/policies/guest/limits")
        .await
        .refused(403, "AccessDenied");
    let new = json!({ "name": "own", "document": allow(&["s3:*"]) });
    anna.post("/policies", new).await.ok();
    anna.put("/policies/own/limits", raise.clone())
        .await
        .refused(403, "AccessDenied");
    let berta = root
        .user(
            "berta",
            Some(allow(&["iam:GetPolicy", "cairn:PutPolicyLimits"])),
        )
        .await;
    berta.put("/policies/own/limits", raise.clone()).await.ok();
    berta.put("/policies/guest/limits", raise).await.ok();
    berta
        .delete("/policies/guest/limits")
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn a_user_shows_its_limits_and_what_it_has() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    root.put("/users/anna/attached/user", Value::Null)
        .await
        .ok();
    root.put(
        "/policies/user/limits",
        json!({ "storage": 10, "largest_object": 8 }),
    )
    .await
    .ok();
    anna.post("/buckets", json!({ "name": "anna-photos" }))
        .await
        .ok();
    anna.post("/buckets", json!({ "name": "annas" }))
        .await
        .refused(403, "AccessDenied");
    anna.upload("anna-photos/a", "12345").await.ok();
    assert_eq!(anna.upload("anna-photos/b", "123456789").await.status, 400);
    let refused = anna.upload("anna-photos/b", "123456").await;
    assert_eq!(refused.status, 403);
    assert!(String::from_utf8_lossy(&refused.bytes).contains("QuotaExceeded"));
    let profile = anna.get("/profile").await.ok();
    let detail = root.get("/users/anna").await.ok();
    assert_eq!(profile["limits"], detail["limits"]);
    assert_eq!(profile["usage"], detail["usage"]);
    assert_eq!(detail["limits"]["storage"], 10);
    assert_eq!(
        detail["usage"],
        json!({ "buckets": 1, "objects": 1, "bytes": 5 })
    );
    assert_eq!(
        root.get("/buckets/anna-photos").await.ok()["counts_for"],
        "anna"
    );

    // A bucket of the root counts for nobody until it is given to somebody.
    root.post("/buckets", json!({ "name": "shared" }))
        .await
        .ok();
    root.upload("shared/a", "1234567").await.ok();
    assert_eq!(
        root.get("/buckets/shared").await.ok()["counts_for"],
        Value::Null
    );
    let to = |user: Value| json!({ "user": user });
    root.put("/buckets/shared/holder", to(json!("none")))
        .await
        .refused(400, "InvalidField");
    anna.put("/buckets/shared/holder", to(json!("anna")))
        .await
        .refused(403, "AccessDenied");
    root.put("/buckets/shared/holder", to(json!("anna")))
        .await
        .ok();
    let detail = root.get("/users/anna").await.ok();
    assert_eq!(
        detail["usage"],
        json!({ "buckets": 2, "objects": 2, "bytes": 12 })
    );
    assert_eq!(root.upload("shared/b", "1").await.status, 403);
    root.put("/buckets/shared/holder", to(Value::Null))
        .await
        .ok();
    root.upload("shared/b", "1").await.ok();
    root.put("/buckets/none/holder", to(Value::Null))
        .await
        .refused(404, "NoSuchBucket");

    let rig = rig.restarted().await;
    let root = rig.root().await;
    let detail = root.get("/users/anna").await.ok();
    assert_eq!(detail["limits"]["storage"], 10);
    assert_eq!(detail["usage"]["bytes"], 5);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    root.put("/users/anna/attached/guest", Value::Null)
        .await
        .ok();
    root.put(
        "/policies/guest/limits",
        json!({ "requests_per_second": 1 }),
    )
    .await
    .ok();
    // However slow the machine is, it is faster than that.
    let mut slowed = 0;
    for _ in 0..20 {
        let reply = anna.get("/session").await;
        if reply.status == 429 {
            assert_eq!(reply.header("retry-after"), "1");
            reply.refused(429, "SlowDown");
            slowed += 1;
        }
        // The way of S3 beneath it counts, too.
        let reply = anna.upload("photos/a", "body").await;
        slowed += u32::from(reply.status == 429);
    }
    assert!(slowed > 20, "{slowed} of 40");
    root.get("/session").await.ok();
}

#[tokio::test]
async fn long_bodies_take_of_the_memory_of_bodies() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let bytes = 1 << 20;
    rig.s3.load().set(LoadLimits {
        body_bytes: bytes,
        ..LoadLimits::default()
    });
    let objects: Vec<_> = (0..1000)
        .map(|n| json!({ "key": format!("{n:0>100}") }))
        .collect();
    let many = json!({ "objects": objects });
    let path = "/buckets/photos/objects/delete";
    let held = rig.s3.load().hold(bytes).await.unwrap();
    root.post(path, many.clone()).await.refused(429, "SlowDown");
    // What is short does not.
    root.get("/buckets/photos").await.ok();
    drop(held);
    root.post(path, many).await.ok();
}
