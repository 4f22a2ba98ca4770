//! What names, paths and tags may look like: Amazon's rules.

use std::collections::HashSet;

use super::Tag;
use crate::error::{Error, Result};
use crate::limits;

/// Letters, digits and `+=,.@_-`.
pub(crate) fn check_name(what: &'static str, name: &str, bytes_max: usize) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    let short = !name.is_empty() && name.len() <= bytes_max;
    match short && name.bytes().all(allowed) {
        true => Ok(()),
        false => Err(Error::Validation(format!(
            "The specified value for {what} is invalid. It must contain only alphanumeric \
             characters and/or the following: +=,.@_- and at most {bytes_max} of them"
        ))),
    }
}

/// `/`, or printable ASCII between two slashes.
pub(crate) fn check_path(path: &str) -> Result<()> {
    let printable = path.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    let between = path.starts_with('/') && path.ends_with('/');
    match printable && between && path.len() <= limits::PATH_BYTES_MAX {
        true => Ok(()),
        false => Err(Error::Validation(
            "The specified value for path is invalid. It must begin and end with / and contain \
             only alphanumeric characters and/or / characters."
                .into(),
        )),
    }
}

pub(crate) fn check_session_name(name: &str) -> Result<()> {
    check_name("roleSessionName", name, limits::SESSION_NAME_BYTES_MAX)?;
    match name.len() >= 2 {
        true => Ok(()),
        false => Err(Error::Validation(
            "roleSessionName must have length greater than or equal to 2".into(),
        )),
    }
}

pub(crate) fn check_email(email: &str) -> Result<()> {
    let printable = email.bytes().all(|byte| byte.is_ascii_graphic());
    let fits = email.len() <= limits::EMAIL_BYTES_MAX;
    match email.split_once('@') {
        Some((local, host)) if printable && fits && !local.is_empty() && !host.is_empty() => Ok(()),
        _ => Err(Error::Validation(format!("{email:?} is no email address"))),
    }
}

/// Keys once each, without case, and not too many.
pub(crate) fn check_tags(tags: &[Tag], count_max: usize) -> Result<()> {
    if tags.len() > count_max {
        return Err(Error::LimitExceeded(format!(
            "The number of tags has reached the maximum limit of {count_max}."
        )));
    }
    let mut keys = HashSet::new();
    for tag in tags {
        let key = tag.key.chars().count();
        let fits = (1..=limits::TAG_KEY_CHARS_MAX).contains(&key)
            && tag.value.chars().count() <= limits::TAG_VALUE_CHARS_MAX;
        let ours = tag.key.to_ascii_lowercase().starts_with("aws:");
        if !fits || ours {
            return Err(Error::InvalidInput(format!(
                "Tag {:?} is invalid.",
                tag.key
            )));
        }
        if !keys.insert(tag.key.to_lowercase()) {
            return Err(Error::InvalidInput(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.".into(),
            ));
        }
    }
    Ok(())
}
