//! Service tokens.

use crate::support::{Client, ROOT, ROOT_PASSWORD, Rig, allow, follow, pass};
use http::Method;
use serde_json::{Value, json};

async fn make(owner: &Client<'_>, policy: Option<Value>) -> (String, String) {
    let mut wanted = json!({ "name": "robot", "expires_in": 3600 });
    if let Some(policy) = policy {
        wanted["policy"] = policy;
    }
    let reply = owner.post("/tokens", wanted).await;
    assert_eq!(reply.status, 201);
    let made = reply.ok();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

fn with<'r>(rig: &'r Rig, token: &str) -> Client<'r> {
    Client {
        rig,
        token: token.to_owned(),
        cookie: String::new(),
    }
}

#[tokio::test]
async fn a_token_is_its_user_until_it_expires_or_goes() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", Some(allow(&["s3:*"]))).await;
    let (id, token) = make(&anna, None).await;
    assert!(token.starts_with("cairn_"), "{token}");
    let robot = with(&rig, &token);
    let who = robot.get("/session").await.ok();
    assert_eq!(who["user"]["name"], "anna");
    assert!(who["expires_in"].as_u64().unwrap() > 3500);
    assert_eq!(robot.get("/profile").await.ok()["name"], "anna");
    robot
        .post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    robot.upload("photos/a", "hello").await.ok();
    robot.get("/users").await.refused(403, "AccessDenied");
    // It is shown once, and never again.
    let listed = anna.get("/tokens").await;
    assert!(!String::from_utf8_lossy(&listed.bytes).contains(&token));
    let listed = listed.ok();
    assert_eq!(listed["items"][0]["id"], id);
    assert!(listed["items"][0]["last_used"].is_string(), "{listed}");
    assert!(listed["items"][0]["policy"].is_null());
    // It outlives a restart, and its owner's sessions.
    anna.delete("/session").await.ok();
    let rig = rig.restarted().await;
    let robot = with(&rig, &token);
    robot.get("/buckets").await.ok();
    pass(3600);
    robot.get("/buckets").await.refused(401, "ExpiredToken");
}

#[tokio::test]
async fn what_is_for_people_is_not_for_tokens() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let (id, token) = make(&root, None).await;
    let robot = with(&rig, &token);
    let password = json!({ "current": "correct horse", "new": "battery staple" });
    let new = json!({ "name": "more", "expires_in": 3600 });
    for (method, path, body) in [
        (Method::PUT, "/profile/password", password),
        (Method::POST, "/tokens", new),
        (Method::GET, "/tokens", Value::Null),
        (Method::DELETE, &format!("/tokens/{id}"), Value::Null),
        (Method::GET, "/profile/sessions", Value::Null),
        (Method::DELETE, "/session", Value::Null),
        (
            Method::POST,
            "/profile/second-factor",
            json!({ "password": "root-password" }),
        ),
    ] {
        let asked = robot.request(method, path, Some(&body));
        let reply = rig.send(asked).await;
        reply.refused(403, "LoginRequired");
    }
    root.get("/session").await.ok();
}

/// Nothing goes beyond it: neither what its user may, nor a bucket's policy, nor a link.
#[tokio::test]
async fn a_policy_narrows_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.post("/buckets", json!({ "name": "other" })).await.ok();
    root.upload("photos/a", "hello").await.ok();
    root.upload("other/a", "hello").await.ok();
    let anna = root.user("anna", Some(allow(&["s3:*"]))).await;
    let arn = root.get("/users/anna").await.ok()["arn"].clone();
    let grant = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": arn }, "Action": "s3:*",
          "Resource": ["arn:aws:s3:::other", "arn:aws:s3:::other/*"] },
    ] });
    root.put("/buckets/other/config/policy", grant).await.ok();
    let narrow = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*" },
    ] });
    for owner in [&anna, &root] {
        let (_, token) = make(owner, Some(narrow.clone())).await;
        let robot = with(&rig, &token);
        assert_eq!(robot.get("/s3/photos/a").await.status, 200);
        assert_eq!(robot.get("/s3/other/a").await.status, 403);
        let put = robot.upload("photos/b", "hello").await;
        assert_eq!(put.status, 403);
        robot.get("/buckets").await.refused(403, "AccessDenied");
        robot.get("/server").await.refused(403, "AccessDenied");
    }
    // Of anna's token nobody signs with her lasting key, which may more.
    let key = root.post("/users/anna/keys", json!({})).await.ok();
    let key = key["id"].as_str().unwrap();
    let link = json!({ "key": "a" });
    let (_, token) = make(&anna, Some(narrow)).await;
    let robot = with(&rig, &token);
    let narrowed = robot.post("/buckets/other/presign", link.clone()).await;
    let narrowed = narrowed.ok()["url"].as_str().unwrap().to_owned();
    assert!(!narrowed.contains(key), "{narrowed}");
    assert_eq!(follow(&rig, &narrowed).await, 403);
    let whole = anna.post("/buckets/other/presign", link).await.ok();
    let whole = whole["url"].as_str().unwrap();
    assert_eq!(follow(&rig, whole).await, 200);
}

/// Links are no way to have more, or longer, than the token they were made with.
#[tokio::test]
async fn links_end_with_what_made_them() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.upload("photos/a", "hello").await.ok();
    let anna = root.user("anna", Some(allow(&["s3:GetObject"]))).await;
    // A lasting key would sign links that last.
    root.post("/users/anna/keys", json!({})).await.ok();
    let link = json!({ "key": "a", "expires_in": 604_800 });
    for owner in [&anna, &root] {
        let wanted = json!({ "name": "short", "expires_in": 61 });
        let made = owner.post("/tokens", wanted).await.ok();
        let robot = with(&rig, made["token"].as_str().unwrap());
        let answer = robot.post("/buckets/photos/presign", link.clone()).await;
        let answer = answer.ok();
        let url = answer["url"].as_str().unwrap();
        let life = url.split("X-Amz-Expires=").nth(1).unwrap();
        let life = life.split('&').next().unwrap().parse::<u64>().unwrap();
        assert!(life <= 61, "{url}");
        assert_eq!(answer["expires"], made["expires"]);
        assert_eq!(follow(&rig, url).await, 200);
        let path = format!("/tokens/{}", made["id"].as_str().unwrap());
        owner.delete(&path).await.ok();
        // Also where the server has seen it before, and has not.
        assert_eq!(follow(&rig, url).await, 400);
    }
    for (name, password) in [("anna", "correct horse"), (ROOT, ROOT_PASSWORD)] {
        let person = rig.client(name, password).await;
        let answer = person.post("/buckets/photos/presign", link.clone()).await;
        let url = answer.ok()["url"].as_str().unwrap().to_owned();
        assert_eq!(follow(&rig, &url).await, 200);
        person.delete("/session").await.ok();
        assert_eq!(follow(&rig, &url).await, 400);
    }
}

/// Whose session belongs to a secret of the root that is no more has no links either.
#[tokio::test]
async fn links_of_the_root_end_with_its_secret() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.upload("photos/a", "hello").await.ok();
    let link = json!({ "key": "a" });
    let answer = root.post("/buckets/photos/presign", link).await.ok();
    let url = answer["url"].as_str().unwrap().to_owned();
    let rig = rig.restarted().await;
    assert_eq!(follow(&rig, &url).await, 200);
    let rig = rig.restarted_with("another-secret").await;
    assert_eq!(follow(&rig, &url).await, 403);
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for (wanted, code) in [
        (json!({ "name": "a", "expires_in": 59 }), "InvalidField"),
        (
            json!({ "name": "a", "expires_in": 367 * 86400 }),
            "InvalidField",
        ),
        (json!({ "name": "", "expires_in": 3600 }), "InvalidField"),
        (
            json!({ "name": "a\nb", "expires_in": 3600 }),
            "InvalidField",
        ),
        (
            json!({ "name": "a", "expires_in": 3600, "policy": {} }),
            "MalformedPolicyDocument",
        ),
        (
            json!({ "name": "a", "expires_in": 3600, "policy": { "Version": "2012-10-17",
                "Statement": [{ "Effect": "Allow", "Action": vec!["s3:GetObject"; 400],
                                "Resource": "*" }] } }),
            "MalformedPolicyDocument",
        ),
    ] {
        let shown = wanted.to_string();
        let reply = root.post("/tokens", wanted).await;
        assert!(reply.status.is_client_error(), "{shown}");
        let error = reply.json()["error"]["code"].clone();
        assert!(error == code || shown.len() > 2048, "{shown}: {error}");
    }
    assert_eq!(root.get("/tokens").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn others_see_and_delete_them_who_may() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let (id, token) = make(&anna, None).await;
    let (second, _) = make(&anna, None).await;
    let bert = root.user("bert", Some(allow(&["s3:*"]))).await;
    bert.get("/users/anna/tokens")
        .await
        .refused(403, "AccessDenied");
    let path = format!("/users/anna/tokens/{id}");
    bert.delete(&path).await.refused(403, "AccessDenied");
    bert.delete(&format!("/tokens/{id}"))
        .await
        .refused(404, "NoSuchToken");
    let page = root.get("/users/anna/tokens?limit=1").await.ok();
    let next = page["next"].as_str().unwrap();
    let rest = root
        .get(&format!("/users/anna/tokens?limit=1&cursor={next}"))
        .await
        .ok();
    let mut ids = [&page, &rest].map(|page| page["items"][0]["id"].clone());
    ids.sort_by_key(Value::to_string);
    let mut both = [json!(id), json!(second)];
    both.sort_by_key(Value::to_string);
    assert_eq!(ids, both);
    assert!(rest["next"].is_null());
    assert_eq!(root.delete(&path).await.status, 204);
    root.delete(&path).await.refused(404, "NoSuchToken");
    with(&rig, &token)
        .get("/session")
        .await
        .refused(401, "InvalidToken");
    let path = format!("/tokens/{second}");
    assert_eq!(anna.delete(&path).await.status, 204);
}

#[tokio::test]
async fn they_go_with_their_user_and_with_its_password() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for (path, code) in [
        ("/users/anna/password", "InvalidToken"),
        ("/users/anna", "InvalidToken"),
    ] {
        let anna = root.user("anna", None).await;
        let (_, token) = make(&anna, None).await;
        let robot = with(&rig, &token);
        // Another password ends sessions; programs go on.
        let new = json!({ "password": "battery staple" });
        root.put("/users/anna/password", new).await.ok();
        anna.get("/session").await.refused(401, "SessionEnded");
        robot.get("/session").await.ok();
        root.delete(path).await.ok();
        robot.get("/session").await.refused(401, code);
        if path.ends_with("password") {
            root.delete("/users/anna").await.ok();
        }
    }
}

#[tokio::test]
async fn who_may_makes_them_for_others_and_needs_a_login_for_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.user("robot", Some(allow(&["iam:ListUsers"]))).await;
    let wanted = json!({ "name": "ci", "expires_in": 3600 });
    let path = "/users/robot/tokens";
    let made = root.post(path, wanted.clone()).await.ok();
    let robot = with(&rig, made["token"].as_str().unwrap());
    robot.get("/users").await.ok();
    robot.get("/buckets").await.refused(403, "AccessDenied");
    assert_eq!(
        root.get(path).await.ok()["items"][0]["id"],
        made["id"],
        "it is the user's own"
    );
    let anna = root.user("anna", Some(allow(&["s3:*"]))).await;
    anna.post(path, wanted.clone())
        .await
        .refused(403, "AccessDenied");
    let allowed = allow(&["iam:CreateServiceSpecificCredential"]);
    let bert = root.user("bert", Some(allowed)).await;
    bert.post(path, wanted.clone()).await.ok();
    bert.post("/users/nobody/tokens", wanted.clone())
        .await
        .refused(404, "NoSuchEntity");
    // A token makes none, whoever it stands for.
    let (_, token) = make(&root, None).await;
    with(&rig, &token)
        .post(path, wanted)
        .await
        .refused(403, "LoginRequired");
    let log = root.get("/audit?action=CreateUserToken").await.ok();
    let targets = log["items"].as_array().unwrap().iter();
    let made = targets.filter(|it| it["outcome"] == "done" && it["target"] == "robot: ci");
    assert_eq!(made.count(), 2, "{log}");
}
