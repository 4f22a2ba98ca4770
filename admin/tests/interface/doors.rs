//! Every route without a credential, with a bad one, and with one that may nothing; and everything
//! that is no route.

use crate::examples::{Names, Route, routes};
use crate::support::{Client, Rig, allow, pass, request};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use s3_api::OPERATIONS;
use serde_json::{Value, json};

const BUCKET: &str = "photos";
const KEY: &str = "cat";

/// A server with something of everything, so that what is asked for is there.
pub(crate) struct House {
    pub(crate) rig: Rig,
    pub(crate) routes: Vec<Route>,
    /// Whoever may nothing.
    nobody: (String, String),
    /// A service token of the root that is narrowed to nothing.
    narrowed: String,
}

pub(crate) async fn house() -> House {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": BUCKET })).await.ok();
    let put = root.upload(&format!("{BUCKET}/{KEY}"), "hello").await;
    assert_eq!(put.status, 200);
    let cors = json!({ "CORSRules": [
        { "AllowedMethods": ["PUT"], "AllowedOrigins": ["https://example.org"] },
    ] });
    root.put(&format!("/buckets/{BUCKET}/config/cors"), cors)
        .await
        .ok();
    root.user("victim", Some(allow(&["s3:*"]))).await;
    let key = root.post("/users/victim/keys", json!({})).await.ok();
    root.post("/groups", json!({ "name": "staff" })).await.ok();
    root.put("/groups/staff/members/victim", Value::Null)
        .await
        .ok();
    let policy = json!({ "name": "test", "document": allow(&["s3:*"]) });
    root.post("/policies", policy).await.ok();
    root.put("/users/victim/attached/test", Value::Null)
        .await
        .ok();
    root.put("/groups/staff/policies/test", allow(&["s3:*"]))
        .await
        .ok();
    let nobody = root.user("nobody", None).await;
    let nobody = (nobody.token, nobody.cookie);
    let narrow = json!({ "name": "narrow", "expires_in": 86400,
        "policy": allow(&["cairn:Nothing"]) });
    let narrowed = root.post("/tokens", narrow).await.ok();
    let narrowed = narrowed["token"].as_str().unwrap().to_owned();
    let document = root.get("/openapi.json").await.ok();
    let names = Names {
        bucket: BUCKET,
        key: KEY,
        user: "victim",
        group: "staff",
        policy: "test",
        id: key["id"].as_str().unwrap(),
    };
    let routes = routes(&document, &names);
    assert!(routes.len() > 75, "{}", routes.len());
    House {
        rig,
        routes,
        nobody,
        narrowed,
    }
}

impl House {
    fn with(&self, token: &str) -> Client<'_> {
        Client {
            rig: &self.rig,
            token: token.to_owned(),
            cookie: String::new(),
        }
    }

    /// All that anybody could change, but for when something was last used.
    async fn everything(&self) -> Vec<String> {
        let mut all = Vec::new();
        let tables = [
            "identity",
            "admin-password",
            "admin-second-factor",
            "admin-session",
            "admin-token",
            "admin-repeat",
            "kms",
        ];
        for table in tables {
            let page = self.rig.engine.table_scan(table, b"", None, 1000).await;
            let page = page.unwrap();
            assert!(!page.more);
            for (key, row) in page.rows {
                let key = String::from_utf8_lossy(&key).into_owned();
                let mut row = String::from_utf8_lossy(&row).into_owned();
                if table == "admin-token" {
                    row = row.split("\"used\"").next().unwrap().to_owned();
                }
                if !key.starts_with("used/") {
                    all.push(format!("{table} {key} {row}"));
                }
            }
        }
        assert!(all.len() > 15, "{all:?}");
        // As whoever may see it; its own session is none of it.
        let root = self.rig.root().await;
        let versions = format!("/buckets/{BUCKET}/versions");
        for path in ["/buckets", &versions] {
            let reply = root.get(path).await;
            all.push(String::from_utf8_lossy(&reply.bytes).into_owned());
        }
        for kind in [
            "versioning",
            "lifecycle",
            "cors",
            "policy",
            "acl",
            "encryption",
            "object-lock",
            "tagging",
            "notification",
            "logging",
            "website",
            "ownership",
            "public-access",
            "request-payment",
        ] {
            let path = format!("/buckets/{BUCKET}/config/{kind}");
            let reply = root.get(&path).await;
            let text = String::from_utf8_lossy(&reply.bytes).into_owned();
            let text = text.split("\"request_id\"").next().unwrap();
            all.push(format!("{kind} {} {text}", reply.status));
        }
        root.delete("/session").await;
        all
    }

    /// Every request there is: the routes, and the protocol of S3.
    fn requests(&self, headers: &[(&str, &str)]) -> Vec<(String, Request<Full<Bytes>>)> {
        let mut requests = Vec::new();
        for route in &self.routes {
            let method: Method = route.method.parse().unwrap();
            let asked = request(method, &route.target, headers, route.body.as_ref());
            requests.push((route.name.clone(), asked));
        }
        for operation in OPERATIONS {
            let example = operation.example(BUCKET, KEY);
            let method: Method = example.method.parse().unwrap();
            let target = format!("/s3{}", example.target);
            let mut asked = request(method, &target, headers, None);
            for name in example.headers {
                let value = format!("/{BUCKET}/{KEY}").parse().unwrap();
                asked.headers_mut().insert(name, value);
            }
            requests.push((format!("S3 {}", operation.name), asked));
        }
        requests
    }

    fn route(&self, name: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.name == name)
    }
}

#[tokio::test]
async fn only_the_open_routes_are_open() {
    let house = house().await;
    let open = house.routes.iter().filter(|route| route.is_open);
    let mut open: Vec<&str> = open.map(|route| route.name.as_str()).collect();
    open.sort_unstable();
    // Each of them looks for itself: at a password, at a cookie, at a ticket, at nothing.
    let known = [
        "Download",
        "DownloadZip",
        "GetOpenApi",
        "LogIn",
        "LogOut",
        "LookAtDownload",
        "LookAtPreview",
        "RefreshSession",
        "ShowPreview",
    ];
    assert_eq!(open, known);
}

/// Without a credential, with one that has expired, with forged ones, and with those of a session
/// and of a user that are no more.
#[tokio::test]
async fn no_route_lets_in_who_shows_no_credential() {
    let house = house().await;
    let rig = &house.rig;
    let root = rig.root().await;
    let old = rig.root().await.token;
    let short = json!({ "name": "short", "expires_in": 60 });
    let short = root.post("/tokens", short).await.ok();
    let short = short["token"].as_str().unwrap().to_owned();
    let gone = root.user("gone", Some(allow(&["*"]))).await.token;
    root.delete("/users/gone").await.ok();
    pass(admin::limits::ACCESS_SECONDS);
    let root = rig.root().await;
    let ended = rig.root().await;
    ended.delete("/session").await.ok();
    // Of another server, which has other keys.
    let other = Rig::under([8; 32]).await;
    let foreign = other.root().await.token;
    let mut credentials = vec![
        String::new(),
        "Basic cm9vdC11c2VyOnJvb3QtcGFzc3dvcmQ=".to_owned(),
        format!("AWS root-user:{}", root.token),
    ];
    let mut tokens = vec![
        old,
        short,
        gone,
        ended.token.clone(),
        foreign,
        "cairn_".to_owned(),
        String::new(),
    ];
    for whole in [&root.token, &house.narrowed] {
        for at in [6, 30, whole.len() - 2] {
            let mut forged = whole.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            tokens.push(String::from_utf8(forged).unwrap());
        }
    }
    credentials.extend(tokens.iter().map(|token| format!("Bearer {token}")));
    let before = house.everything().await;
    for credential in &credentials {
        let headers = [("authorization", credential.as_str())];
        for (name, asked) in house.requests(&headers) {
            if house.route(&name).is_some_and(|route| route.is_open) {
                continue;
            }
            let reply = rig.send(asked).await;
            assert_eq!(reply.status, 401, "{name} with {credential:?}");
        }
    }
    assert_eq!(house.everything().await, before);
    root.get("/session").await.ok();
}

/// Whoever may nothing gets 403, and never what is asked for: not even whether it is there.
#[tokio::test]
async fn no_route_does_anything_for_who_may_nothing() {
    let house = house().await;
    let before = house.everything().await;
    // Who one is, a link that may nothing either, and what is known of a document that one brings.
    let harmless = [
        "GetSession",
        "GetProfile",
        "Presign",
        "GetAllowed",
        "CheckPolicy",
    ];
    for (who, token) in [("nobody", &house.nobody.0), ("token", &house.narrowed)] {
        let credential = format!("Bearer {token}");
        let headers = [("authorization", credential.as_str())];
        for (name, asked) in house.requests(&headers) {
            let route = house.route(&name);
            let is_own = route.is_some_and(|route| route.actions.is_empty());
            // Logging out would be the end of it.
            if route.is_some_and(|route| route.is_open) {
                continue;
            }
            let reply = house.rig.send(asked).await;
            let text = String::from_utf8_lossy(&reply.bytes).into_owned();
            let shown = format!("{name} by {who}: {} {text}", reply.status);
            assert!(
                !reply.status.is_server_error() || reply.status == 501,
                "{shown}"
            );
            if harmless.contains(&name.as_str()) {
                continue;
            }
            match (is_own, who) {
                // What is one's own one may do, and a wrong password or code does nothing.
                (true, "nobody") => {}
                (true, _) => assert!(text.contains("LoginRequired"), "{shown}"),
                // Each key has an outcome of its own.
                (false, _) if name == "DeleteObjects" => {
                    assert!(text.contains("AccessDenied"), "{shown}");
                }
                // Its empty body is no document that names a key.
                (false, _) if name == "S3 DeleteObjects" => {
                    assert_eq!(reply.status, 400, "{shown}")
                }
                (false, _) => assert_eq!(reply.status, 403, "{shown}"),
            }
        }
    }
    let mut after = house.everything().await;
    // The one thing of one's own that needs nothing else: nobody has made a token.
    let is_made = |row: &String| row.starts_with("admin-token") && row.contains("\"example\"");
    after.retain(|row| !is_made(row));
    assert_eq!(after, before);
}

/// A page of another origin has the cookie at most, and cannot set headers of its own.
#[tokio::test]
async fn a_cookie_alone_does_nothing() {
    let house = house().await;
    let root = house.rig.root().await;
    let before = house.everything().await;
    for cookie in [&root.cookie, &house.nobody.1] {
        for site in ["cross-site", "same-site"] {
            let headers = [
                ("cookie", cookie.as_str()),
                ("origin", "https://evil.example"),
                ("sec-fetch-site", site),
                ("sec-fetch-mode", "no-cors"),
                ("content-type", "text/plain"),
            ];
            for (name, asked) in house.requests(&headers) {
                if name == "GetOpenApi" {
                    continue;
                }
                let reply = house.rig.send(asked).await;
                let status = reply.status.as_u16();
                if matches!(name.as_str(), "Download" | "DownloadZip" | "ShowPreview") {
                    assert_eq!(status, 404, "without a ticket");
                    continue;
                }
                assert!(matches!(status, 401 | 403), "{name}: {status}");
                assert_eq!(reply.header("set-cookie"), "", "{name}");
                assert_eq!(reply.header("access-control-allow-origin"), "", "{name}");
            }
        }
    }
    // Nor can it log somebody in as somebody else, whose uploads would be that one's.
    let login = json!({ "name": "nobody", "password": "correct horse" });
    let headers = [("sec-fetch-site", "cross-site")];
    let asked = request(Method::POST, "/session", &headers, Some(&login));
    house.rig.send(asked).await.refused(403, "CrossSite");
    let headers = [("sec-fetch-site", "same-origin")];
    let asked = request(Method::POST, "/session", &headers, Some(&login));
    let own = house.rig.send(asked).await;
    let own = house.with(own.ok()["access_token"].as_str().unwrap());
    own.delete("/session").await.ok();
    assert_eq!(house.everything().await, before);
    root.get("/session").await.ok();
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

/// Who asks for what is not there is told so, and not answered something else.
#[tokio::test]
async fn what_nobody_knows_is_refused_by_name() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let refused = root.get("/audit?since=yesterday").await;
    let refused = refused.refused(400, "InvalidField");
    assert_eq!(refused["field"], "since");
    let message = refused["message"].as_str().unwrap();
    for known in ["who", "action", "from", "to", "limit", "cursor"] {
        assert!(message.contains(known), "no {known} in {message}");
    }
    for (path, field) in [
        ("/server?x=1", "x"),
        ("/buckets?suffix=a", "suffix"),
        ("/users?name=a&limit=1", "name"),
        ("/jobs/1?x", "x"),
    ] {
        let refused = root.get(path).await.refused(400, "InvalidField");
        assert_eq!(refused["field"], field, "{path}");
    }
    let refused = root
        .get("/users?limit=many")
        .await
        .refused(400, "InvalidField");
    assert_eq!(refused["message"], "It has to be a whole number.");
    // A list is no object, neither as a whole nor inside of one.
    let by_order = json!(["x", false, false, { "bytes": 1 }]);
    root.post("/buckets", by_order)
        .await
        .refused(400, "InvalidField");
    let inside = json!({ "name": "photos", "quota": [1, 2] });
    let refused = root.post("/buckets", inside).await;
    assert_eq!(refused.refused(400, "InvalidField")["field"], "quota");
    let unknown = json!({ "name": "photos", "colour": "red" });
    let refused = root.post("/buckets", unknown).await;
    let refused = refused.refused(400, "InvalidField");
    assert_eq!(refused["field"], "colour");
    let message = "There is no such field here. Known: name, object_lock, versioning, quota.";
    assert_eq!(refused["message"], message);
}
