//! Requests that come from the machine itself, and accounts, which are mostly made by them.

use crate::support::{Client, Rig, allow, request};
use admin::Local;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};

/// As the socket hands it over, without a token or with one.
async fn local(rig: &Rig, method: Method, path: &str, token: &str, body: Option<&Value>) -> Value {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    let headers = if token.is_empty() {
        &[][..]
    } else {
        &headers[..]
    };
    let asked = request(method, path, headers, body);
    let answer = rig.admin.handle_local(Local::Socket, asked).await;
    let status = answer.status();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    json!({ "status": status.as_u16(), "body": body })
}

#[tokio::test]
async fn it_is_the_servers_own_account_unless_a_token_says_otherwise() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root
        .user("anna", Some(allow(&["s3:ListAllMyBuckets"])))
        .await;
    let new = json!({ "name": "photos" });
    let made = local(&rig, Method::POST, "/buckets", "", Some(&new)).await;
    assert_eq!(made["status"], 201, "{made}");
    let refused = local(&rig, Method::GET, "/users", &anna.token, None).await;
    assert_eq!(refused["status"], 403, "{refused}");
    let wrong = local(&rig, Method::GET, "/users", "nonsense", None).await;
    assert_eq!(wrong["status"], 401, "{wrong}");
    let log = root.get("/audit?action=CreateBucket").await.ok();
    let entry = &log["items"][0];
    assert_eq!(entry["from"], "socket");
    assert!(entry["who"].as_str().unwrap().ends_with(":root"), "{entry}");
    // Nothing that comes over a connection is taken for one of these.
    let mut forged = request(Method::GET, "/users", &[], None);
    forged.extensions_mut().insert(Local::Socket);
    assert_eq!(rig.answer(forged).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn accounts_come_and_go_with_their_keys() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let new = json!({
        "name": "carl", "id": "carl-id", "access_key": "CARL", "secret_key": "carl-secret",
    });
    let made = root.post("/accounts", new.clone()).await.ok();
    assert_eq!(made["key"]["id"], "CARL");
    assert_eq!(made["arn"], "arn:aws:iam:::user/carl-id");
    root.post("/accounts", new)
        .await
        .refused(409, "EntityAlreadyExists");
    let page = root.get("/accounts?limit=1").await.ok();
    assert_eq!(
        (&page["items"][0]["name"], &page["next"]),
        (&json!("carl"), &json!("carl"))
    );
    let rest = root.get("/accounts?limit=1&cursor=carl").await.ok();
    assert_eq!(
        (&rest["items"][0]["name"], &rest["next"]),
        (&json!("root"), &Value::Null)
    );
    assert_eq!(rest["items"][0]["is_servers_own"], true);

    let second = root.post("/accounts/carl/keys", json!({})).await.ok();
    let id = second["id"].as_str().unwrap();
    let path = format!("/accounts/carl/keys/{id}");
    root.patch(&path, json!({ "active": false })).await.ok();
    let keys = root.get("/accounts/carl/keys").await.ok();
    let keys = keys["items"].as_array().unwrap();
    let of = |id: &str| keys.iter().find(|key| key["id"] == id).unwrap();
    assert_eq!(
        (&of(id)["active"], &of(id)["last_used"]),
        (&json!(false), &Value::Null)
    );
    root.delete(&path).await.ok();
    // It logs in with a password of its own, until it is no more.
    let password = json!({ "password": "correct horse" });
    root.put("/users/carl/password", password).await.ok();
    let carl = rig.client("carl", "correct horse").await;
    root.delete("/accounts/carl").await.ok();
    carl.get("/buckets").await.refused(401, "SessionEnded");
    root.get("/accounts/carl")
        .await
        .refused(404, "NoSuchEntity");
}

#[tokio::test]
async fn accounts_are_the_servers_own_to_decide() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", Some(allow(&["iam:*", "s3:*"]))).await;
    for path in ["/accounts", "/accounts/root", "/accounts/root/keys"] {
        anna.get(path).await.refused(403, "AccessDenied");
    }
    let new = || json!({ "name": "carl" });
    anna.post("/accounts", new())
        .await
        .refused(403, "AccessDenied");
    anna.delete("/accounts/root")
        .await
        .refused(403, "AccessDenied");
    // Who may do everything that policies can allow is still not the root.
    let bert = root.user("bert", Some(allow(&["*"]))).await;
    bert.post("/accounts", new()).await.ok();
    bert.post("/accounts/root/keys", json!({}))
        .await
        .refused(403, "AccessDenied");
    let chosen = json!({ "id": "CHOSEN", "secret": "chosen-secret" });
    bert.post("/users/bert/keys", chosen.clone())
        .await
        .refused(403, "AccessDenied");
    let half = json!({ "id": "CHOSEN" });
    root.post("/users/bert/keys", half)
        .await
        .refused(400, "InvalidField");
    assert_eq!(
        root.post("/users/bert/keys", chosen).await.ok()["id"],
        "CHOSEN"
    );
}

#[tokio::test]
async fn a_token_that_may_less_makes_no_key_that_may_everything() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let accounts = root.get("/accounts").await.ok();
    let mut accounts = accounts["items"].as_array().unwrap().iter();
    let own = accounts.find(|it| it["is_servers_own"] == true).unwrap();
    let name = own["name"].as_str().unwrap();
    let new = json!({
        "name": "accounts", "expires_in": 3600, "policy": allow(&["cairn:ManageAccountKeys"]),
    });
    let made = root.post("/tokens", new).await.ok();
    let token = made["token"].as_str().unwrap().to_owned();
    let cookie = String::new();
    let narrowed = Client {
        rig: &rig,
        token,
        cookie,
    };
    let path = format!("/accounts/{name}/keys");
    let refused = narrowed.post(&path, json!({})).await;
    refused.refused(403, "AccessDenied");
    root.post(&path, json!({})).await.ok();
}
