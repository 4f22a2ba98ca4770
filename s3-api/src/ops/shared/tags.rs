//! The tags of an object as a header has them: `key=value&key=value`.

use crate::error::{Code, S3Error};
use crate::query::Query;
use storage_engine::row::Tag;

/// Amazon's bounds: how many, and how long in characters.
const TAGS_MAX: usize = 10;
const KEY_CHARACTERS_MAX: usize = 128;
const VALUE_CHARACTERS_MAX: usize = 256;

pub(crate) fn parse_header(text: &str) -> Result<Vec<Tag>, S3Error> {
    let query = Query::parse(Some(text))?;
    let mut tags: Vec<Tag> = Vec::new();
    for (key, value) in query.pairs() {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec());
        let (Ok(key), Ok(value)) = (text(key), text(value)) else {
            return Err(invalid());
        };
        let fits = (1..=KEY_CHARACTERS_MAX).contains(&key.chars().count())
            && value.chars().count() <= VALUE_CHARACTERS_MAX;
        if !fits || key.starts_with("aws:") {
            return Err(invalid());
        }
        if tags.iter().any(|tag| tag.key == key) {
            return Err(invalid().message("Cannot provide multiple Tags with the same key"));
        }
        tags.push(Tag { key, value });
    }
    if tags.len() > TAGS_MAX {
        return Err(
            S3Error::new(Code::InvalidRequest).message("Object tags cannot be greater than 10")
        );
    }
    Ok(tags)
}

fn invalid() -> S3Error {
    S3Error::new(Code::InvalidTag)
}
