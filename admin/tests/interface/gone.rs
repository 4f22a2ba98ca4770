//! Who is deleted takes everything along that the interface keeps about him.

use crate::second_factor::switch_on;
use crate::support::{Rig, request};
use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use storage_engine::TableWrite;

const PASSWORD: &str = "correct horse";

async fn rows(rig: &Rig, table: &str) -> usize {
    let page = rig.engine.table_scan(table, b"", None, 100).await;
    page.unwrap().rows.len()
}

async fn has(rig: &Rig, table: &str, key: &str) -> bool {
    let row = rig.engine.table_get(table, key.as_bytes()).await;
    row.unwrap().is_some()
}

#[tokio::test]
async fn a_user_that_iam_deletes_leaves_nothing() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    switch_on(&anna, PASSWORD).await;
    let wanted = json!({ "name": "robot", "expires_in": 3600 });
    let token = anna.post("/tokens", wanted).await.ok()["token"].clone();
    let id = root.get("/users/anna").await.ok()["id"].clone();
    let own = format!("user/{}", id.as_str().unwrap());
    for table in ["admin-password", "admin-second-factor", "admin-login"] {
        assert!(has(&rig, table, &own).await, "{table}");
    }
    assert_eq!(rows(&rig, "admin-token").await, 1);
    assert_eq!(rows(&rig, "admin-session").await, 2);

    // What the form does, without anything of the interface.
    let account = rig.identity.root();
    let iam = rig.identity.iam_of(&account);
    iam.delete_user("anna").await.unwrap();
    for table in ["admin-password", "admin-second-factor", "admin-login"] {
        assert!(!has(&rig, table, &own).await, "{table}");
    }
    assert_eq!(rows(&rig, "admin-token").await, 0);
    assert_eq!(rows(&rig, "admin-session").await, 1);
    anna.get("/session").await.refused(401, "SessionEnded");
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let asked = request(Method::GET, "/session", &headers, None);
    assert_eq!(rig.send(asked).await.status, 401);
    root.get("/session").await.ok();
}

#[tokio::test]
async fn one_click_deletes_a_user_with_everything() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root
        .user("anna", Some(crate::support::allow(&["s3:*"])))
        .await;
    switch_on(&anna, PASSWORD).await;
    let wanted = json!({ "name": "robot", "expires_in": 3600 });
    anna.post("/tokens", wanted).await.ok();
    root.post("/users/anna/keys", json!({})).await.ok();
    root.post("/groups", json!({ "name": "staff" })).await.ok();
    root.put("/groups/staff/members/anna", Value::Null)
        .await
        .ok();
    assert_eq!(root.delete("/users/anna").await.status, 204);
    assert_eq!(rows(&rig, "admin-token").await, 0);
    assert_eq!(rows(&rig, "admin-second-factor").await, 0);
    // The root's are there.
    assert_eq!(rows(&rig, "admin-session").await, 1);
    assert_eq!(rows(&rig, "admin-login").await, 1);
    root.get("/users/anna").await.refused(404, "NoSuchEntity");
}

#[tokio::test]
async fn an_account_made_by_an_id_that_was_there_begins_with_nothing() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let wanted = json!({ "name": "bert", "id": "bert-id" });
    root.post("/accounts", wanted.clone()).await.ok();
    let password = json!({ "password": PASSWORD });
    root.put("/users/bert/password", password).await.ok();
    let bert = rig.client("bert", PASSWORD).await;
    switch_on(&bert, PASSWORD).await;
    let robot = json!({ "name": "robot", "expires_in": 3600 });
    bert.post("/tokens", robot).await.ok();
    let kept = rig.engine.table_get("admin-password", b"account/bert-id");
    let kept = kept.await.unwrap().unwrap();

    root.delete("/accounts/bert").await.ok();
    for table in ["admin-password", "admin-second-factor", "admin-login"] {
        assert!(!has(&rig, table, "account/bert-id").await, "{table}");
    }
    assert_eq!(rows(&rig, "admin-token").await, 0);
    // What was being made in that moment.
    let left = TableWrite::Put(Bytes::from_static(b"account/bert-id"), kept);
    let written = rig
        .engine
        .table_commit("admin-password", vec![], vec![left]);
    written.await.unwrap();
    root.post("/accounts", wanted).await.ok();
    assert!(!has(&rig, "admin-password", "account/bert-id").await);
    rig.log_in("bert", PASSWORD)
        .await
        .refused(401, "InvalidCredentials");
}
