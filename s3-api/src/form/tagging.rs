//! The tags of a form are a document, where a header has them as a query.

use crate::body::document;
use crate::encoding::{Keep, push_percent_encoded};
use crate::error::{Code, S3Error};

/// The form that `x-amz-tagging` has.
pub(crate) fn as_header(document: &[u8]) -> Result<Vec<u8>, S3Error> {
    let malformed = || S3Error::new(Code::MalformedXML);
    let root = document::parse(document, "Tagging")?;
    let set = root.child("TagSet").ok_or_else(malformed)?;
    let mut header = Vec::new();
    for tag in set.children() {
        let key = tag.child("Key").ok_or_else(malformed)?;
        let value = tag.child("Value").ok_or_else(malformed)?;
        if tag.name() != "Tag" {
            return Err(malformed());
        }
        if !header.is_empty() {
            header.push(b'&');
        }
        push_percent_encoded(&mut header, key.text().as_bytes(), Keep::Nothing);
        header.push(b'=');
        push_percent_encoded(&mut header, value.text().as_bytes(), Keep::Nothing);
    }
    Ok(header)
}
