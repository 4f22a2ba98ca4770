//! Users, groups, policies and keys.

use crate::support::{Client, Rig, allow};
use serde_json::{Value, json};

#[tokio::test]
async fn a_user_comes_changes_and_goes() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let new = json!({ "name": "anna", "tags": { "team": "red" } });
    let reply = root.post("/users", new.clone()).await;
    assert_eq!(reply.status, 201);
    let made = reply.ok();
    assert_eq!(made["tags"], json!({ "team": "red" }));
    assert_eq!(
        (&made["path"], &made["has_password"]),
        (&json!("/"), &json!(false))
    );
    root.post("/users", new)
        .await
        .refused(409, "EntityAlreadyExists");
    root.post("/users", json!({ "name": "a b" }))
        .await
        .refused(400, "ValidationError");
    let changed = root
        .patch("/users/anna", json!({ "name": "bert", "path": "/x/" }))
        .await
        .ok();
    assert_eq!(
        (&changed["name"], &changed["path"]),
        (&json!("bert"), &json!("/x/"))
    );
    root.get("/users/anna").await.refused(404, "NoSuchEntity");
    // With all that hangs on it.
    root.post("/users/bert/keys", json!({})).await.ok();
    root.put("/users/bert/policies/own", allow(&["s3:*"]))
        .await
        .ok();
    root.put("/users/bert/attached/AmazonS3FullAccess", Value::Null)
        .await
        .ok();
    root.post("/groups", json!({ "name": "readers" }))
        .await
        .ok();
    root.put("/groups/readers/members/bert", Value::Null)
        .await
        .ok();
    let detail = root.get("/users/bert").await.ok();
    assert_eq!(detail["groups"], json!(["readers"]));
    assert_eq!(detail["policies"], json!(["own"]));
    assert_eq!(detail["attached_policies"][0]["name"], "AmazonS3FullAccess");
    assert_eq!(root.delete("/users/bert").await.status, 204);
    root.get("/users/bert").await.refused(404, "NoSuchEntity");
    assert_eq!(root.get("/groups/readers").await.ok()["members"], json!([]));
}

#[tokio::test]
async fn users_are_listed_in_pages() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for name in ["carl", "anna", "bert"] {
        root.post("/users", json!({ "name": name })).await.ok();
    }
    let first = root.get("/users?limit=2").await.ok();
    assert_eq!(first["items"][0]["name"], "anna");
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = root
        .get(&format!("/users?limit=2&cursor={next}"))
        .await
        .ok();
    assert_eq!(second["items"][0]["name"], "carl");
    assert!(second["next"].is_null());
}

#[tokio::test]
async fn a_list_of_users_tells_who_is_about() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/users", json!({ "name": "robot" })).await.ok();
    let listed = async |who: &Client<'_>, name: &str| {
        let list = who.get("/users").await.ok();
        let items = list["items"].as_array().unwrap().clone();
        items.into_iter().find(|it| it["name"] == name).unwrap()
    };
    let robot = listed(&root, "robot").await;
    assert_eq!(robot["keys"], 0);
    assert_eq!(robot["groups"], json!([]));
    assert!(robot["last_login"].is_null() && robot["last_key_use"].is_null());

    root.post("/groups", json!({ "name": "Staff" })).await.ok();
    root.post("/groups", json!({ "name": "night" })).await.ok();
    for group in ["Staff", "night"] {
        let member = format!("/groups/{group}/members/robot");
        root.put(&member, Value::Null).await.ok();
    }
    let made = root.post("/users/robot/keys", json!({})).await.ok();
    root.post("/users/robot/keys", json!({})).await.ok();
    let credential = rig.identity.find(made["id"].as_str().unwrap(), None);
    let credential = credential.unwrap();
    rig.identity.note_use(&credential, "s3", "us-east-1");
    let robot = listed(&root, "robot").await;
    assert_eq!(robot["keys"], 2);
    assert_eq!(robot["groups"], json!(["night", "Staff"]));
    assert!(robot["last_key_use"].is_string(), "{robot}");
    assert!(robot["last_login"].is_null());

    // Whoever may list users sees of keys and groups what it may list of them.
    let anna = root.user("anna", Some(allow(&["iam:ListUsers"]))).await;
    let robot = listed(&anna, "robot").await;
    for field in ["keys", "last_key_use", "groups"] {
        assert!(robot[field].is_null(), "{robot}");
    }
    let own = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["iam:ListUsers", "iam:ListAccessKeys"], "Resource": "*" },
        { "Effect": "Deny", "Action": "iam:ListAccessKeys",
          "Resource": "arn:aws:iam::*:user/robot" },
    ] });
    let bert = root.user("bert", Some(own)).await;
    assert!(listed(&bert, "robot").await["keys"].is_null());
    let anna = listed(&bert, "anna").await;
    assert_eq!(anna["keys"], 0);
    // It outlives the session, and a restart.
    let login = anna["last_login"].as_str().unwrap().to_owned();
    let rig = rig.restarted().await;
    let root = rig.root().await;
    assert_eq!(root.get("/users/anna").await.ok()["last_login"], login);
    assert!(root.get("/users/robot").await.ok()["last_login"].is_null());
}

#[tokio::test]
async fn keys_show_their_secret_once_and_work() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/users", json!({ "name": "anna" })).await.ok();
    let new = json!({ "description": "laptop", "expires": "2099-01-01T00:00:00Z" });
    let reply = root.post("/users/anna/keys", new).await;
    assert_eq!(reply.status, 201);
    let made = reply.ok();
    let id = made["id"].as_str().unwrap();
    let secret = rig.identity.find(id, None).unwrap().secret.clone();
    assert_eq!(made["secret"], secret.expose());
    let listed = root.get("/users/anna/keys").await;
    assert!(!String::from_utf8_lossy(&listed.bytes).contains(secret.expose()));
    let listed = listed.ok();
    assert_eq!(listed["items"][0]["description"], "laptop");
    let path = format!("/users/anna/keys/{id}");
    root.patch(&path, json!({ "active": false })).await.ok();
    assert!(rig.identity.find(id, None).is_err());
    assert_eq!(root.delete(&path).await.status, 204);
    root.delete(&path).await.refused(404, "NoSuchEntity");
    let past = json!({ "expires": "2001-01-01T00:00:00Z" });
    root.post("/users/anna/keys", past)
        .await
        .refused(400, "InvalidField");
}

#[tokio::test]
async fn groups_give_their_members_what_they_have() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    anna.get("/users").await.refused(403, "AccessDenied");
    root.post("/groups", json!({ "name": "lookers" }))
        .await
        .ok();
    root.put("/groups/lookers/policies/look", allow(&["iam:ListUsers"]))
        .await
        .ok();
    root.put("/groups/lookers/members/anna", Value::Null)
        .await
        .ok();
    // At once, and in the same session.
    anna.get("/users").await.ok();
    let policy = root.get("/groups/lookers/policies/look").await.ok();
    assert_eq!(policy, allow(&["iam:ListUsers"]));
    root.delete("/groups/lookers/members/anna").await.ok();
    anna.get("/users").await.refused(403, "AccessDenied");
    let changed = root
        .patch("/groups/lookers", json!({ "name": "others" }))
        .await
        .ok();
    assert_eq!(changed["name"], "others");
    assert_eq!(root.delete("/groups/others").await.status, 204);
    root.get("/groups/others")
        .await
        .refused(404, "NoSuchEntity");
}

#[tokio::test]
async fn a_password_ends_the_sessions_before_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let new = json!({ "password": "battery staple" });
    anna.put("/users/anna/password", new.clone())
        .await
        .refused(403, "AccessDenied");
    root.put("/users/anna/password", json!({ "password": "short" }))
        .await
        .refused(400, "InvalidField");
    root.put("/users/anna/password", new.clone()).await.ok();
    anna.get("/session").await.refused(401, "SessionEnded");
    rig.log_in("anna", "battery staple").await.ok();
    root.delete("/users/anna/password").await.ok();
    rig.log_in("anna", "battery staple")
        .await
        .refused(401, "InvalidCredentials");
    root.put("/users/nobody/password", new)
        .await
        .refused(404, "NoSuchEntity");
}

/// Whoever may make users may not make them mightier than he is by their policies.
#[tokio::test]
async fn each_verb_needs_its_own_permission() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root
        .user("anna", Some(allow(&["iam:CreateUser", "iam:GetUser"])))
        .await;
    anna.post("/users", json!({ "name": "bert" })).await.ok();
    let with_password = json!({ "name": "carl", "password": "correct horse" });
    anna.post("/users", with_password)
        .await
        .refused(403, "AccessDenied");
    anna.get("/users/carl").await.refused(404, "NoSuchEntity");
    let path = "/users/bert/attached/AdministratorAccess";
    anna.put(path, Value::Null)
        .await
        .refused(403, "AccessDenied");
    anna.post("/users/bert/keys", json!({}))
        .await
        .refused(403, "AccessDenied");
    anna.put("/users/anna/policies/more", allow(&["*"]))
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn lists_can_be_searched() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for name in ["Anna", "hanna", "bert"] {
        root.post("/users", json!({ "name": name })).await.ok();
        let group = json!({ "name": format!("{name}s") });
        root.post("/groups", group).await.ok();
        let policy = json!({ "name": format!("for-{name}"), "document": allow(&["s3:*"]) });
        root.post("/policies", policy).await.ok();
        let account = json!({ "name": format!("acc-{name}") });
        root.post("/accounts", account).await.ok();
    }
    for (list, expected) in [
        ("users", ["Anna", "hanna"]),
        ("groups", ["Annas", "hannas"]),
        ("policies", ["for-Anna", "for-hanna"]),
        ("accounts", ["acc-Anna", "acc-hanna"]),
    ] {
        let names = async |query: &str| -> Vec<String> {
            let path = format!("/{list}?search={query}");
            let items = root.get(&path).await.ok()["items"].clone();
            let items = items.as_array().unwrap().iter();
            let names = items.map(|it| it["name"].as_str().unwrap().to_owned());
            names.collect()
        };
        assert_eq!(names("aNN").await, expected, "{list}");
        let first = format!("/{list}?search=ann&limit=1");
        let first = root.get(&first).await.ok();
        assert_eq!(first["items"][0]["name"], expected[0]);
        let next = first["next"].as_str().unwrap();
        assert_eq!(names(&format!("ann&cursor={next}")).await, expected[1..]);
    }
}

/// Logs name no more than a key. Whoever may not list keys does not learn whose it is.
#[tokio::test]
async fn users_are_found_by_their_keys() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for name in ["anna", "bert"] {
        root.post("/users", json!({ "name": name })).await.ok();
    }
    let key = root.post("/users/anna/keys", json!({})).await.ok()["id"].clone();
    let key = key.as_str().unwrap();
    let found = async |who: &Client<'_>, search: &str| -> Vec<String> {
        let page = who.get(&format!("/users?search={search}")).await.ok();
        let items = page["items"].as_array().unwrap().iter();
        let names = items.map(|it| it["name"].as_str().unwrap().to_owned());
        names.collect()
    };
    assert_eq!(found(&root, key).await, ["anna"]);
    assert!(found(&root, &key[..12]).await.is_empty());
    let lists = allow(&["iam:ListUsers"]);
    let lists = root.user("lists", Some(lists)).await;
    assert!(found(&lists, key).await.is_empty());
    assert_eq!(found(&lists, "anna").await, ["anna"]);
    root.delete(&format!("/users/anna/keys/{key}")).await.ok();
    assert!(found(&root, key).await.is_empty());
}

#[tokio::test]
async fn a_key_that_is_taken_over_has_a_least_length() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/users", json!({ "name": "anna" })).await.ok();
    for (id, secret, says) in [
        ("AB", "long-enough", "The access key must have 3 to 128"),
        ("ABC", "seven77", "The secret key must have 8 to 128"),
        ("A/B", "long-enough", "must not contain any of"),
        ("ASIAB", "long-enough", "must not begin with ASIA"),
        ("ABC", "with a space", "and no space"),
    ] {
        let new = json!({ "id": id, "secret": secret });
        let refused = root.post("/users/anna/keys", new).await;
        let refused = refused.refused(400, "ValidationError");
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(says), "{message}");
        assert!(!message.contains(secret), "{message}");
    }
    let least = json!({ "id": "ABC", "secret": "eight888" });
    root.post("/users/anna/keys", least).await.ok();
}
