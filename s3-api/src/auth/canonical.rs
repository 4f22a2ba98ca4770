//! The canonical request: exactly the bytes both sides sign.

use crate::encoding::{Keep, percent_decode, push_percent_encoded};
use crate::error::{Code, S3Error};
use crate::limits::SIGNED_HEADERS_MAX;
use crate::query::Query;
use http::{HeaderMap, HeaderValue, Method, Uri};

/// Everything that is signed.
pub(crate) struct Signable<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) query: &'a Query,
    pub(crate) headers: &'a HeaderMap,
    /// Names as the client listed them, with semicolons between.
    pub(crate) signed_headers: &'a str,
    /// `x-amz-content-sha256` as it came.
    pub(crate) payload: &'a [u8],
}

/// Which spelling of the path is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathForm {
    /// As it came: what nearly every client signs.
    Raw,
    /// Decoded and encoded anew, for clients that send `(` and sign `%28`. It names the same key,
    /// so trying both gives nothing away.
    Encoded,
}

impl Signable<'_> {
    /// Appends the canonical request.
    pub(crate) fn push_to(&self, out: &mut Vec<u8>, form: PathForm) -> Result<(), S3Error> {
        out.extend_from_slice(self.method.as_str().as_bytes());
        out.push(b'\n');
        self.push_path(out, form);
        out.push(b'\n');
        self.query.push_canonical(out, "X-Amz-Signature");
        out.push(b'\n');
        for (count, name) in self.signed_headers.split(';').enumerate() {
            if count == SIGNED_HEADERS_MAX {
                return Err(S3Error::new(Code::AuthorizationHeaderMalformed));
            }
            self.push_header(out, name)?;
        }
        out.push(b'\n');
        out.extend_from_slice(self.signed_headers.as_bytes());
        out.push(b'\n');
        out.extend_from_slice(self.payload);
        Ok(())
    }

    /// Whether the two path forms differ.
    pub(crate) fn path_forms_differ(&self) -> bool {
        let mut encoded = Vec::with_capacity(self.uri.path().len() + 16);
        self.push_path(&mut encoded, PathForm::Encoded);
        encoded != self.uri.path().as_bytes()
    }

    fn push_path(&self, out: &mut Vec<u8>, form: PathForm) {
        let raw = self.uri.path().as_bytes();
        match form {
            PathForm::Raw => out.extend_from_slice(raw),
            PathForm::Encoded => push_percent_encoded(out, &percent_decode(raw), Keep::Slash),
        }
    }

    /// `name:value`, several values with commas between. The host of an HTTP/2 request stands in
    /// its URI.
    fn push_header(&self, out: &mut Vec<u8>, name: &str) -> Result<(), S3Error> {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        let mut values = self.headers.get_all(name).iter().peekable();
        if values.peek().is_none() {
            let authority = self.uri.authority().filter(|_| name == "host");
            let host = authority.ok_or_else(|| missing_header(name))?;
            out.extend_from_slice(host.as_str().as_bytes());
        }
        for (at, value) in values.enumerate() {
            if at > 0 {
                out.push(b',');
            }
            push_trimmed(out, value);
        }
        out.push(b'\n');
        Ok(())
    }

    /// Refuses requests that carry an `x-amz-` header nobody signed: it could have been added on
    /// the way. Those that are exempt may be absent from the signature.
    pub(crate) fn check_coverage(&self, is_exempt: impl Fn(&str) -> bool) -> Result<(), S3Error> {
        let is_signed = |name: &str| self.signed_headers.split(';').any(|signed| signed == name);
        if !is_signed("host") {
            return Err(unsigned("host"));
        }
        let amazon = self.headers.keys().map(http::HeaderName::as_str);
        let mut amazon = amazon.filter(|name| name.starts_with("x-amz-") && !is_exempt(name));
        match amazon.find(|name| !is_signed(name)) {
            Some(name) => Err(unsigned(name)),
            None => Ok(()),
        }
    }
}

fn unsigned(name: &str) -> S3Error {
    S3Error::new(Code::AccessDenied)
        .message("There were headers present in the request which were not signed")
        .extra("HeadersNotSigned", name)
}

fn missing_header(name: &str) -> S3Error {
    S3Error::new(Code::AccessDenied)
        .message(format!("The signed header {name} is not in the request"))
}

/// Without white space around it, and with runs of spaces inside as one.
fn push_trimmed(out: &mut Vec<u8>, value: &HeaderValue) {
    let value = value.as_bytes().trim_ascii();
    if !value.windows(2).any(|pair| pair == b"  ") {
        out.extend_from_slice(value);
        return;
    }
    let mut last = 0;
    for &byte in value {
        if byte != b' ' || last != b' ' {
            out.push(byte);
        }
        last = byte;
    }
}

/// For the fuzzer: any request gives a canonical form or an error, and never a panic.
pub fn fuzz_canonical_request<B>(
    request: &http::Request<B>,
    signed_headers: &str,
) -> Option<Vec<u8>> {
    let query = Query::parse(request.uri().query()).ok()?;
    let signable = Signable {
        method: request.method(),
        uri: request.uri(),
        query: &query,
        headers: request.headers(),
        signed_headers,
        payload: b"UNSIGNED-PAYLOAD",
    };
    let mut out = Vec::new();
    signable.push_to(&mut out, PathForm::Raw).ok()?;
    signable.push_to(&mut out, PathForm::Encoded).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests;
