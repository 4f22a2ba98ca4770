//! The audit log: what is in it, what is not, and who may read it.

use crate::support::{Client, ROOT, Rig, allow, request};
use http::Method;
use serde_json::json;
use std::task::{Context, Waker};

#[tokio::test]
async fn changes_are_told_of_whatever_came_of_them() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let anna = root.user("anna", None).await;
    let denied = anna.delete("/buckets/photos").await;
    let id = denied.header("x-amz-request-id").to_owned();
    denied.refused(403, "AccessDenied");
    let log = root.get("/audit?action=DeleteBucket").await.ok();
    let entry = &log["items"][0];
    assert_eq!(entry["outcome"], "denied");
    assert_eq!(entry["target"], "photos");
    assert_eq!(entry["from"], "127.0.0.1");
    assert_eq!(entry["error"], "AccessDenied");
    assert_eq!(entry["request_id"], id);
    assert!(
        entry["who"].as_str().unwrap().ends_with("user/anna"),
        "{entry}"
    );
    let made = root
        .get("/audit?action=CreateBucket&outcome=done")
        .await
        .ok();
    assert_eq!(made["items"][0]["target"], "photos");
    // Reads are not.
    root.get("/buckets").await.ok();
    let reads = root.get("/audit?action=ListBuckets").await.ok();
    assert_eq!(reads["items"], json!([]));
}

#[tokio::test]
async fn it_tells_what_something_was_done_with() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let wanted = json!({ "name": "robot", "expires_in": 3600 });
    let token = root.post("/tokens", wanted).await.ok();
    let robot = Client {
        rig: &rig,
        token: token["token"].as_str().unwrap().to_owned(),
        cookie: String::new(),
    };
    root.post("/buckets", json!({ "name": "mine" })).await.ok();
    let new = json!({ "name": "robots" });
    robot.post("/buckets", new).await.ok();
    let log = root.get("/audit?action=CreateBucket").await.ok();
    let (later, earlier) = (&log["items"][0], &log["items"][1]);
    assert_eq!(later["who"], earlier["who"]);
    let id = token["id"].as_str().unwrap();
    assert_eq!(later["credential"], format!("token/{id}"));
    let session = root.get("/profile/sessions").await.ok()["items"][0]["id"].clone();
    let session = format!("session/{}", session.as_str().unwrap());
    assert_eq!(earlier["credential"], session);
    let its = root.get(&format!("/audit?credential={id}")).await.ok();
    assert_eq!(its["items"].as_array().unwrap().len(), 1);
    assert_eq!(its["items"][0], *later);
}

/// What stands in every error of a client, and what stands in the log of every proxy.
#[tokio::test]
async fn requests_and_addresses_are_found() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for name in ["aaa", "bbb"] {
        root.post("/buckets", json!({ "name": name })).await.ok();
    }
    let denied = root.delete("/buckets/none").await;
    let id = denied.header("x-amz-request-id").to_owned();
    let count = async |query: &str| {
        let found = root.get(&format!("/audit?{query}")).await.ok();
        found["items"].as_array().unwrap().len()
    };
    let found = root.get(&format!("/audit?request_id={id}")).await.ok();
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["items"][0]["target"], "none");
    assert_eq!(count(&format!("request_id={}", id.to_lowercase())).await, 1);
    assert_eq!(count(&format!("request_id={}", &id[1..])).await, 0);
    assert!(count("address=127.0.0.").await >= 4);
    assert_eq!(count("address=27.0").await, 0);
    let export = root.get(&format!("/audit/export?request_id={id}")).await;
    let text = String::from_utf8(export.bytes.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[tokio::test]
async fn no_secret_is_in_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    rig.log_in(ROOT, "a wrong password")
        .await
        .refused(401, "InvalidCredentials");
    root.user("anna", None).await;
    let made = root.post("/users/anna/keys", json!({})).await.ok();
    let export = root.get("/audit/export").await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let text = String::from_utf8(export.bytes.to_vec()).unwrap();
    for line in text.lines() {
        let _: serde_json::Value = serde_json::from_str(line).unwrap();
    }
    assert!(text.lines().count() >= 4, "{text}");
    let secret = made["secret"].as_str().unwrap();
    for secret in [
        secret,
        "a wrong password",
        "correct horse",
        &root.token,
        &root.cookie,
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn pages_and_times_narrow_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for name in ["aaa", "bbb", "ccc"] {
        root.post("/buckets", json!({ "name": name })).await.ok();
    }
    let first = root.get("/audit?action=CreateBucket&limit=2").await.ok();
    let targets = |page: &serde_json::Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|it| it["target"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(targets(&first), ["ccc", "bbb"]);
    let next = first["next"].as_str().unwrap();
    let path = format!("/audit?action=CreateBucket&limit=2&cursor={next}");
    assert_eq!(targets(&root.get(&path).await.ok()), ["aaa"]);
    let path = "/audit?to=2001-01-01T00:00:00Z";
    assert_eq!(root.get(path).await.ok()["items"], json!([]));
    root.get("/audit?from=soon")
        .await
        .refused(400, "InvalidField");
    root.get("/audit?cursor=x")
        .await
        .refused(400, "InvalidField");
    root.get("/audit?outcome=x")
        .await
        .refused(400, "InvalidField");
}

#[tokio::test]
async fn reading_it_needs_a_permission() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", Some(allow(&["s3:*", "iam:*"]))).await;
    anna.get("/audit").await.refused(403, "AccessDenied");
    anna.get("/audit/export").await.refused(403, "AccessDenied");
    let bert = root.user("bert", Some(allow(&["cairn:ReadAudit"]))).await;
    bert.get("/audit").await.ok();
}

/// Whatever names hold, an entry is one line, and nothing in it moves a cursor.
#[tokio::test]
async fn no_name_makes_a_line_of_its_own() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let hostile = "a\n{\"who\":\"root\"}\r\n\u{1b}[2J\u{2028}\u{0}b";
    let login = json!({ "name": hostile, "password": "x" });
    let asked = crate::support::request(http::Method::POST, "/session", &[], Some(&login));
    rig.send(asked).await.refused(401, "InvalidCredentials");
    let user = json!({ "name": hostile });
    let refused = root.post("/users", user).await;
    assert_eq!(refused.status, 400);
    let deleted = json!({ "key": hostile, "to_key": "b" });
    let refused = root.post("/buckets/photos/object/copy", deleted).await;
    assert!(refused.status.is_client_error());
    let export = root.get("/audit/export").await;
    let text = String::from_utf8(export.bytes.to_vec()).unwrap();
    assert!(text.contains("[2J"), "{text}");
    let count = root.get("/audit?limit=1000").await.ok();
    let count = count["items"].as_array().unwrap().len();
    assert_eq!(text.lines().count(), count);
    for line in text.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(entry["request_id"].is_string(), "{line}");
        assert!(!line.chars().any(|it| it.is_control()), "{line:?}");
    }
}

#[tokio::test]
async fn it_is_exported_as_a_table_in_which_nothing_is_a_formula() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let hostile = "=cmd|'/C calc'!A0;@SUM(A1),\"x\"\r\n-1";
    let login = json!({ "name": hostile, "password": "x" });
    let asked = request(Method::POST, "/session", &[], Some(&login));
    rig.send(asked).await.refused(401, "InvalidCredentials");
    let user = json!({ "name": "=1+1" });
    root.post("/users", user).await.ok();
    let export = root.get("/audit/export?format=csv").await;
    assert_eq!(
        export.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    let mut reader = csv::Reader::from_reader(&export.bytes[..]);
    let names: Vec<String> = reader.headers().unwrap().iter().map(Into::into).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let list = root.get("/audit?limit=1000").await.ok();
    let entries = list["items"].as_array().unwrap();
    assert_eq!(rows.len(), entries.len());
    for (row, entry) in rows.iter().zip(entries) {
        for (name, cell) in names.iter().zip(row) {
            let value = match &entry[name] {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Null => String::new(),
                other => other.to_string(),
            };
            assert_eq!(cell.replace('\'', ""), value.replace('\'', ""), "{name}");
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{cell:?}"
            );
        }
    }
    let text = String::from_utf8(export.bytes.to_vec()).unwrap();
    assert!(text.contains(",'=1+1,"), "{text}");
    // The filters of the list are those of the file, and only one answer is no table.
    let few = root.get("/audit/export?format=csv&action=CreateUser").await;
    assert_eq!(
        csv::Reader::from_reader(&few.bytes[..]).records().count(),
        1
    );
    let none = root.get("/audit/export?format=csv&action=Nothing").await;
    assert_eq!(
        csv::Reader::from_reader(&none.bytes[..]).records().count(),
        0
    );
    assert!(none.bytes.starts_with(b"time,who,"));
    let wrong = root.get("/audit/export?format=xlsx").await;
    wrong.refused(400, "InvalidField");
}

/// Whoever hangs up at once has done it all the same, and is in the log.
#[tokio::test]
async fn a_client_that_goes_away_is_told_of() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let body = json!({ "name": "photos" });
    let request = root.request(Method::POST, "/buckets", Some(&body));
    let mut answering = Box::pin(rig.answer(request));
    let mut context = Context::from_waker(Waker::noop());
    assert!(answering.as_mut().poll(&mut context).is_pending());
    drop(answering);
    let entry = loop {
        let log = root.get("/audit?action=CreateBucket").await.ok();
        match log["items"].as_array().unwrap().first() {
            Some(entry) => break entry.clone(),
            None => tokio::task::yield_now().await,
        }
    };
    assert_eq!(
        (&entry["target"], &entry["outcome"]),
        (&json!("photos"), &json!("done"))
    );
    root.get("/buckets/photos").await.ok();
}

/// Guessing on when it is refused unseen would push out everything else.
#[tokio::test]
async fn attempts_that_nobody_looks_at_leave_nothing() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let mut looked_at = 0;
    for _ in 0..100 {
        let refused = rig.log_in("anna", "a guess").await;
        looked_at += usize::from(refused.status == 401);
    }
    assert!(looked_at < 50, "{looked_at} guesses were looked at");
    let log = root
        .get("/audit?action=LogIn&outcome=denied&limit=1000")
        .await
        .ok();
    assert_eq!(log["items"].as_array().unwrap().len(), looked_at);
}

#[tokio::test]
async fn strangers_cannot_fill_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let count = async || {
        let log = root.get("/audit?limit=1000").await.ok();
        log["items"].as_array().unwrap().len()
    };
    let before = count().await;
    let long = "a".repeat(admin::limits::LOGIN_NAME_BYTES_MAX + 1);
    for _ in 0..3 {
        let out = request(Method::DELETE, "/session", &[], None);
        rig.send(out).await.refused(401, "Unauthenticated");
        let malformed = request(Method::POST, "/session", &[], Some(&json!([])));
        assert_eq!(rig.send(malformed).await.status, 400);
        let reply = rig.log_in(&long, "wrong").await;
        reply.refused(401, "InvalidCredentials");
    }
    assert_eq!(count().await, before);
    // Of attempts at passwords there is a bound.
    rig.log_in(ROOT, "wrong")
        .await
        .refused(401, "InvalidCredentials");
    assert_eq!(count().await, before + 1);
}

#[tokio::test]
async fn nothing_in_a_request_hides_a_change() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.upload("photos/a?partNumber=1", "hello").await;
    root.upload("photos/a", "hello").await.ok();
    root.delete("/s3/photos/a?partNumber=1").await.ok();
    root.delete("/s3/photos?partNumber=1").await.ok();
    for (action, target) in [("DeleteObject", "photos/a"), ("DeleteBucket", "photos")] {
        let log = root.get(&format!("/audit?action={action}")).await.ok();
        assert_eq!(log["items"][0]["target"], target, "{log}");
    }
}
