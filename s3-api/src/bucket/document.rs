//! Configuration documents of a bucket: one type each, read from a request, stored as they are
//! shown.

use crate::body::document;
use crate::error::{Code, S3Error};
use crate::limits::SMALL_DOCUMENT_BYTES_MAX;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;
use bytes::Bytes;

/// A configuration of a bucket that clients put, get and delete as a whole.
///
/// What is stored is what [`Document::write`] makes of it, so a client reads back what it meant
/// whatever way it spelled it, and a get is a look at the stored bytes. A document that others
/// than this crate read, or that is too long for that, has a form of its own.
pub(crate) trait Document: Sized {
    /// Its name in the engine.
    const KIND: &'static str;
    /// Its root element.
    const ROOT: &'static str;
    /// Longest document a client may send.
    const REQUEST_BYTES_MAX: usize = SMALL_DOCUMENT_BYTES_MAX;

    /// Takes the tree apart; whatever Amazon would refuse is refused here.
    fn read(root: &Element<'_>) -> Result<Self, S3Error>;

    /// The inside of the root element.
    fn write(&self, xml: &mut Writer);

    /// What a get answers while nothing is set.
    fn unset() -> Unset<Self>;

    fn to_stored(&self) -> Result<Bytes, S3Error> {
        Ok(to_bytes(self))
    }

    /// None for what [`Document::to_stored`] has not made.
    fn from_stored(stored: &[u8]) -> Option<Self> {
        from_request(stored).ok()
    }

    /// What a get answers; none for what cannot be read.
    fn shown(stored: &Bytes) -> Option<Bytes> {
        Some(stored.clone())
    }
}

/// What a bucket says of a configuration it does not have.
pub(crate) enum Unset<D> {
    Refused(Code),
    /// A document that says so.
    Shown(D),
}

/// The form that is shown.
pub(crate) fn to_bytes<D: Document>(document: &D) -> Bytes {
    let mut xml = Writer::document(D::ROOT);
    document.write(&mut xml);
    xml.finish()
}

/// Reads what a client sent. A document is shown as it was understood, and XML has no character, nor
/// a reference to one, for a zero byte.
pub(crate) fn from_request<D: Document>(body: &[u8]) -> Result<D, S3Error> {
    if body.contains(&0) {
        return Err(S3Error::new(Code::MalformedXML));
    }
    D::read(&document::parse(body, D::ROOT)?)
}
