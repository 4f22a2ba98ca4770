//! A client without a network.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use identity::model::Secret;
use identity::{Identity, NewAccount, Number, RootAccount};
use s3_api::kms::LocalKeyRing;
use s3_api::{AccessEntry, Change, ConnectionFate, Observation, ResponseBody, S3, S3Config};
use std::sync::Arc;
use std::time::SystemTime;
use storage_engine::Engine;
use storage_engine::clock::SystemClock;

pub(crate) const OWNER: &str = "owner-id";

/// A store of its own for one test.
pub(crate) struct Client {
    pub(crate) s3: S3,
    pub(crate) ring: Arc<LocalKeyRing>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) identity: Identity,
}

/// An access key and its secret.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) access: String,
    pub(crate) secret: String,
    /// Of a session.
    pub(crate) token: Option<String>,
}

impl Keys {
    pub(crate) fn new(access: &str, secret: &str) -> Self {
        Keys {
            access: access.into(),
            secret: secret.into(),
            token: None,
        }
    }

    /// Of the server's own account.
    pub(crate) fn root() -> Self {
        Keys::new("AKID", "secret")
    }
}

/// A request that is being put together.
#[derive(Clone)]
pub(crate) struct Call {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    /// `x-amz-content-sha256`, where it is not the body's digest.
    content: Option<&'static str>,
    host: &'static str,
    length: Length,
}

/// What a request says of the length of its body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Exact,
    /// Only the end tells.
    Chunked,
    Nothing,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) observation: Observation,
    pub(crate) fate: ConnectionFate,
    pub(crate) change: Option<Change>,
    entry: Option<AccessEntry>,
}

pub(crate) fn call(method: &'static str, target: impl Into<String>) -> Call {
    let target = target.into();
    Call {
        method,
        target,
        headers: Vec::new(),
        body: Bytes::new(),
        content: None,
        host: "localhost:9000",
        length: Length::Exact,
    }
}

impl Call {
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// With the digest that some documents must have.
    pub(crate) fn md5(self) -> Self {
        let digest = storage_engine::hash::md5_inline(&self.body);
        let text = base64_simd::STANDARD.encode_to_string(digest);
        self.header("content-md5", text)
    }

    /// The document as the body, with the digest Amazon asks for.
    pub(crate) fn proven(self, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let digest = ring::digest::digest(&ring::digest::SHA256, &body);
        let digest = base64_simd::STANDARD.encode_to_string(digest);
        self.header("x-amz-checksum-sha256", digest).body(body)
    }

    pub(crate) fn content(mut self, content: &'static str) -> Self {
        self.content = Some(content);
        self
    }

    /// In the chunks of HTTP itself.
    pub(crate) fn chunked(mut self) -> Self {
        self.length = Length::Chunked;
        self
    }

    /// Without a word on how long the body is.
    pub(crate) fn without_length(mut self) -> Self {
        self.length = Length::Nothing;
        self
    }

    /// To another host than usual.
    pub(crate) fn host(mut self, host: &'static str) -> Self {
        self.host = host;
        self
    }

    /// Without any signature.
    pub(crate) fn unsigned(self) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(self.method).uri(&self.target);
        request = request.header("host", self.host);
        request = match self.length {
            Length::Exact => request.header("content-length", self.body.len()),
            Length::Chunked => request.header("transfer-encoding", "chunked"),
            Length::Nothing => request,
        };
        for (name, value) in &self.headers {
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        request.body(Full::new(self.body)).unwrap()
    }

    pub(crate) fn signed(self) -> Request<Full<Bytes>> {
        self.signed_by(&Keys::root())
    }

    pub(crate) fn signed_by(self, keys: &Keys) -> Request<Full<Bytes>> {
        let (body, content, host) = (self.body.clone(), self.content, self.host);
        let mut request = self.unsigned();
        let identity =
            Credentials::new(&keys.access, &keys.secret, keys.token.clone(), None, "test").into();
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let params = SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let uri = format!("http://{host}{}", request.uri());
        let signable = match content {
            Some(content) => SignableBody::Precomputed(content.to_owned()),
            None => SignableBody::Bytes(&body),
        };
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect();
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let signable =
            SignableRequest::new(request.method().as_str(), uri, headers, signable).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request
    }
}

impl Client {
    pub(crate) async fn new() -> Self {
        Self::set(|_| {}).await
    }

    /// With other settings than the usual ones.
    pub(crate) async fn set(change: impl FnOnce(&mut S3Config)) -> Self {
        let engine = Arc::new(Engine::in_memory(Arc::new(SystemClock)).unwrap());
        let root = RootAccount {
            canonical_id: OWNER.into(),
            display_name: "Owner".into(),
            email: None,
            access_key: "AKID".into(),
            secret: Secret::new("secret"),
        };
        let identity = Identity::open(Arc::clone(&engine), &[7; 32], root)
            .await
            .unwrap();
        let ring = LocalKeyRing::open(Arc::clone(&engine), &[7; 32]).await;
        let ring = Arc::new(ring.unwrap());
        let kms = Arc::clone(&ring);
        let mut config = S3Config::new("us-east-1", identity.clone(), kms);
        change(&mut config);
        Self {
            s3: S3::new(Arc::clone(&engine), config),
            engine,
            identity,
            ring,
        }
    }

    /// A store with a bucket named `bucket` in it.
    pub(crate) async fn with_bucket() -> Self {
        let client = Self::new().await;
        client.send(call("PUT", "/bucket")).await.ok();
        client
    }

    pub(crate) async fn send(&self, call: Call) -> Reply {
        self.send_raw(call.signed()).await
    }

    /// An account of that name, with `name-id` for its canonical id.
    pub(crate) async fn account(&self, name: &str) -> Keys {
        let id = format!("{name}-id");
        let new = NewAccount {
            name,
            canonical_id: Some(&id),
            ..NewAccount::default()
        };
        self.add(new).await
    }

    /// An account on its own; the keys are its root's.
    pub(crate) async fn account_with_number(&self, name: &str, number: &str) -> Keys {
        let new = NewAccount {
            name,
            number: Number::Given(number),
            ..NewAccount::default()
        };
        self.add(new).await
    }

    async fn add(&self, new: NewAccount<'_>) -> Keys {
        let (_, key) = self.identity.add_account(new).await.unwrap();
        Keys {
            access: key.key.id.clone(),
            secret: key.secret.expose().to_owned(),
            token: None,
        }
    }

    pub(crate) async fn send_as(&self, keys: &Keys, call: Call) -> Reply {
        self.send_raw(call.signed_by(keys)).await
    }

    pub(crate) async fn send_raw(&self, request: Request<Full<Bytes>>) -> Reply {
        Reply::read(self.s3.handle(request).await).await
    }

    /// As a visitor of a website.
    pub(crate) async fn visit(&self, call: Call) -> Reply {
        Reply::read(self.s3.visit(call.unsigned()).await).await
    }

    pub(crate) async fn get(&self, target: &str) -> Reply {
        self.send(call("GET", target)).await
    }

    pub(crate) async fn put(&self, target: &str, body: impl Into<Bytes>) -> Reply {
        self.send(call("PUT", target).body(body)).await.ok()
    }
}

impl Reply {
    async fn read(answer: Response<ResponseBody>) -> Self {
        let (parts, body) = answer.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
            observation: *parts.extensions.get::<Observation>().unwrap(),
            fate: *parts.extensions.get::<ConnectionFate>().unwrap(),
            change: parts.extensions.get::<Change>().cloned(),
            entry: parts.extensions.get::<AccessEntry>().cloned(),
        }
    }

    /// As the server does when the answer has been sent.
    pub(crate) fn sent(self) -> Self {
        if let Some(entry) = self.entry.clone() {
            let took = std::time::Duration::from_millis(7);
            entry.finish(self.body.len() as u64, took, took);
        }
        self
    }

    /// Fails the test unless the answer is a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        self
    }

    /// Fails the test unless the answer is this refusal.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status.as_u16(), self.tag("Code")),
            (status, code),
            "{}",
            self.text()
        );
        self
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or("(binary)")
    }

    /// The text of the first element of that name, empty where there is none.
    pub(crate) fn tag(&self, name: &str) -> &str {
        self.tags(name).into_iter().next().unwrap_or_default()
    }

    /// The text of all elements of that name that have only text inside.
    pub(crate) fn tags(&self, name: &str) -> Vec<&str> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let pieces = self.text().split(&open).skip(1);
        pieces
            .map(|piece| piece.split(&close).next().unwrap_or_default())
            .collect()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or("(binary)"))
    }
}
