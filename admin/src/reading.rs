//! One object as it is now, by a link that a browser follows by itself: it asks for ranges, again
//! and again, and cannot send an access token with them.
//!
//! Who may read the object gets a ticket for it. It is shown together with a cookie, so that the
//! address alone, which logs and histories keep, opens nothing.

mod tickets;

pub(crate) use tickets::Readings;

use crate::answer::{Answer, Reply};
use crate::attachment::SANDBOX;
use crate::body::AdminBody;
use crate::call::Call;
use crate::cookies::Cookie;
use crate::inner::Inner;
use crate::limits::READING_SECONDS_MAX;
use crate::refused::Refused;
use crate::s3::Ask;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, ETAG, HeaderName, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE,
};
use http::{HeaderMap, Method};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use tickets::Ticket;

/// What of S3's answer says which bytes these are, and how they are packed: without that nobody could
/// read them. Of all else that the uploader has said of them nothing is passed on.
const PASSED_ON: [HeaderName; 6] = [
    CONTENT_LENGTH,
    CONTENT_RANGE,
    CONTENT_ENCODING,
    ACCEPT_RANGES,
    ETAG,
    LAST_MODIFIED,
];

/// What objects are read for by links. Each has its own path, which its cookie is sent to alone.
pub(crate) struct Purpose {
    pub(crate) cookie: Cookie,
    pub(crate) tickets: fn(&Inner) -> &Readings,
    /// The code for a ticket that there is not.
    pub(crate) missing: &'static str,
}

/// An object, and what its bytes are said to be.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version: Option<String>,
    pub(crate) said: HeaderMap,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ReadingLink {
    /// A path on this server. It is good for this object as it is now, for reading, and with the
    /// cookie that comes with it.
    url: String,
    /// Seconds after its last use for which it works; it ends with the session anyhow.
    expires_in: u64,
}

impl Purpose {
    pub(crate) async fn link(
        &self,
        call: &Call<'_>,
        reading: Reading,
    ) -> Result<Reply<ReadingLink>, Refused> {
        let head = Ask::object(Method::HEAD, &reading.bucket, &reading.key)
            .maybe("versionId", reading.version.as_deref());
        let head = head.send(call).await?;
        let etag = head.headers.get(ETAG);
        let etag = etag.and_then(|it| it.to_str().ok());
        let etag =
            etag.ok_or_else(|| Refused::failure("an answer of S3", &"an object without a tag"))?;
        let ticket = Ticket {
            caller: Arc::clone(&call.caller),
            bearer: call.bearer.clone(),
            etag: etag.into(),
            reading: Arc::new(reading),
        };
        let tickets = (self.tickets)(call.admin);
        let issued = tickets.issue(ticket, call.admin.seconds())?;
        let path = format!("{}/{}", self.cookie.path, hex::encode(issued.id));
        let mut reply = Reply::from(ReadingLink {
            url: call.admin.facts.base.outside(&path),
            expires_in: tickets.idle_seconds(),
        });
        let secret = hex::encode(issued.secret);
        self.cookie
            .set(call, &mut reply, &secret, READING_SECONDS_MAX);
        Ok(reply)
    }

    pub(crate) async fn follow(&self, call: &Call<'_>) -> Result<Answer, Refused> {
        let secret = self.cookie.of(call).unwrap_or_default();
        let found = (self.tickets)(call.admin).find(call.path(0), secret, call.admin.seconds());
        let found = found.ok_or_else(|| self.missing())?;
        let caller = match &found.bearer {
            Some(bearer) => call.admin.caller_while(bearer).await?,
            None => found.caller,
        };
        call.admin.s3.load().admit(&caller)?;
        let reading = &found.reading;
        let own = Call::new(call.admin, call.parts, caller, None, Vec::new());
        let method = match call.parts.method {
            Method::HEAD => Method::HEAD,
            _ => Method::GET,
        };
        let ask = Ask::object(method, &reading.bucket, &reading.key)
            .maybe("versionId", reading.version.as_deref())
            // Pieces of two objects are neither.
            .header("if-match", &found.etag)
            .maybe_header("range", call.header(RANGE.as_str()))
            .maybe_header("if-range", call.header(IF_RANGE.as_str()));
        let (answer, _) = ask.stream(&own).await?;
        let mut answer = answer.map(AdminBody::s3);
        let from_s3 = std::mem::take(answer.headers_mut());
        let headers = answer.headers_mut();
        for name in PASSED_ON {
            if let Some(value) = from_s3.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        headers.extend(reading.said.clone());
        headers.insert(CONTENT_SECURITY_POLICY, SANDBOX);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(answer)
    }

    fn missing(&self) -> Refused {
        let message = "This link has expired, or is of another browser: ask for another one.";
        Refused::not_found(self.missing, message)
    }
}
