//! Requests of S3 that an endpoint makes as whoever asked for it.

use crate::call::Call;
use crate::limits::S3_ANSWER_BYTES_MAX;
use crate::refused::Refused;
use crate::time::{of_http, seconds};
use crate::xml::{self, Element};
use base64_simd::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderName, LAST_MODIFIED};
use http::{Extensions, HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, Limited};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};
use s3_api::{
    AccessEntry, Client, Observation, OnlyNew, OnlyTried, RequestId, ResponseBody, S3Error,
    TextHeaders,
};
use std::borrow::Cow;
use std::time::{Duration, Instant};

/// All but what never has to be escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// The same for a key, whose slashes stay.
const ESCAPED_IN_PATH: &AsciiSet = &ESCAPED.remove(b'/');

/// A request of S3 that is being put together.
#[derive(Debug)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Bytes,
    /// What headers cannot say.
    extensions: Extensions,
    fault: Option<Refused>,
}

/// What S3 answered: its head, and all of its body.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// An object that is being read.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) length: u64,
    pub(crate) modified_seconds: u64,
    body: ResponseBody,
    sent: u64,
    begun: Instant,
    turn_around: Duration,
    entry: Option<AccessEntry>,
}

impl Opened {
    pub(crate) async fn frame(&mut self) -> Option<Result<Frame<Bytes>, s3_api::BodyError>> {
        let frame = self.body.frame().await;
        if let Some(Ok(frame)) = &frame {
            self.sent += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        frame
    }

    /// For the access log.
    pub(crate) fn finish(self) {
        if let Some(entry) = self.entry {
            entry.finish(self.sent, self.turn_around, self.begun.elapsed());
        }
    }
}

pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

pub(crate) fn escaped_path(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED_IN_PATH).to_string()
}

impl Ask {
    /// About no bucket.
    pub(crate) fn service(method: Method) -> Self {
        Self {
            method,
            path: "/".into(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            extensions: Extensions::new(),
            fault: None,
        }
    }

    pub(crate) fn bucket(method: Method, bucket: &str) -> Self {
        let mut ask = Self::service(method);
        ask.path.push_str(&escaped(bucket));
        ask
    }

    /// A key that is empty would make another request of it.
    pub(crate) fn object(method: Method, bucket: &str, key: &str) -> Self {
        let mut ask = Self::bucket(method, bucket);
        if key.is_empty() {
            ask.fault = Some(Refused::field("key", "A key cannot be empty."));
        }
        ask.path.push('/');
        ask.path.push_str(&escaped_path(key));
        ask
    }

    /// The same of a key that need not be text.
    pub(crate) fn object_bytes(method: Method, bucket: &str, key: &[u8]) -> Self {
        let mut ask = Self::bucket(method, bucket);
        let key = percent_encode(key, ESCAPED_IN_PATH);
        ask.path.push_str(&format!("/{key}"));
        ask
    }

    /// A parameter without a value.
    pub(crate) fn about(mut self, name: &str) -> Self {
        self.separate();
        self.query.push_str(&escaped(name));
        self
    }

    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self = self.about(name);
        self.query.push('=');
        self.query.push_str(&escaped(value));
        self
    }

    pub(crate) fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    fn separate(&mut self) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        // Text beyond ASCII goes as it is: `TextHeaders` says so.
        let value = HeaderValue::from_bytes(value.as_bytes());
        match (name, value) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            (name, _) => {
                let shown = name.map_or_else(|_| "metadata".into(), |name| name.to_string());
                let message = "It has characters that cannot be in a header.";
                self.fault.get_or_insert(Refused::field(shown, message));
            }
        }
        self
    }

    pub(crate) fn maybe_header(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// Creates nothing that is there already.
    pub(crate) fn only_new(mut self) -> Self {
        self.extensions.insert(OnlyNew);
        self
    }

    /// A document, with the digest that S3 wants of some.
    pub(crate) fn document(self, root: &Element) -> Self {
        self.text(root.document())
    }

    pub(crate) fn text(mut self, text: String) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        let digest = STANDARD.encode_to_string(digest.as_ref());
        let length = text.len().to_string();
        self.body = text.into();
        self = self.header("content-length", &length);
        self.header("x-amz-checksum-sha256", &digest)
    }

    /// Asks it; a refusal of S3 is one of ours.
    pub(crate) async fn send(self, call: &Call<'_>) -> Result<Answered, Refused> {
        let (answer, begun) = self.ask(call).await?;
        take(answer, begun).await
    }

    /// Has S3 try what it tries before it stores something, and store nothing. No log tells of it.
    pub(crate) async fn try_out(mut self, call: &Call<'_>) -> Result<(), Refused> {
        self.extensions.insert(OnlyTried);
        let (mut answer, begun) = self.ask(call).await?;
        answer.extensions_mut().remove::<AccessEntry>();
        take(answer, begun).await.map(|_| ())
    }

    /// Asks for an object, whose bytes are still to come, as the server itself sends it on.
    pub(crate) async fn stream(
        self,
        call: &Call<'_>,
    ) -> Result<(Response<ResponseBody>, Instant), Refused> {
        let (answer, begun) = self.ask(call).await?;
        if answer.status().is_success() {
            return Ok((answer, begun));
        }
        let refused = take(answer, begun).await;
        Err(refused.map_or_else(
            |refused| refused,
            |_| Refused::failure("an answer of S3", &"a refusal that is none"),
        ))
    }

    /// The same for what is read here.
    pub(crate) async fn open(self, call: &Call<'_>) -> Result<Opened, Refused> {
        let (mut answer, begun) = self.stream(call).await?;
        let entry = answer.extensions_mut().remove::<AccessEntry>();
        let (parts, body) = answer.into_parts();
        let length = parts.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|it| it.to_str().ok()?.parse().ok());
        let length = length
            .ok_or_else(|| Refused::failure("an answer of S3", &"an object without a length"))?;
        let modified = parts.headers.get(LAST_MODIFIED);
        let modified = modified.and_then(|it| it.to_str().ok()).and_then(of_http);
        Ok(Opened {
            length,
            modified_seconds: modified.map_or(0, seconds),
            body,
            sent: 0,
            begun,
            turn_around: begun.elapsed(),
            entry,
        })
    }

    /// Whether it would be let through, without asking it.
    pub(crate) async fn would_pass(self, call: &Call<'_>) -> Result<bool, Refused> {
        let (parts, _) = self.request(call)?.into_parts();
        let permitted = call.admin.s3.would_permit(&call.caller, &parts).await;
        Ok(permitted.is_ok())
    }

    /// The same with the reason. It is asked before what takes long, or keeps others waiting.
    pub(crate) async fn permitted(self, call: &Call<'_>) -> Result<(), Refused> {
        let (parts, _) = self.request(call)?.into_parts();
        let permitted = call.admin.s3.would_permit(&call.caller, &parts).await;
        permitted.map_err(told)
    }

    async fn ask(self, call: &Call<'_>) -> Result<(Response<ResponseBody>, Instant), Refused> {
        let begun = Instant::now();
        let request = self.request(call)?;
        let caller = call.caller.clone();
        let answer = Box::pin(call.admin.s3.handle_for(caller, request)).await;
        Ok((answer, begun))
    }

    fn request(self, call: &Call<'_>) -> Result<Request<Full<Bytes>>, Refused> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let uri = match self.query.as_str() {
            "" => self.path,
            query => format!("{}?{query}", self.path),
        };
        let mut request = Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = uri
            .parse()
            .map_err(|_| Refused::field("key", "It cannot be named in a request."))?;
        *request.headers_mut() = self.headers;
        *request.extensions_mut() = self.extensions;
        come_along(call, &mut request);
        Ok(request)
    }

    /// The document that is answered.
    pub(crate) async fn xml(self, call: &Call<'_>) -> Result<Element, Refused> {
        let answered = self.send(call).await?;
        xml::parse(&answered.body)
    }
}

/// Whether S3 would let through what whoever asks sends to this address, whose host may have a say in
/// what it is about.
pub(crate) async fn permitted_at(
    call: &Call<'_>,
    method: Method,
    url: &str,
) -> Result<(), Refused> {
    let mut request = Request::new(Full::default());
    *request.method_mut() = method;
    *request.uri_mut() = url
        .parse()
        .map_err(|_| Refused::field("key", "It cannot be named in a request."))?;
    come_along(call, &mut request);
    let (parts, _) = request.into_parts();
    let permitted = call.admin.s3.would_permit_sent(&call.caller, &parts).await;
    permitted.map_err(told)
}

fn told(error: S3Error) -> Refused {
    let (code, message) = (error.code(), error.plain().to_owned());
    Refused::new(code.status(), code.name(), message)
}

/// What policies, logs and events look at of the request that is the reason of this one.
fn come_along(call: &Call<'_>, request: &mut Request<Full<Bytes>>) {
    for name in [http::header::USER_AGENT, http::header::REFERER] {
        if let Some(value) = call.parts.headers.get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    let from = &call.parts.extensions;
    let extensions = request.extensions_mut();
    extensions.insert(TextHeaders);
    if let Some(client) = from.get::<Client>() {
        extensions.insert(*client);
    }
    if let Some(id) = from.get::<RequestId>() {
        extensions.insert(id.clone());
    }
}

/// All of an answer, which is finished for the access log too.
async fn take(mut answer: Response<ResponseBody>, begun: Instant) -> Result<Answered, Refused> {
    let turn_around = begun.elapsed();
    let entry = answer.extensions_mut().remove::<AccessEntry>();
    let seen = answer.extensions().get::<Observation>().copied();
    let (parts, body) = answer.into_parts();
    let collected = Limited::new(body, S3_ANSWER_BYTES_MAX).collect().await;
    let body = collected.map_err(|error| Refused::failure("an answer of S3", &error))?;
    let body = body.to_bytes();
    if let Some(entry) = entry {
        entry.finish(body.len() as u64, turn_around, begun.elapsed());
    }
    let code = seen.and_then(|seen| seen.error);
    let is_late = parts.status.is_success() && is_error(&body);
    if !parts.status.is_success() || is_late {
        return Err(refusal(parts.status, code, &body));
    }
    Ok(Answered {
        headers: parts.headers,
        body,
    })
}

/// A copy that takes long has said 200 before it knew.
fn is_error(body: &Bytes) -> bool {
    let body = body.trim_ascii_start();
    let end = body.windows(2).position(|it| it == b"?>");
    let Some((declaration, root)) = end.and_then(|end| body.split_at_checked(end + 2)) else {
        return false;
    };
    // As the root: a list of what was deleted has errors inside. White space keeps it waiting.
    declaration.starts_with(b"<?xml") && root.trim_ascii_start().starts_with(b"<Error>")
}

fn refusal(status: StatusCode, code: Option<&'static str>, body: &Bytes) -> Refused {
    let document = match body.is_empty() {
        true => Element::default(),
        false => xml::parse(body).unwrap_or_default(),
    };
    let code: Cow<'static, str> = match (code, document.text_of("Code")) {
        (Some(code), _) => code.into(),
        (None, "") => "Refused".into(),
        (None, code) => code.to_owned().into(),
    };
    let message = match document.text_of("Message") {
        "" => status.canonical_reason().unwrap_or("Refused").to_owned(),
        message => message.to_owned(),
    };
    let argument = document.text_of("ArgumentName");
    Refused {
        // A late error's status would say that all is well.
        status: match status.is_success() {
            true => StatusCode::INTERNAL_SERVER_ERROR,
            false => status,
        },
        code,
        message,
        field: (!argument.is_empty()).then(|| argument.to_owned()),
        retry_after_seconds: None,
    }
}
