//! What a client is told when something is refused.

mod code;
mod convert;

use crate::xml::writer::Writer;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::borrow::Cow;
use std::fmt;

pub use code::Code;
pub(crate) use convert::{Subject, from_engine};

/// A refusal: a code of Amazon's, a sentence, and the elements that go with that code.
#[derive(Clone, Debug)]
pub struct S3Error {
    code: Code,
    /// Where it differs from the code's own.
    message: Option<Cow<'static, str>>,
    extras: Vec<(&'static str, String)>,
    /// What exactly is wrong, where Amazon says less and our own doors say it.
    detail: Option<Cow<'static, str>>,
    headers: Option<Box<HeaderMap>>,
}

impl S3Error {
    pub fn new(code: Code) -> Self {
        Self {
            code,
            message: None,
            extras: Vec::new(),
            detail: None,
            headers: None,
        }
    }

    /// `InvalidArgument` with the argument it is about.
    pub(crate) fn invalid_argument(name: &'static str, value: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument)
            .extra("ArgumentName", name)
            .extra("ArgumentValue", value)
    }

    /// `MalformedXML`, of which Amazon tells clients nothing more. `detail` names the element, and
    /// what was expected of it.
    pub(crate) fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::MalformedXML).detail(detail)
    }

    /// What is wrong, for whom Amazon's sentence says too little. No client of S3 is told.
    #[must_use]
    pub(crate) fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    #[must_use]
    pub fn message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Adds an element to the document.
    #[must_use]
    pub fn extra(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.extras.push((name, value.into()));
        self
    }

    /// Adds a header to the answer. A value that is no header value is left out.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.get_or_insert_default().insert(name, value);
        }
        self
    }

    pub fn code(&self) -> Code {
        self.code
    }

    /// The elements that go with the code.
    pub(crate) fn extras(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let extras = self.extras.iter();
        extras.map(|(name, value)| (*name, value.as_str()))
    }

    pub(crate) fn take_headers(&mut self) -> Option<HeaderMap> {
        self.headers.take().map(|headers| *headers)
    }

    /// What is wrong, in as many words as are known here. Clients of S3 are told Amazon's.
    pub fn plain(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.sentence())
    }

    pub(crate) fn sentence(&self) -> &str {
        self.message.as_deref().unwrap_or(self.code.message())
    }

    /// The answer's body.
    pub(crate) fn document(&self, resource: &str, request_id: &str, host_id: &str) -> Bytes {
        let mut xml = Writer::error_document();
        self.write(&mut xml);
        xml.text("Resource", resource);
        xml.text("RequestId", request_id);
        xml.text("HostId", host_id);
        xml.finish()
    }

    fn write(&self, xml: &mut Writer) {
        xml.text("Code", self.code.name());
        xml.text("Message", self.sentence());
        for (name, value) in &self.extras {
            xml.text(name, value);
        }
    }
}

impl fmt::Display for S3Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.sentence())
    }
}

impl std::error::Error for S3Error {}

#[cfg(test)]
mod tests;
