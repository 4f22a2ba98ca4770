//! Who sends a request, and how it is signed: the same in all lines about it.

use super::text::{NOTHING, header, nothing};
use crate::client::Client;
use crate::query::Query;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use identity::Caller;
use identity::policy::PrincipalKind;

#[derive(Debug)]
pub(super) struct Sender {
    pub(super) address: String,
    pub(super) requester: String,
    host: String,
    /// Which, and where.
    signature: (&'static str, &'static str),
}

impl Sender {
    pub(super) fn of(parts: &Parts, query: &Query) -> Self {
        let client = parts.extensions.get::<Client>();
        Self {
            address: client.map_or_else(nothing, |client| client.address.to_string()),
            requester: nothing(),
            host: header(&parts.headers, &HOST),
            signature: signature(&parts.headers, query),
        }
    }

    pub(super) fn is(&mut self, caller: &Caller) {
        self.requester = match caller.kind() {
            PrincipalKind::Anonymous => nothing(),
            PrincipalKind::Account => caller.account().id.clone(),
            _ => caller.arn().to_owned(),
        };
    }

    /// The end of a line. Of the connection's encryption, access points and whether a list was
    /// what let the request in nothing is known here.
    pub(super) fn signature_and_host(&self) -> String {
        let (scheme, place) = self.signature;
        format!("{scheme} - {place} {} - - -", self.host)
    }
}

fn signature(headers: &HeaderMap, query: &Query) -> (&'static str, &'static str) {
    let header = headers.get(AUTHORIZATION);
    let header = header.map_or(&b""[..], |value| value.as_bytes());
    if header.starts_with(b"AWS4-") {
        ("SigV4", "AuthHeader")
    } else if header.starts_with(b"AWS ") {
        ("SigV2", "AuthHeader")
    } else if query.has("X-Amz-Signature") {
        ("SigV4", "QueryString")
    } else if query.has("Signature") {
        ("SigV2", "QueryString")
    } else {
        (NOTHING, NOTHING)
    }
}
