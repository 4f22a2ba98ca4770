//! Every route without a token and with another one, and everything that is no route.

use crate::support::{Rig, request};
use http::{Method, Request};
use http_body_util::Full;
use serde_json::Value;

/// The routes of the document, `{…}` filled in.
async fn routes(rig: &Rig) -> Vec<(Method, String, Value)> {
    let document = rig
        .send(request(Method::GET, "/openapi.json", &[], None))
        .await
        .ok();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if let Ok(method) = method.to_uppercase().parse::<Method>()
                && operation.get("operationId").is_some()
            {
                let path = path.replace(['{', '}'], "");
                routes.push((method, path, operation.clone()));
            }
        }
    }
    routes
}

#[tokio::test]
async fn no_route_but_the_open_ones_answers_without_a_token() {
    let rig = Rig::new().await;
    let routes = routes(&rig).await;
    assert!(routes.len() > 60, "{}", routes.len());
    let mut open = Vec::new();
    for (method, path, operation) in routes {
        if operation["security"].is_array() {
            open.push(operation["operationId"].as_str().unwrap().to_owned());
            continue;
        }
        let reply = rig.send(request(method.clone(), &path, &[], None)).await;
        assert_eq!(reply.status, 401, "{method} {path}");
    }
    open.sort();
    assert_eq!(open, ["GetOpenApi", "LogIn", "LogOut", "RefreshSession"]);
}

/// Whoever may nothing gets 403, and never what is asked for: not even whether it is there.
#[tokio::test]
async fn no_route_does_anything_for_who_may_nothing() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let nobody = root.user("nobody", None).await;
    // What is one's own, and takes no permission.
    let own = |name: &str| {
        let own = ["GetSession", "GetProfile", "ChangeOwnPassword", "Presign"];
        own.contains(&name)
            || name.contains("Own")
            || ["CreateToken", "DeleteToken", "RenewRecoveryCodes"].contains(&name)
            || name.ends_with("SecondFactor") && name != "RemoveUserSecondFactor"
    };
    for (method, path, operation) in routes(&rig).await {
        let name = operation["operationId"].as_str().unwrap();
        // What S3 refuses is S3's to test.
        let is_s3 = path.starts_with("/s3/");
        if operation["security"].is_array() || own(name) || is_s3 {
            continue;
        }
        let path = path.replace("/config/kind", "/config/cors") + "?key=k";
        let body = example(name);
        let body = (method != Method::GET).then_some(&body);
        let reply = rig.send(nobody.request(method.clone(), &path, body)).await;
        let shown = String::from_utf8_lossy(&reply.bytes).into_owned();
        // What S3 tells everybody about a bucket that is not there.
        let is_absent = reply.status == 404 && operation["tags"][0] != "users";
        assert!(
            reply.status == 403 || is_absent,
            "{name}: {} {shown}",
            reply.status
        );
    }
}

fn example(name: &str) -> Value {
    let text = match name {
        "CreateBucket" => r#"{"name":"made"}"#,
        "SetBucketQuota" | "RefreshSession" => "{}",
        "SetBucketConfig" => r#"{"CORSRules":[]}"#,
        "SetObjectTags" => r#"{"tags":{}}"#,
        "SetObjectLegalHold" => r#"{"on":true}"#,
        "CopyObject" | "MoveObject" => r#"{"key":"a","to_key":"b"}"#,
        "RestoreVersion" => r#"{"key":"a","version":"v"}"#,
        "DeleteObjects" => r#"{"objects":[{"key":"a"}]}"#,
        "CreateUser" | "CreateGroup" => r#"{"name":"made"}"#,
        "UpdateUser" | "UpdateGroup" => r#"{"path":"/x/"}"#,
        "SetUserPassword" => r#"{"password":"correct horse"}"#,
        "UpdateKey" => r#"{"active":false}"#,
        "CreatePolicy" => r#"{"name":"made","document":{}}"#,
        "Simulate" => r#"{"principal":"root","actions":["s3:GetObject"]}"#,
        "UpdatePolicy" => r#"{"document":{}}"#,
        _ => "{}",
    };
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn what_is_no_route_is_told_so_in_json() {
    let rig = Rig::new().await;
    for path in ["", "/", "/nowhere", "/buckets/", "/session/x"] {
        let reply = rig.send(request(Method::GET, path, &[], None)).await;
        reply.refused(404, "NotFound");
    }
    let reply = rig
        .send(request(Method::PATCH, "/buckets", &[], None))
        .await;
    assert_eq!(reply.header("allow"), "GET, POST");
    reply.refused(405, "MethodNotAllowed");
}

#[tokio::test]
async fn bodies_that_are_none_are_refused_with_their_reason() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for (body, code, field) in [
        ("{", "MalformedJSON", Value::Null),
        ("{\"name\":\"a\"} x", "MalformedJSON", Value::Null),
        (r#"{"name":7}"#, "InvalidField", "name".into()),
        (
            r#"{"name":"a","quota":{"bytes":"x"}}"#,
            "InvalidField",
            "quota.bytes".into(),
        ),
    ] {
        let mut asked = root.request(Method::POST, "/buckets", None);
        *asked.body_mut() = Full::from(body);
        let error = rig.send(asked).await.refused(400, code);
        assert_eq!(error["field"], field, "{body}");
    }
    let mut asked = root.request(Method::POST, "/buckets", None);
    *asked.body_mut() = Full::from("x".repeat(admin::limits::BODY_BYTES_MAX + 1));
    rig.send(asked).await.refused(413, "RequestTooLarge");
    root.get("/buckets?limit=x")
        .await
        .refused(400, "InvalidField");
    root.get("/buckets?limit=1001")
        .await
        .refused(400, "InvalidField");
}

#[tokio::test]
async fn every_answer_keeps_browsers_from_guessing() {
    let rig = Rig::new().await;
    for path in [
        "/",
        "/api/v1/session",
        "/api/v1/openapi.json",
        "/missing.js",
    ] {
        let asked = Request::get(path).body(Full::default()).unwrap();
        let reply = rig.send(asked).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), "", "{path}");
        assert!(!reply.header("x-amz-request-id").is_empty(), "{path}");
    }
}
