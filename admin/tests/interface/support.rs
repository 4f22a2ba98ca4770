//! A client without a network, and a clock that is set by hand.

use admin::{
    Admin, AdminBody, AdminConfig, Counted, Counters, Facts, Setting, SettingOrigin, SettingReload,
};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use identity::model::Secret;
use identity::{Identity, RootAccount};
use pipeline::events::{Courier, Delivery, Undelivered};
use pipeline::lifecycle::{Day, Lifecycle};
use s3_api::kms::LocalKeyRing;
use s3_api::{Client as Sender, S3, S3Config, Scheme};
use serde_json::{Value, json};
use std::cell::Cell;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use storage_engine::Engine;
use storage_engine::clock::SystemClock;
use tokio::sync::watch;

pub(crate) const ROOT: &str = "root-user";
pub(crate) const ROOT_PASSWORD: &str = "root-password";
const MASTER: [u8; 32] = [7; 32];

thread_local! {
    // Each test has a thread of its own.
    static PASSED: Cell<u64> = const { Cell::new(0) };
}

fn now() -> SystemTime {
    SystemTime::now() + Duration::from_secs(PASSED.get())
}

/// What the interface takes for now.
pub(crate) fn seconds() -> u64 {
    let since = now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap().as_secs()
}

pub(crate) fn pass(seconds: u64) {
    PASSED.set(PASSED.get() + seconds);
}

#[derive(Debug)]
struct NothingCounted;

impl Counters for NothingCounted {
    fn counted(&self) -> Counted {
        Counted::default()
    }
}

/// A webhook that nobody answers.
#[derive(Debug)]
struct NobodyHome;

impl Courier for NobodyHome {
    fn targets(&self) -> Vec<String> {
        vec!["hook".into()]
    }

    fn send<'a>(&'a self, _: &'a str, _: Bytes) -> BoxFuture<'a, Result<(), Undelivered>> {
        Box::pin(async { Err(Undelivered::Unreachable("nobody is there".into())) })
    }
}

fn setting() -> Setting {
    Setting {
        name: "root-password".into(),
        value: Value::Null,
        is_set: true,
        origin: SettingOrigin::Environment,
        source: Some("CAIRN_ROOT_PASSWORD".into()),
        secret: true,
        reload: SettingReload::Restart,
        summary: "The root's password".into(),
    }
}

pub(crate) struct Rig {
    pub(crate) admin: Admin,
    pub(crate) s3: Arc<S3>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) identity: Identity,
    pub(crate) stop: watch::Sender<bool>,
}

/// Somebody who has logged in.
pub(crate) struct Client<'r> {
    pub(crate) rig: &'r Rig,
    pub(crate) token: String,
    pub(crate) cookie: String,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        let shown = String::from_utf8_lossy(&self.bytes).into_owned();
        assert!(self.status.is_success(), "{} {shown}", self.status);
        match self.bytes.is_empty() {
            true => Value::Null,
            false => self.json(),
        }
    }

    /// Refused with that status and code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        let shown = String::from_utf8_lossy(&self.bytes).into_owned();
        assert_eq!(self.status.as_u16(), status, "{shown}");
        let error = self.json()["error"].clone();
        assert_eq!(error["code"], code, "{shown}");
        let id = self.headers["x-amz-request-id"].to_str().unwrap();
        assert_eq!(error["request_id"], id);
        error
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    /// The refresh token it sets.
    pub(crate) fn cookie(&self) -> String {
        let cookie = self.header("set-cookie");
        cookie.split(';').next().unwrap_or_default().to_owned()
    }
}

impl Rig {
    pub(crate) async fn new() -> Self {
        let engine = Arc::new(Engine::in_memory(Arc::new(SystemClock)).unwrap());
        Rig::over(engine, ROOT_PASSWORD, MASTER).await
    }

    /// Another server.
    pub(crate) async fn under(master: [u8; 32]) -> Self {
        let engine = Arc::new(Engine::in_memory(Arc::new(SystemClock)).unwrap());
        Rig::over(engine, ROOT_PASSWORD, master).await
    }

    /// Over an engine of its own.
    pub(crate) async fn on(engine: Engine) -> Self {
        Rig::over(Arc::new(engine), ROOT_PASSWORD, MASTER).await
    }

    /// Everything but the engine made anew, as at a start.
    pub(crate) async fn restarted(self) -> Self {
        self.restarted_with(ROOT_PASSWORD).await
    }

    /// The same with another secret of the root in its configuration.
    pub(crate) async fn restarted_with(self, root_password: &str) -> Self {
        let Rig { engine, .. } = self;
        Rig::over(engine, root_password, MASTER).await
    }

    async fn over(engine: Arc<Engine>, root_password: &str, master: [u8; 32]) -> Self {
        let root = RootAccount {
            canonical_id: "root-id".into(),
            display_name: "root".into(),
            email: None,
            access_key: ROOT.into(),
            secret: Secret::new(root_password),
        };
        let identity = Identity::open(Arc::clone(&engine), &master, root);
        let identity = identity.await.unwrap();
        let ring = LocalKeyRing::open(Arc::clone(&engine), &master)
            .await
            .unwrap();
        let ring = Arc::new(ring);
        let config = S3Config::new("us-east-1", identity.clone(), Arc::clone(&ring) as _);
        let (stop, stopping) = watch::channel(false);
        let s3 = Arc::new(S3::new(Arc::clone(&engine), config));
        let clock = Arc::new(SystemClock);
        let courier = Arc::new(NobodyHome);
        let lifecycle = Lifecycle::new(Arc::clone(&engine), clock.clone(), Day::REAL);
        let delivery = Delivery::new(Arc::clone(&engine), clock, courier, "us-east-1");
        let config = AdminConfig {
            s3: Arc::clone(&s3),
            engine: Arc::clone(&engine),
            identity: identity.clone(),
            master,
            facts: Facts {
                base: admin::BasePath::default(),
                version: "1.2.3",
                region: "us-east-1".into(),
                started: SystemTime::UNIX_EPOCH,
                data: "/data".into(),
                s3: vec!["127.0.0.1:9000".parse().unwrap()],
                public_url: None,
                lifecycle_day: Day::REAL,
            },
            counters: Arc::new(NothingCounted),
            settings: watch::channel(Arc::from([setting()])).1,
            delivery: Arc::new(delivery),
            lifecycle: Arc::new(lifecycle),
            keys: ring,
            stopping,
            now,
        };
        let admin = Admin::open(config).await.unwrap();
        Rig {
            admin,
            s3,
            engine,
            identity,
            stop,
        }
    }

    pub(crate) async fn answer(&self, request: Request<Full<Bytes>>) -> http::Response<AdminBody> {
        let mut request = request;
        if request.extensions().get::<Sender>().is_none() {
            request.extensions_mut().insert(Sender {
                address: IpAddr::from([127, 0, 0, 1]),
                scheme: Scheme::Http,
            });
        }
        self.admin.handle(request).await
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Reply {
        let answer = self.answer(request).await;
        let (parts, body) = answer.into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            bytes: body.collect().await.unwrap().to_bytes(),
        }
    }

    pub(crate) async fn log_in(&self, name: &str, password: &str) -> Reply {
        let body = json!({ "name": name, "password": password });
        self.send(request(Method::POST, "/session", &[], Some(&body)))
            .await
    }

    pub(crate) async fn client(&self, name: &str, password: &str) -> Client<'_> {
        let reply = self.log_in(name, password).await;
        let cookie = reply.cookie();
        let token = reply.ok()["access_token"].as_str().unwrap().to_owned();
        Client {
            rig: self,
            token,
            cookie,
        }
    }

    pub(crate) async fn root(&self) -> Client<'_> {
        self.client(ROOT, ROOT_PASSWORD).await
    }
}

impl<'r> Client<'r> {
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Request<Full<Bytes>> {
        let authorization = format!("Bearer {}", self.token);
        request(method, path, &[("authorization", &authorization)], body)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.rig.send(self.request(Method::GET, path, None)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.rig
            .send(self.request(Method::DELETE, path, None))
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.rig
            .send(self.request(Method::POST, path, Some(&body)))
            .await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.rig
            .send(self.request(Method::PUT, path, Some(&body)))
            .await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.rig
            .send(self.request(Method::PATCH, path, Some(&body)))
            .await
    }

    /// An object, through the protocol of S3.
    pub(crate) async fn upload(&self, path: &str, body: &'static str) -> Reply {
        let mut request = self.request(Method::PUT, &format!("/s3/{path}"), None);
        *request.body_mut() = Full::from(body);
        let length = body.len().into();
        request.headers_mut().insert("content-length", length);
        self.rig.send(request).await
    }

    /// A new user with a password, and who logs in as it.
    pub(crate) async fn user(&self, name: &str, policy: Option<Value>) -> Client<'r> {
        let new = json!({ "name": name, "password": "correct horse" });
        self.post("/users", new).await.ok();
        if let Some(policy) = policy {
            let path = format!("/users/{name}/policies/test");
            self.put(&path, policy).await.ok();
        }
        self.rig.client(name, "correct horse").await
    }
}

pub(crate) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Request<Full<Bytes>> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("host", "console.example:9001");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
    request.body(Full::from(body)).unwrap()
}

pub(crate) fn allow(actions: &[&str]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": actions, "Resource": "*" },
    ] })
}

/// What S3 answers to a link.
pub(crate) async fn follow(rig: &Rig, url: &str) -> u16 {
    let url: http::Uri = url.parse().unwrap();
    let asked = Request::get(url.path_and_query().unwrap().as_str())
        .header("host", url.authority().unwrap().as_str())
        .body(Full::<Bytes>::default())
        .unwrap();
    rig.s3.handle(asked).await.status().as_u16()
}
