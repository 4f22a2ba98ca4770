//! What all listings have in common: their parameters, the way keys are written, and the text of
//! a place to go on from.

use crate::acl;
use crate::encoding::{Keep, base64, base64_bytes, push_percent_encoded};
use crate::error::S3Error;
use crate::limits::LIST_ENTRIES_MAX;
use crate::request::Permitted;
use crate::xml::writer::Writer;
use bytes::Bytes;
use storage_engine::Cursor;

/// Prefix, delimiter and spelling of keys.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) prefix: Bytes,
    pub(crate) delimiter: Bytes,
    pub(crate) spelling: Spelling,
}

/// How keys are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    Plain,
    /// `encoding-type=url`, for keys XML cannot hold.
    Url,
}

impl Scope {
    pub(crate) fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        let spelling = match request.query().text("encoding-type")? {
            None | Some("") => Spelling::Plain,
            Some(text) if text.eq_ignore_ascii_case("url") => Spelling::Url,
            Some(other) => {
                return Err(S3Error::invalid_argument("encoding-type", other)
                    .message("Invalid Encoding Method specified in Request"));
            }
        };
        let prefix = bytes(request, "prefix");
        Ok(Self {
            prefix,
            delimiter: bytes(request, "delimiter"),
            spelling,
        })
    }

    /// Delimiter and spelling, where they were given.
    pub(crate) fn write(&self, xml: &mut Writer) {
        if !self.delimiter.is_empty() {
            self.spelling.write(xml, "Delimiter", &self.delimiter);
        }
        if self.spelling == Spelling::Url {
            xml.text("EncodingType", "url");
        }
    }

    pub(crate) fn write_prefixes(&self, xml: &mut Writer, prefixes: &[Bytes]) {
        for prefix in prefixes {
            xml.element("CommonPrefixes", |xml| {
                self.spelling.write(xml, "Prefix", prefix)
            });
        }
    }

    /// Where a listing goes on that has shown everything up to and including `marker`. A marker
    /// that is a common prefix stands for all keys that begin with it.
    pub(crate) fn after(&self, marker: &Bytes) -> Cursor {
        if marker.is_empty() {
            return Cursor::Start;
        }
        let is_common_prefix = self.common_prefix(marker) == Some(marker.len());
        match is_common_prefix {
            true => Cursor::AfterPrefix(marker.clone()),
            false => Cursor::AfterKey(marker.clone()),
        }
    }

    /// The length of the common prefix a key is shown under.
    fn common_prefix(&self, key: &[u8]) -> Option<usize> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.strip_prefix(self.prefix.as_ref())?;
        let at = memchr::memmem::find(rest, &self.delimiter)?;
        Some(self.prefix.len() + at + self.delimiter.len())
    }
}

impl Spelling {
    pub(crate) fn write(self, xml: &mut Writer, name: &'static str, key: &[u8]) {
        match self {
            Spelling::Plain => xml.bytes(name, key),
            Spelling::Url => {
                let mut encoded = Vec::with_capacity(key.len() + 16);
                push_percent_encoded(&mut encoded, key, Keep::Slash);
                xml.bytes(name, &encoded);
            }
        }
    }
}

/// A parameter's bytes, empty where it is missing.
pub(crate) fn bytes(request: &Permitted<'_>, name: &str) -> Bytes {
    Bytes::copy_from_slice(request.query().get(name).unwrap_or_default())
}

/// How many entries the client wants, and how many it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageSize {
    pub(crate) asked: u32,
    pub(crate) granted: usize,
}

pub(crate) fn page_size(request: &Permitted<'_>, name: &'static str) -> Result<PageSize, S3Error> {
    let asked = request
        .query()
        .number::<i64>(name)?
        .unwrap_or(LIST_ENTRIES_MAX.into());
    let asked = u32::try_from(asked)
        .ok()
        .filter(|asked| i32::try_from(*asked).is_ok());
    let asked = asked.ok_or_else(|| {
        let given = request.query().get(name).unwrap_or_default();
        S3Error::invalid_argument(name, String::from_utf8_lossy(given)).message(format!(
            "Argument {name} must be an integer between 0 and 2147483647"
        ))
    })?;
    Ok(PageSize {
        asked: asked.min(LIST_ENTRIES_MAX),
        granted: asked.min(LIST_ENTRIES_MAX) as usize,
    })
}

/// A place to go on from, as opaque text.
pub(crate) fn token(cursor: &Cursor) -> String {
    let (kind, key) = match cursor {
        Cursor::AfterPrefix(prefix) => (b'p', prefix),
        Cursor::AfterKey(key) | Cursor::AfterVersion(key, _) | Cursor::AfterUpload(key, _) => {
            (b'k', key)
        }
        Cursor::Start => (b'k', &Bytes::new()),
    };
    let mut text = Vec::with_capacity(key.len() + 1);
    text.push(kind);
    text.extend_from_slice(key);
    base64(&text)
}

pub(crate) fn parse_token(text: &str) -> Result<Cursor, S3Error> {
    let bytes = base64_bytes(text).map(Bytes::from);
    match bytes
        .as_ref()
        .and_then(|bytes| bytes.split_first().map(|(kind, _)| (*kind, bytes)))
    {
        Some((b'k', bytes)) => Ok(Cursor::AfterKey(bytes.slice(1..))),
        Some((b'p', bytes)) => Ok(Cursor::AfterPrefix(bytes.slice(1..))),
        _ => Err(S3Error::invalid_argument("continuation-token", text)
            .message("The continuation token provided is incorrect")),
    }
}

/// The key or common prefix a cursor stands behind.
pub(crate) fn marker(cursor: &Cursor) -> &[u8] {
    match cursor {
        Cursor::Start => &[],
        Cursor::AfterPrefix(key)
        | Cursor::AfterKey(key)
        | Cursor::AfterVersion(key, _)
        | Cursor::AfterUpload(key, _) => key,
    }
}

/// The element that names whoever an entry belongs to.
pub(crate) fn write_owner(
    xml: &mut Writer,
    element: &'static str,
    request: &Permitted<'_>,
    owner: &str,
) {
    xml.element(element, |xml| {
        acl::write_account(xml, owner, request.identity())
    });
}

#[cfg(test)]
mod tests;
