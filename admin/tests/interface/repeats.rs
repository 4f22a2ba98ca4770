//! Requests that come a second time, with their key.

use crate::support::{Client, Reply, Rig, allow, pass};
use http::Method;
use serde_json::{Value, json};

async fn post(client: &Client<'_>, key: &str, path: &str, body: &Value) -> Reply {
    let mut asked = client.request(Method::POST, path, Some(body));
    let headers = asked.headers_mut();
    headers.insert("idempotency-key", key.parse().unwrap());
    client.rig.send(asked).await
}

#[tokio::test]
async fn the_second_gets_the_answer_of_the_first() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/users", json!({ "name": "anna" })).await.ok();
    let path = "/users/anna/keys";
    let first = post(&root, "one", path, &json!({})).await;
    assert_eq!(first.header("idempotent-replayed"), "");
    let second = post(&root, "one", path, &json!({})).await;
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(second.status, 201);
    assert_eq!(second.header("content-type"), "application/json");
    assert_eq!(second.header("cache-control"), "no-store");
    assert_eq!(first.ok(), second.ok());
    let keys = root.get(path).await.ok();
    assert_eq!(keys["items"].as_array().unwrap().len(), 1);
    // Only once in the audit log, too: once is how often it happened.
    let log = root.get("/audit?action=CreateKey").await.ok();
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
    // Another body, another path.
    let other = json!({ "description": "x" });
    post(&root, "one", path, &other)
        .await
        .refused(409, "IdempotencyKeyReused");
    post(&root, "one", "/buckets", &json!({}))
        .await
        .refused(409, "IdempotencyKeyReused");
    // Another key, and none.
    post(&root, "two", path, &json!({})).await.ok();
    root.post(path, json!({}))
        .await
        .refused(409, "LimitExceeded");
}

#[tokio::test]
async fn it_outlives_a_restart_and_ends_after_a_day() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let user = json!({ "name": "anna" });
    let first = post(&root, "one", "/users", &user).await.ok();
    let rig = rig.restarted().await;
    let root = rig.root().await;
    let second = post(&root, "one", "/users", &user).await;
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(second.ok(), first);
    pass(admin::limits::REPEAT_SECONDS);
    let root = rig.root().await;
    let again = post(&root, "one", "/users", &user).await;
    assert_eq!(again.header("idempotent-replayed"), "");
    again.refused(409, "EntityAlreadyExists");
}

#[tokio::test]
async fn a_refusal_is_no_answer_to_keep() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let bucket = json!({ "name": "photos" });
    post(&anna, "one", "/buckets", &bucket)
        .await
        .refused(403, "AccessDenied");
    root.put("/users/anna/policies/own", allow(&["s3:*"]))
        .await
        .ok();
    post(&anna, "one", "/buckets", &bucket).await.ok();
    for bad in ["", &"x".repeat(256)] {
        post(&root, bad, "/buckets", &bucket)
            .await
            .refused(400, "InvalidField");
    }
}

#[tokio::test]
async fn keys_are_each_ones_own() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", Some(allow(&["iam:*"]))).await;
    let body = json!({ "name": "bert" });
    post(&root, "one", "/users", &body).await.ok();
    post(&anna, "one", "/users", &body)
        .await
        .refused(409, "EntityAlreadyExists");
    // A token gets no answer that its user got.
    let secret = json!({ "name": "robot", "expires_in": 3600 });
    let token = post(&anna, "two", "/tokens", &secret).await.ok();
    let robot = Client {
        rig: &rig,
        token: token["token"].as_str().unwrap().to_owned(),
        cookie: String::new(),
    };
    post(&robot, "two", "/tokens", &secret)
        .await
        .refused(403, "LoginRequired");
    post(&anna, "three", "/users/bert/keys", &json!({}))
        .await
        .ok();
    let reply = post(&robot, "three", "/users/bert/keys", &json!({})).await;
    assert_eq!(reply.header("idempotent-replayed"), "");
}

/// Twins that come at once: it is done once, and both learn what came of it.
#[tokio::test]
async fn twins_wait_for_each_other() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/users", json!({ "name": "anna" })).await.ok();
    let body = json!({});
    let twins = (0..8).map(|_| post(&root, "one", "/users/anna/keys", &body));
    let replies = futures_util::future::join_all(twins).await;
    let replayed = replies.iter();
    let replayed = replayed.filter(|reply| reply.header("idempotent-replayed") == "true");
    assert_eq!(replayed.count(), 7);
    let mut secrets: Vec<Value> = Vec::new();
    for reply in replies {
        secrets.push(reply.ok()["secret"].clone());
    }
    secrets.dedup();
    assert_eq!(secrets.len(), 1);
}

/// A client that goes away in the middle finds the answer when it comes again.
#[tokio::test]
async fn who_goes_away_finds_the_answer_later() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/users", json!({ "name": "anna" })).await.ok();
    let body = json!({});
    let mut replayed = 0;
    // Each attempt is given up a little later.
    for rounds in 0..200 {
        let mut asked = Box::pin(post(&root, "one", "/users/anna/keys", &body));
        for _ in 0..rounds {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            if let std::task::Poll::Ready(reply) = asked.as_mut().poll(&mut context) {
                replayed += u32::from(reply.header("idempotent-replayed") == "true");
                reply.ok();
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    let last = post(&root, "one", "/users/anna/keys", &body).await;
    replayed += u32::from(last.header("idempotent-replayed") == "true");
    last.ok();
    assert!(replayed > 0);
    let keys = root.get("/users/anna/keys").await.ok();
    assert_eq!(keys["items"].as_array().unwrap().len(), 1);
}

/// What is kept of an answer does not show the secret in it.
#[tokio::test]
async fn secrets_in_answers_are_sealed() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let user = json!({ "name": "anna", "password": "correct horse" });
    post(&root, "1c9d6c1e-key", "/users", &user).await.ok();
    let made = post(&root, "one", "/users/anna/keys", &json!({}))
        .await
        .ok();
    let secret = made["secret"].as_str().unwrap();
    let rows = rig.engine.table_scan("admin-repeat", b"", None, 10).await;
    let rows = rows.unwrap().rows;
    assert_eq!(rows.len(), 2);
    for (key, row) in rows {
        let row = [key.to_vec(), row.to_vec()].concat();
        let row = String::from_utf8_lossy(&row).into_owned();
        for secret in [
            secret,
            &hex::encode(secret),
            "correct horse",
            "1c9d6c1e-key",
        ] {
            assert!(!row.contains(secret), "{secret} in {row}");
        }
    }
}

#[tokio::test]
async fn what_was_refused_pushes_nothing_out() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let user = json!({ "name": "anna" });
    let first = post(&root, "one", "/users", &user).await.ok();
    let nobody = root.user("nobody", None).await;
    for number in 0..=admin::limits::REPEATS_MAX {
        let key = format!("{number}");
        let refused = post(&nobody, &key, "/users", &user).await;
        assert_eq!(refused.status, 403);
    }
    let second = post(&root, "one", "/users", &user).await;
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(second.ok(), first);
}
