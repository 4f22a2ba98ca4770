//! Users that are suspended, and tags that change.

use crate::readings::Link;
use crate::second_factor::switch_on;
use crate::support::{Client, ROOT, Rig, allow, follow};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";

async fn suspend(root: &Client<'_>, name: &str, is_suspended: bool) -> Value {
    let change = json!({ "suspended": is_suspended });
    root.patch(&format!("/users/{name}"), change).await.ok()
}

#[tokio::test]
async fn who_is_suspended_is_told_so_after_the_password_and_the_code() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let made = root.get("/users/anna").await.ok();
    assert!(made["suspended"].is_null());
    switch_on(&anna, PASSWORD).await;
    let user = suspend(&root, "anna", true).await;
    assert!(user["suspended"].is_string(), "{user}");
    let listed = root.get("/users").await.ok();
    assert_eq!(listed["items"][0]["suspended"], user["suspended"]);
    anna.get("/profile").await.refused(401, "SessionEnded");
    // No more than before is told to who knows the password alone.
    let reply = rig.log_in("anna", PASSWORD).await;
    reply.refused(401, "SecondFactorRequired");
    root.delete("/users/anna/second-factor").await.ok();
    let reply = rig.log_in("anna", PASSWORD).await;
    reply.refused(403, "UserSuspended");
    let reply = rig.log_in("anna", "wrong horse").await;
    reply.refused(401, "InvalidCredentials");
    suspend(&root, "anna", false).await;
    rig.client("anna", PASSWORD).await;
}

#[tokio::test]
async fn links_of_tokens_sleep_and_those_of_sessions_are_gone() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", Some(allow(&["s3:*"]))).await;
    let photos = json!({ "name": "photos" });
    anna.post("/buckets", photos).await.ok();
    anna.upload("photos/a", "hello").await.ok();
    let wanted = json!({ "name": "robot", "expires_in": 3600 });
    let token = anna.post("/tokens", wanted).await.ok()["token"].clone();
    let robot = Client {
        rig: &rig,
        token: token.as_str().unwrap().to_owned(),
        cookie: String::new(),
    };
    let link = async |who: &Client<'_>| {
        let made = who
            .post("/buckets/photos/presign", json!({ "key": "a" }))
            .await;
        made.ok()["url"].as_str().unwrap().to_owned()
    };
    let (of_session, of_token) = (link(&anna).await, link(&robot).await);
    let download = Link::asked(&robot, "/buckets/photos/download", json!({ "key": "a" })).await;
    suspend(&root, "anna", true).await;
    robot.get("/buckets").await.refused(403, "UserSuspended");
    let refused = download.follow(&rig, &[]).await;
    refused.refused(403, "UserSuspended");
    assert_eq!(follow(&rig, &of_session).await, 400);
    assert_eq!(follow(&rig, &of_token).await, 403);
    suspend(&root, "anna", false).await;
    robot.get("/buckets").await.ok();
    assert_eq!(follow(&rig, &of_session).await, 400);
    assert_eq!(follow(&rig, &of_token).await, 200);
}

#[tokio::test]
async fn only_who_may_change_a_user_suspends_it_and_nobody_himself_or_the_root() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.user("anna", None).await;
    let bert = root.user("bert", Some(allow(&["iam:UpdateUser"]))).await;
    let carl = root.user("carl", Some(allow(&["iam:TagUser"]))).await;
    let change = json!({ "suspended": true });
    let path = "/users/anna";
    carl.patch(path, change.clone())
        .await
        .refused(403, "AccessDenied");
    bert.patch("/users/bert", change.clone())
        .await
        .refused(409, "OwnSuspension");
    bert.patch(path, change.clone()).await.ok();
    for name in [ROOT, "root"] {
        let path = format!("/users/{name}");
        root.patch(&path, change.clone())
            .await
            .refused(404, "NoSuchEntity");
    }
    root.get("/profile").await.ok();
    // Nothing is changed, and nothing told, to who may not look.
    carl.patch(path, json!({}))
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn tags_change_one_by_one_and_permissions_look_at_them() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let new = json!({ "name": "anna", "tags": { "team": "red", "desk": "12" } });
    root.post("/users", new).await.ok();
    let change = json!({ "tags": { "team": "blue", "desk": null, "floor": "" } });
    let changed = root.patch("/users/anna", change).await.ok();
    assert_eq!(changed["tags"], json!({ "team": "blue", "floor": "" }));
    let kept = root.patch("/users/anna", json!({ "path": "/x/" })).await;
    assert_eq!(kept.ok()["tags"], changed["tags"]);
    let wrong = json!({ "tags": { "aws:team": "red" } });
    root.patch("/users/anna", wrong)
        .await
        .refused(400, "InvalidInput");

    let own = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "iam:TagUser", "Resource": "*",
          "Condition": { "StringEquals": { "aws:RequestTag/team": "green" } } },
        { "Effect": "Allow", "Action": "iam:UntagUser", "Resource": "*",
          "Condition": { "ForAllValues:StringEquals": { "aws:TagKeys": ["floor"] } } },
    ] });
    let bert = root.user("bert", Some(own)).await;
    let may = async |tags: Value| {
        let reply = bert.patch("/users/anna", json!({ "tags": tags })).await;
        reply.status == 200
    };
    assert!(!may(json!({ "team": "red" })).await);
    assert!(!may(json!({ "team": null })).await);
    // Both have to be allowed before either is done.
    assert!(!may(json!({ "team": "green", "desk": null })).await);
    assert_eq!(root.get("/users/anna").await.ok()["tags"]["team"], "blue");
    assert!(may(json!({ "team": "green", "floor": null })).await);
    let tags = root.get("/users/anna").await.ok()["tags"].clone();
    assert_eq!(tags, json!({ "team": "green" }));
}

#[tokio::test]
async fn a_change_is_made_whole_or_not_at_all() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    root.post("/users", json!({ "name": "bert" })).await.ok();
    let before = root.get("/users/anna").await.ok();
    let other = json!({ "suspended": true, "tags": { "team": "red" }, "path": "/x/" });
    for (field, value, status, code) in [
        ("name", json!("bad name/!"), 400, "ValidationError"),
        ("name", json!("bert"), 409, "EntityAlreadyExists"),
        ("path", json!("x"), 400, "ValidationError"),
        (
            "boundary",
            json!("arn:aws:iam::aws:policy/None"),
            404,
            "NoSuchEntity",
        ),
        ("tags", json!({ "aws:team": "red" }), 400, "InvalidInput"),
    ] {
        let mut change = other.clone();
        change[field] = value;
        let reply = root.patch("/users/anna", change).await;
        reply.refused(status, code);
        assert_eq!(root.get("/users/anna").await.ok(), before, "{field}");
    }
    // Its session goes on.
    anna.get("/session").await.ok();
    let may = allow(&["iam:TagUser", "iam:UpdateUser"]);
    root.put("/users/anna/policies/own", may).await;
    anna.patch("/users/anna", other.clone())
        .await
        .refused(409, "OwnSuspension");
    assert_eq!(root.get("/users/anna").await.ok()["tags"], json!({}));
    let changed = root.patch("/users/anna", other).await.ok();
    assert_eq!(changed["tags"]["team"], "red");
    assert_eq!(changed["path"], "/x/");
    assert!(changed["suspended"].is_string());
    assert_eq!(anna.get("/session").await.status, 401);
}

#[tokio::test]
async fn who_may_tag_a_user_need_not_see_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/users", json!({ "name": "anna" })).await.ok();
    let bert = root.user("bert", Some(allow(&["iam:TagUser"]))).await;
    bert.get("/users/anna").await.refused(403, "AccessDenied");
    let change = json!({ "tags": { "team": "red" } });
    let changed = bert.patch("/users/anna", change.clone()).await.ok();
    assert_eq!(changed["name"], "anna");
    for hidden in ["has_password", "groups", "policies", "usage", "tags"] {
        assert_eq!(changed.get(hidden), None, "{hidden}");
    }
    let changed = root.patch("/users/anna", change).await.ok();
    assert_eq!(changed["has_password"], false);
}
