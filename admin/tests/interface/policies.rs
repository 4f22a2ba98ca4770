//! Managed policies: their documents, versions and who has them.

use crate::support::{Rig, allow};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn policies_are_found_by_their_names() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let new = json!({ "name": "look", "description": "to look", "document": allow(&["s3:Get*"]) });
    let made = root.post("/policies", new).await.ok();
    assert_eq!(made["document"], allow(&["s3:Get*"]));
    let arn = made["arn"].as_str().unwrap();
    for version in 0..8 {
        let document = allow(&[&format!("s3:Get{version}")]);
        let changed = root
            .put("/policies/look", json!({ "document": document }))
            .await
            .ok();
        assert_eq!(changed["document"], document);
    }
    let by_arn = format!("/policies/{}", arn.replace('/', "%2F"));
    assert_eq!(root.get(&by_arn).await.ok()["name"], "look");
    let broken = json!({ "name": "broken", "document": { "Version": "2012-10-17" } });
    root.post("/policies", broken)
        .await
        .refused(400, "MalformedPolicyDocument");
    let own = root.get("/policies?scope=own").await.ok();
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    let ready = root.get("/policies/AdministratorAccess").await.ok();
    assert_eq!(ready["is_ready_made"], true);
    root.post("/users", json!({ "name": "anna" })).await.ok();
    root.put("/users/anna/attached/look", Value::Null)
        .await
        .ok();
    root.delete("/policies/look")
        .await
        .refused(409, "DeleteConflict");
    root.delete("/users/anna/attached/look").await.ok();
    assert_eq!(root.delete("/policies/look").await.status, 204);
    root.get("/policies/look")
        .await
        .refused(404, "NoSuchEntity");
    root.delete("/policies/AdministratorAccess").await;
    root.get("/policies/AdministratorAccess").await.ok();
}

#[tokio::test]
async fn old_versions_of_policies_come_back_and_uses_are_told() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let first = allow(&["s3:GetObject"]);
    let new = json!({ "name": "team", "document": first });
    root.post("/policies", new).await.ok();
    let second = json!({ "document": allow(&["s3:*"]) });
    root.put("/policies/team", second).await.ok();
    let versions = root.get("/policies/team/versions").await.ok()["items"].clone();
    assert_eq!(
        (&versions[0]["version"], &versions[1]["version"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(versions[0]["is_default"], true);
    assert_eq!(versions[1]["document"], first);
    let back = root
        .put("/policies/team/version", json!({ "version": 1 }))
        .await;
    let back = back.ok();
    assert_eq!((&back["version"], &back["document"]), (&json!(1), &first));
    let none = root
        .put("/policies/team/version", json!({ "version": 9 }))
        .await;
    none.refused(404, "NoSuchEntity");
    root.user("anna", None).await;
    root.put("/users/anna/attached/team", Value::Null)
        .await
        .ok();
    root.post("/groups", json!({ "name": "readers" }))
        .await
        .ok();
    root.put("/groups/readers/attached/team", Value::Null)
        .await
        .ok();
    let arn = root.get("/policies/team").await.ok()["arn"].clone();
    let fenced = json!({ "name": "bert", "boundary": arn });
    root.post("/users", fenced).await.ok();
    root.post("/accounts", json!({ "name": "partner" }))
        .await
        .ok();
    root.put("/accounts/partner/attached/team", Value::Null)
        .await
        .ok();
    let uses = root.get("/policies/team/uses").await.ok();
    let expected = json!([
        { "kind": "group", "name": "readers", "how": "attached" },
        { "kind": "user", "name": "anna", "how": "attached" },
        { "kind": "account", "name": "partner", "how": "attached" },
        { "kind": "user", "name": "bert", "how": "boundary" },
    ]);
    assert_eq!(uses["items"], expected);
}

#[tokio::test]
async fn accounts_without_a_number_take_policies() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/accounts", json!({ "name": "partner" }))
        .await
        .ok();
    let path = "/accounts/partner/attached/AmazonS3ReadOnlyAccess";
    assert_eq!(root.put(path, Value::Null).await.status, 204);
    let shown = root.get("/accounts/partner").await.ok();
    assert_eq!(
        shown["attached_policies"][0]["name"],
        "AmazonS3ReadOnlyAccess"
    );
    assert_eq!(
        (&shown["has_password"], &shown["usage"]["buckets"]),
        (&json!(false), &json!(0))
    );
    assert_eq!(root.delete(path).await.status, 204);
    let shown = root.get("/accounts/partner").await.ok();
    assert_eq!(shown["attached_policies"], json!([]));
    let whole = json!({ "name": "whole", "number": "123456789012" });
    root.post("/accounts", whole).await.ok();
    let path = "/accounts/whole/attached/AmazonS3ReadOnlyAccess";
    root.put(path, Value::Null)
        .await
        .refused(409, "AccountHasNoPolicies");
    root.put(
        "/accounts/nobody/attached/AmazonS3ReadOnlyAccess",
        Value::Null,
    )
    .await
    .refused(404, "NoSuchEntity");
}

#[tokio::test]
async fn a_policy_is_changed_only_as_it_was_read() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let policy = |action: &str| allow(&[action]);
    let new = json!({ "name": "readers", "document": policy("s3:GetObject") });
    root.post("/policies", new).await.ok();
    root.user("anna", None).await;
    let path = "/policies/readers";
    let tag = root.get(path).await.header("etag").to_owned();
    // Who has it is not what it says.
    root.put("/users/anna/attached/readers", json!({})).await;
    assert_eq!(root.get(path).await.header("etag"), tag);
    let set = |action: &str, tag: &str| {
        let change = json!({ "document": policy(action) });
        let mut request = root.request(Method::PUT, path, Some(&change));
        request
            .headers_mut()
            .insert("if-match", tag.parse().unwrap());
        rig.send(request)
    };
    set("s3:PutObject", &tag).await.ok();
    set("s3:DeleteObject", &tag)
        .await
        .refused(412, "PreconditionFailed");
    let now = root.get(path).await.ok();
    assert_eq!(now["document"], policy("s3:PutObject"));
    let inside = "/users/anna/policies/own";
    root.put(inside, policy("s3:GetObject")).await;
    let own = root.get(inside).await.header("etag").to_owned();
    root.put(inside, policy("s3:PutObject")).await;
    let mut removal = root.request(Method::DELETE, inside, None);
    removal
        .headers_mut()
        .insert("if-match", own.parse().unwrap());
    rig.send(removal).await.refused(412, "PreconditionFailed");
}

#[tokio::test]
async fn whoever_writes_a_policy_is_told_of_actions_nobody_has() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let typed = allow(&["s3:GetObjekt", "s3:GetObject", "admin:*"]);
    let new = json!({ "name": "typed", "document": typed });
    let made = root.post("/policies", new).await.ok();
    let actions = |answer: &Value| {
        let warnings = answer["warnings"].as_array().unwrap().iter();
        warnings.map(|it| it["action"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(actions(&made), ["s3:GetObjekt", "admin:*"]);
    assert_eq!(made["warnings"][0]["near"], "s3:GetObject");
    assert_eq!(actions(&root.get("/policies/typed").await.ok()).len(), 2);
    let sound = json!({ "document": allow(&["s3:*"]) });
    let set = root.put("/policies/typed", sound.clone()).await.ok();
    assert_eq!(actions(&set).len(), 0);
    for ready in root.get("/policies?scope=ready_made").await.ok()["items"]
        .as_array()
        .unwrap()
    {
        let name = ready["name"].as_str().unwrap();
        let shown = root.get(&format!("/policies/{name}")).await.ok();
        assert_eq!(actions(&shown).len(), 0, "{name}");
    }
    let anna = root.user("anna", None).await;
    let checked = anna
        .post("/policy-check", json!({ "document": typed }))
        .await;
    assert_eq!(actions(&checked.ok()).len(), 2);
    let asked = json!({ "principal": "anna", "actions": ["s3:GetObjekt", "s3:GetObject"] });
    let tried = root.post("/simulate", asked.clone()).await.ok();
    assert_eq!(actions(&tried), ["s3:GetObjekt"]);
    let mut on = asked;
    on["resources"] = json!(["arn:aws:s3:::photos/cat"]);
    assert_eq!(
        actions(&root.post("/simulate", on).await.ok()),
        ["s3:GetObjekt"]
    );
    // A bucket's policy with such an action is none, as with Amazon.
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let mut of_bucket = typed;
    of_bucket["Statement"][0]["Principal"] = json!("*");
    of_bucket["Statement"][0]["Resource"] = json!("arn:aws:s3:::photos/*");
    root.put("/buckets/photos/config/policy", of_bucket)
        .await
        .refused(400, "MalformedPolicy");
}
