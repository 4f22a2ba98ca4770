//! Buckets and their configurations.

use crate::support::{Rig, allow};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn a_bucket_comes_and_goes() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let new = json!({ "name": "photos", "versioning": true, "quota": { "bytes": 100 } });
    let reply = root.post("/buckets", new.clone()).await;
    assert_eq!(reply.status, 201);
    let made = reply.ok();
    assert_eq!(made["name"], "photos");
    assert_eq!(made["versioning"], "enabled");
    assert_eq!(made["quota"], json!({ "bytes": 100, "objects": null }));
    assert_eq!(made["owner"], "root");
    root.upload("photos/a.txt", "hello").await.ok();
    let usage = root.get("/buckets/photos").await.ok()["usage"].clone();
    assert_eq!((&usage["objects"], &usage["bytes"]), (&json!(1), &json!(5)));
    root.delete("/buckets/photos")
        .await
        .refused(409, "BucketNotEmpty");
    let refused = root.post("/buckets", json!({ "name": "x" })).await;
    let refused = refused.refused(400, "InvalidBucketName");
    assert_eq!(refused["field"], "name", "{refused}");
    root.post("/buckets", json!({ "name": "" }))
        .await
        .refused(400, "InvalidField");
    root.post("/buckets", json!({ "name": "empty" })).await.ok();
    assert_eq!(root.delete("/buckets/empty").await.status, 204);
    root.get("/buckets/empty")
        .await
        .refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn a_bucket_that_is_there_is_not_made_again() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let new = json!({ "name": "photos", "quota": { "bytes": 100 } });
    let made = root.post("/buckets", new.clone()).await.ok();
    for field in [
        json!({}),
        json!({ "quota": { "bytes": 5 } }),
        json!({ "versioning": true }),
        json!({ "object_lock": true }),
    ] {
        let mut again = json!({ "name": "photos" });
        let fields = again.as_object_mut().unwrap();
        fields.extend(field.as_object().unwrap().clone());
        root.post("/buckets", again)
            .await
            .refused(409, "BucketAlreadyOwnedByYou");
        assert_eq!(root.get("/buckets/photos").await.ok(), made);
    }
    let anna = root.user("anna", Some(allow(&["s3:*"]))).await;
    anna.post("/buckets", json!({ "name": "photos" }))
        .await
        .refused(409, "BucketAlreadyOwnedByYou");
}

#[tokio::test]
async fn lists_come_in_pages_and_show_what_one_owns() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for name in ["aaa", "bbb", "ccc"] {
        root.post("/buckets", json!({ "name": name })).await.ok();
    }
    let first = root.get("/buckets?limit=2").await.ok();
    let names = |page: &serde_json::Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&first), ["aaa", "bbb"]);
    let next = first["next"].as_str().unwrap();
    let second = root
        .get(&format!("/buckets?limit=2&cursor={next}"))
        .await
        .ok();
    assert_eq!(names(&second), ["ccc"]);
    assert!(second["next"].is_null());
    assert_eq!(names(&root.get("/buckets?prefix=b").await.ok()), ["bbb"]);
    let anna = root.user("anna", None).await;
    anna.get("/buckets").await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn a_quota_is_the_servers_to_set_and_holds() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", Some(allow(&["s3:*"]))).await;
    anna.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let quota = json!({ "bytes": 3, "objects": null });
    let path = "/buckets/photos/quota";
    anna.put(path, quota.clone())
        .await
        .refused(403, "AccessDenied");
    let new = json!({ "name": "other", "quota": quota });
    anna.post("/buckets", new)
        .await
        .refused(403, "AccessDenied");
    anna.get("/buckets/other")
        .await
        .refused(404, "NoSuchBucket");
    assert_eq!(root.put(path, quota.clone()).await.ok(), quota);
    let refused = anna.upload("photos/a", "hello").await;
    assert!(!refused.status.is_success());
    root.put(path, json!({ "bytes": "x" }))
        .await
        .refused(400, "InvalidField");
    root.put("/buckets/nowhere/quota", quota)
        .await
        .refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn configurations_are_set_read_and_removed() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    for (kind, value, absent) in [
        (
            "cors",
            json!({ "CORSRules": [{ "AllowedMethods": ["GET"], "AllowedOrigins": ["*"] }] }),
            "NoSuchCORSConfiguration",
        ),
        (
            "lifecycle",
            json!({ "Rules": [{ "ID": "old", "Status": "Enabled",
            "Filter": { "Prefix": "logs/" }, "Expiration": { "Days": 3 } }] }),
            "NoSuchLifecycleConfiguration",
        ),
        (
            "tagging",
            json!({ "TagSet": [{ "Key": "a", "Value": "b" }] }),
            "NoSuchTagSet",
        ),
        (
            "website",
            json!({ "IndexDocument": { "Suffix": "index.html" } }),
            "NoSuchWebsiteConfiguration",
        ),
        (
            "policy",
            json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
            "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*" }] }),
            "NoSuchBucketPolicy",
        ),
    ] {
        let path = format!("/buckets/photos/config/{kind}");
        if kind == "policy" {
            // It would make the bucket public, which is blocked until somebody says otherwise.
            root.delete("/buckets/photos/config/public-access")
                .await
                .ok();
        }
        root.get(&path).await.refused(404, absent);
        assert_eq!(root.put(&path, value.clone()).await.status, 204, "{kind}");
        assert_eq!(root.get(&path).await.ok(), value);
        assert_eq!(root.delete(&path).await.status, 204, "{kind}");
        root.get(&path).await.refused(404, absent);
    }
}

#[tokio::test]
async fn configurations_that_always_are_cannot_be_removed() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let path = "/buckets/photos/config/versioning";
    assert_eq!(root.get(path).await.ok(), json!({}));
    root.put(path, json!({ "Status": "Enabled" })).await.ok();
    assert_eq!(root.get(path).await.ok(), json!({ "Status": "Enabled" }));
    root.delete(path).await.refused(405, "MethodNotAllowed");
    assert_eq!(
        root.delete("/buckets/photos/config/notification")
            .await
            .status,
        204
    );
    assert_eq!(
        root.delete("/buckets/photos/config/logging").await.status,
        204
    );
    root.get("/buckets/photos/config/nothing")
        .await
        .refused(404, "NoSuchConfiguration");
    let wrong = root.put(path, json!({ "Status": true })).await;
    assert_eq!(wrong.refused(400, "InvalidField")["field"], "Status");
    let wrong = root.put(path, json!({ "Status": "Perhaps" })).await;
    wrong.refused(400, "MalformedXML");
}

/// The same policies as over S3: what is not allowed there is not allowed here.
#[tokio::test]
async fn configurations_need_the_permission_of_s3() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let anna = root.user("anna", Some(allow(&["s3:GetBucketCORS"]))).await;
    let path = "/buckets/photos/config/cors";
    anna.get(path).await.refused(404, "NoSuchCORSConfiguration");
    let rules = json!({ "CORSRules": [{ "AllowedMethods": ["GET"], "AllowedOrigins": ["*"] }] });
    anna.put(path, rules).await.refused(403, "AccessDenied");
    anna.get("/buckets/photos/config/tagging")
        .await
        .refused(403, "AccessDenied");
}

/// As requests without a signature would find it.
#[tokio::test]
async fn public_buckets_are_marked_while_strangers_get_in() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for name in ["by-list", "by-policy", "shut"] {
        root.post("/buckets", json!({ "name": name })).await.ok();
    }
    let public = async || -> Vec<bool> {
        let items = root.get("/buckets").await.ok()["items"].clone();
        let items = items.as_array().unwrap().iter();
        items.map(|it| it["is_public"] == true).collect()
    };
    assert_eq!(public().await, [false; 3]);
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
          "Resource": "arn:aws:s3:::by-policy/*" },
    ] });
    root.put("/buckets/by-policy/config/policy", policy)
        .await
        .ok();
    let ownership = json!({ "Rules": [{ "ObjectOwnership": "ObjectWriter" }] });
    let place = "/buckets/by-list/config";
    root.put(&format!("{place}/ownership"), ownership)
        .await
        .ok();
    let mut acl = root.get(&format!("{place}/acl")).await.ok();
    let anybody = json!({
        "Grantee": { "Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers" },
        "Permission": "READ",
    });
    acl["Grants"].as_array_mut().unwrap().push(anybody);
    root.put(&format!("{place}/acl"), acl).await.ok();
    assert_eq!(public().await, [true, true, false]);
    // What is there no longer counts.
    let block = json!({ "IgnorePublicAcls": true, "RestrictPublicBuckets": true });
    for name in ["by-list", "by-policy"] {
        let place = format!("/buckets/{name}/config/public-access");
        root.put(&place, block.clone()).await.ok();
    }
    assert_eq!(public().await, [false; 3]);
}

/// Whoever may list all buckets learns what they are called; how much is in one, whose it is and
/// what it may hold, he learns of those he may look at.
#[tokio::test]
async fn lists_tell_no_more_than_looking_at_each_bucket_does() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for name in ["open", "shut"] {
        let quota = json!({ "bytes": 1000 });
        let new = json!({ "name": name, "quota": quota });
        root.post("/buckets", new).await.ok();
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" },
        { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::open",
          "Condition": { "IpAddress": { "aws:SourceIp": "127.0.0.0/8" } } },
    ] });
    let tina = root.user("tina", Some(policy)).await;
    let items = tina.get("/buckets").await.ok()["items"].clone();
    assert_eq!(items[0], tina.get("/buckets/open").await.ok());
    assert_eq!(items[0]["quota"]["bytes"], 1000);
    tina.get("/buckets/shut").await.refused(403, "AccessDenied");
    let created = items[1]["created"].clone();
    assert!(created.is_string());
    let told = json!({
        "name": "shut", "created": created, "owner": null, "versioning": null,
        "object_lock": null, "is_public": null, "quota": null, "counts_for": null, "usage": null,
    });
    assert_eq!(items[1], told);
    let of_root = root.get("/buckets").await.ok()["items"].clone();
    assert_eq!(of_root[1], root.get("/buckets/shut").await.ok());
}

#[tokio::test]
async fn nobody_undoes_a_change_that_he_has_not_seen() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let path = "/buckets/photos/config/lifecycle";
    let rules = |days: u32| {
        json!({ "Rules": [{ "ID": "old", "Status": "Enabled", "Filter": { "Prefix": "" },
            "Expiration": { "Days": days } }] })
    };
    let set = |days: u32, header: &'static str, value: String| {
        let mut request = root.request(Method::PUT, path, Some(&rules(days)));
        let value = value.parse().unwrap();
        request.headers_mut().insert(header, value);
        rig.send(request)
    };
    let any = || "*".to_owned();
    // There is none yet.
    let refused = set(1, "if-match", any()).await;
    let refused = refused.refused(412, "PreconditionFailed");
    assert_eq!(refused["field"], "if-match");
    assert!(refused["message"].as_str().unwrap().contains("not there"));
    assert_eq!(set(1, "if-none-match", any()).await.status, 204);
    let refused = set(2, "if-none-match", any()).await;
    let refused = refused.refused(412, "PreconditionFailed");
    assert_eq!(refused["field"], "if-none-match");
    assert_eq!(refused["message"], "There is one already.");
    let first = root.get(path).await.header("etag").to_owned();
    assert_eq!(root.get(path).await.header("etag"), first);
    assert_eq!(set(2, "if-match", first.clone()).await.status, 204);
    set(3, "if-match", first)
        .await
        .refused(412, "PreconditionFailed");
    assert_eq!(
        root.get(path).await.ok()["Rules"][0]["Expiration"]["Days"],
        2
    );
    assert_eq!(set(4, "if-match", any()).await.status, 204);
    // What is set again as it is, is the same.
    let tag = root.get(path).await.header("etag").to_owned();
    root.put(path, rules(4)).await;
    assert_eq!(root.get(path).await.header("etag"), tag);
    let mut removal = root.request(Method::DELETE, path, None);
    removal
        .headers_mut()
        .insert("if-match", "\"0\"".parse().unwrap());
    rig.send(removal).await.refused(412, "PreconditionFailed");
    // What passes it on may weaken it, and name others.
    let weak = format!("\"0\", W/{tag}");
    assert_eq!(set(4, "if-match", weak).await.status, 204);
    let still = set(5, "if-none-match", tag).await;
    still.refused(412, "PreconditionFailed");
    let (other, bare) = ("\"0\"".to_owned(), "0".to_owned());
    assert_eq!(set(4, "if-none-match", other).await.status, 204);
    set(5, "if-match", bare).await.refused(400, "InvalidField");
    let mut other = root.request(Method::DELETE, "/buckets/photos", None);
    other
        .headers_mut()
        .insert("if-match", any().parse().unwrap());
    rig.send(other).await.refused(400, "InvalidField");
}
