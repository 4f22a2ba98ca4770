//! Tags of objects and buckets, as a header has them (`key=value&key=value`) and as documents do.

use crate::body::document;
use crate::error::{Code, S3Error};
use crate::limits::{
    BUCKET_TAGS_MAX, OBJECT_TAGS_MAX, TAG_KEY_CHARACTERS_MAX, TAG_VALUE_CHARACTERS_MAX,
};
use crate::query::Query;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;
use storage_engine::row::Tag;

/// What Amazon allows in a key or a value beside letters, digits and spaces.
const MARKS: &str = "+-=._:/@";

/// The header of an upload.
pub(crate) fn parse_header(text: &str) -> Result<Vec<Tag>, S3Error> {
    let query = Query::parse(Some(text))?;
    let mut tags = Vec::new();
    for (key, value) in query.pairs() {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec());
        let (Ok(key), Ok(value)) = (text(key), text(value)) else {
            return Err(S3Error::new(Code::InvalidTag));
        };
        tags.push(Tag { key, value });
    }
    if tags.len() > OBJECT_TAGS_MAX {
        return Err(S3Error::new(Code::BadRequest).message(too_many_for_an_object()));
    }
    checked(tags)
}

/// The document of `PutObjectTagging`.
pub(crate) fn of_object(body: &[u8]) -> Result<Vec<Tag>, S3Error> {
    let tags = read(body)?;
    if tags.len() > OBJECT_TAGS_MAX {
        return Err(S3Error::new(Code::InvalidTag).message(too_many_for_an_object()));
    }
    checked(tags)
}

/// The document of `PutBucketTagging`.
pub(crate) fn of_bucket(body: &[u8]) -> Result<Vec<Tag>, S3Error> {
    check_bucket(read(body)?)
}

/// The tags inside an element, as `CreateBucket` has them.
pub(crate) fn of_new_bucket(set: &Element<'_>) -> Result<Vec<Tag>, S3Error> {
    check_bucket(read_set(set)?)
}

/// The inside of `Tagging`.
pub(crate) fn write(xml: &mut Writer, tags: &[Tag]) {
    xml.element("TagSet", |xml| {
        for tag in tags {
            xml.element("Tag", |xml| {
                xml.text("Key", &tag.key);
                xml.text("Value", &tag.value);
            });
        }
    });
}

fn check_bucket(tags: Vec<Tag>) -> Result<Vec<Tag>, S3Error> {
    if tags.len() > BUCKET_TAGS_MAX {
        return Err(S3Error::new(Code::BadRequest).message(format!(
            "Bucket tag count cannot be greater than {BUCKET_TAGS_MAX}"
        )));
    }
    checked(tags)
}

fn too_many_for_an_object() -> String {
    format!("Object tags cannot be greater than {OBJECT_TAGS_MAX}")
}

fn read(body: &[u8]) -> Result<Vec<Tag>, S3Error> {
    let root = document::parse(body, "Tagging")?;
    let malformed = || S3Error::new(Code::MalformedXML);
    read_set(root.child("TagSet").ok_or_else(malformed)?)
}

fn read_set(set: &Element<'_>) -> Result<Vec<Tag>, S3Error> {
    let tags = set.children().iter().map(|tag| {
        let text = |name| tag.child(name).map(|child| child.text().to_owned());
        match (tag.name(), text("Key"), text("Value")) {
            ("Tag", Some(key), Some(value)) => Ok(Tag { key, value }),
            _ => Err(S3Error::new(Code::MalformedXML)),
        }
    });
    tags.collect()
}

/// Refuses what Amazon would; what is left is in the order of keys, which is how it is shown.
fn checked(mut tags: Vec<Tag>) -> Result<Vec<Tag>, S3Error> {
    let invalid = |message: &'static str| S3Error::new(Code::InvalidTag).message(message);
    for tag in &tags {
        let is_key = (1..=TAG_KEY_CHARACTERS_MAX).contains(&tag.key.chars().count());
        if !is_key || !tag.key.chars().all(is_allowed) {
            let error = invalid("The TagKey you have provided is invalid");
            return Err(error.extra("TagKey", tag.key.as_str()));
        }
        if tag.key.starts_with("aws:") {
            return Err(invalid("System tags cannot be added/updated by requester"));
        }
        let is_value = tag.value.chars().count() <= TAG_VALUE_CHARACTERS_MAX;
        if !is_value || !tag.value.chars().all(is_allowed) {
            let error = invalid("The TagValue you have provided is invalid");
            return Err(error
                .extra("TagKey", tag.key.as_str())
                .extra("TagValue", tag.value.as_str()));
        }
    }
    tags.sort_by(|one, other| one.key.cmp(&other.key));
    if tags.windows(2).any(|pair| pair[0].key == pair[1].key) {
        return Err(invalid("Cannot provide multiple Tags with the same key"));
    }
    Ok(tags)
}

fn is_allowed(character: char) -> bool {
    character.is_alphanumeric() || character.is_whitespace() || MARKS.contains(character)
}

#[cfg(test)]
mod tests;
