//! What somebody may do, and because of which statement.

use crate::support::{Rig, allow};
use serde_json::{Value, json};

#[tokio::test]
async fn the_simulator_says_because_of_which_statement() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.user("anna", Some(allow(&["s3:Get*"]))).await;
    let question = json!({ "principal": "anna", "actions": ["s3:GetObject", "s3:PutObject"],
        "resources": ["arn:aws:s3:::photos/a"] });
    let answers = root.post("/simulate", question).await.ok();
    let items = &answers["items"];
    assert_eq!(items[0]["decision"], "allowed", "{answers}");
    assert_eq!(items[0]["statements"][0]["policy"], "user/anna/test");
    assert_eq!(items[0]["statements"][0]["source"], "identity");
    assert!(items[0]["statements"][0]["from"]["line"].is_u64());
    assert_eq!(items[1]["decision"], "implicitly_denied");
    assert_eq!(items[1]["statements"], json!([]));
    let nobody = json!({ "principal": "nobody", "actions": ["s3:GetObject"] });
    assert_eq!(root.post("/simulate", nobody).await.status, 404);
}

/// Asked about nothing in particular, it says what statements there are, and on what.
#[tokio::test]
async fn the_simulator_without_resources_tells_of_statements() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Photos", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
          "Resource": "arn:aws:s3:::photos/*" },
        { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" },
        { "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" },
    ] });
    root.user("alice", Some(policy)).await;
    let actions = [
        "s3:GetObject",
        "s3:ListAllMyBuckets",
        "s3:PutObject",
        "s3:DeleteObject",
    ];
    let question = json!({ "principal": "alice", "actions": actions });
    let answers = root.post("/simulate", question).await.ok();
    let items = answers["items"].as_array().unwrap();
    let decisions: Vec<&str> = items
        .iter()
        .map(|it| it["decision"].as_str().unwrap())
        .collect();
    let expected = [
        "depends",
        "allowed",
        "explicitly_denied",
        "implicitly_denied",
    ];
    assert_eq!(decisions, expected, "{answers}");
    assert!(items[0]["resource"].is_null() && items[0]["scope"] == "statements");
    let because = &items[0]["statements"][0];
    assert_eq!(because["policy"], "user/alice/test");
    assert_eq!(
        because["says"]["resources"],
        json!(["arn:aws:s3:::photos/*"])
    );
    assert_eq!(items[2]["statements"].as_array().unwrap().len(), 2);
    assert_eq!(items[3]["statements"], json!([]));
}

#[tokio::test]
async fn what_a_user_may_do_is_shown_with_where_it_comes_from() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let alice = root.user("alice", Some(allow(&["s3:GetObject"]))).await;
    root.post("/groups", json!({ "name": "readers" }))
        .await
        .ok();
    root.put("/groups/readers/members/alice", Value::Null)
        .await
        .ok();
    let attached = "/groups/readers/attached/AmazonS3ReadOnlyAccess";
    root.put(attached, Value::Null).await.ok();
    let fence = json!({ "name": "fence", "document": allow(&["s3:*"]) });
    let fence = root.post("/policies", fence).await.ok()["arn"].clone();
    root.patch("/users/alice", json!({ "boundary": fence }))
        .await
        .ok();
    let shown = root.get("/users/alice/permissions").await.ok()["items"].clone();
    let shown = shown.as_array().unwrap();
    let of = |source: &str, group: Value| {
        let is_it = |it: &&Value| it["source"] == source && it["group"] == group;
        let found = shown.iter().find(is_it);
        found.unwrap_or_else(|| panic!("{source} {group}: {shown:?}"))
    };
    let own = of("identity", Value::Null);
    assert_eq!(own["policy"], "user/alice/test");
    assert_eq!(own["says"]["effect"], "allow");
    assert_eq!(own["says"]["actions"], json!(["s3:GetObject"]));
    let of_group = of("identity", json!("readers"));
    let name = of_group["policy"].as_str().unwrap();
    assert!(name.ends_with("AmazonS3ReadOnlyAccess"), "{name}");
    assert_eq!(of("boundary", Value::Null)["policy"], fence);
    root.get("/users/nobody/permissions")
        .await
        .refused(404, "NoSuchEntity");
    alice
        .get("/users/alice/permissions")
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn the_simulator_asks_the_bucket_too() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.user("anna", Some(allow(&["s3:Get*"]))).await;
    let arn = root.get("/users/anna").await.ok()["arn"].clone();
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.upload("photos/tagged", "hello").await.ok();
    let tags = json!({ "tags": { "secret": "yes" } });
    root.put("/buckets/photos/object/tags?key=tagged", tags)
        .await
        .ok();
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "NotThis", "Effect": "Deny", "Principal": { "AWS": arn },
          "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/a" },
        { "Sid": "NotSecret", "Effect": "Deny", "Principal": "*",
          "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*",
          "Condition": { "StringEquals": { "s3:ExistingObjectTag/secret": "yes" } } },
        { "Sid": "Put", "Effect": "Allow", "Principal": { "AWS": arn },
          "Action": "s3:PutObject", "Resource": "arn:aws:s3:::photos/*" },
    ] });
    root.put("/buckets/photos/config/policy", policy).await.ok();
    let question = json!({ "principal": "anna", "actions": ["s3:GetObject", "s3:PutObject"],
        "resources": ["arn:aws:s3:::photos/a", "arn:aws:s3:::photos/b",
            "arn:aws:s3:::photos/tagged", "arn:aws:s3:::elsewhere/a"] });
    let answers = root.post("/simulate", question.clone()).await.ok();
    let shown = |at: usize| {
        let item = &answers["items"][at];
        let statement = &item["statements"][0];
        [
            &item["decision"],
            &item["scope"],
            &statement["policy"],
            &statement["sid"],
        ]
        .map(|value| value.as_str().unwrap_or("-").to_owned())
    };
    let bucket = "arn:aws:s3:::photos";
    for (at, expected) in [
        ["explicitly_denied", "everything", bucket, "NotThis"],
        ["allowed", "everything", "user/anna/test", "-"],
        ["explicitly_denied", "everything", bucket, "NotSecret"],
        ["allowed", "principal", "user/anna/test", "-"],
        ["allowed", "everything", bucket, "Put"],
        ["allowed", "everything", bucket, "Put"],
        ["allowed", "everything", bucket, "Put"],
        ["implicitly_denied", "principal", "-", "-"],
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(shown(at), expected, "{at}: {answers}");
    }
    // Who may not see how a bucket decides is told of anna's own policies.
    let carl = root.user("carl", Some(allow(&["iam:Simulate*"]))).await;
    let told = carl.post("/simulate", question).await.ok();
    assert_eq!(told["items"][0]["scope"], "principal", "{told}");
    assert_eq!(told["items"][0]["decision"], "allowed");
}

#[tokio::test]
async fn to_who_is_suspended_nothing_is_allowed() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.user("anna", Some(allow(&["s3:*"]))).await;
    let decisions = async || {
        let mut all = Vec::new();
        for resources in [json!([]), json!(["arn:aws:s3:::photos/a"])] {
            let question = json!({ "principal": "anna", "actions": ["s3:GetObject"],
                "resources": resources });
            let answers = root.post("/simulate", question).await.ok();
            let item = &answers["items"][0];
            all.push((item["decision"].clone(), item["ground"] == "suspended"));
        }
        all
    };
    let allowed = (json!("allowed"), false);
    assert_eq!(decisions().await, [allowed.clone(), allowed.clone()]);
    let change = |is: bool| json!({ "suspended": is });
    root.patch("/users/anna", change(true)).await.ok();
    let denied = (json!("implicitly_denied"), true);
    assert_eq!(decisions().await, [denied.clone(), denied]);
    root.patch("/users/anna", change(false)).await.ok();
    assert_eq!(decisions().await, [allowed.clone(), allowed]);
}

/// Names are as long as IAM takes them.
#[tokio::test]
async fn what_is_simulated_is_bounded() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.user("anna", None).await;
    let long = |bytes: usize| "x".repeat(bytes);
    for (actions, resources, context) in [
        (format!("s3:{}", long(126)), "*".into(), json!({})),
        (
            "s3:GetObject".into(),
            format!("arn:{}", long(2045)),
            json!({}),
        ),
        (
            "s3:GetObject".into(),
            "*".into(),
            json!({ "aws:x": [long(2049)] }),
        ),
        (
            "s3:GetObject".into(),
            "*".into(),
            json!({ "aws:x": vec!["x"; 1001] }),
        ),
    ] {
        let question = json!({ "principal": "anna", "actions": [actions],
            "resources": [resources], "context": context });
        let refused = root.post("/simulate", question).await;
        let refused = refused.refused(400, "InvalidInput");
        assert!(refused["message"].as_str().unwrap().len() < 300);
    }
}
