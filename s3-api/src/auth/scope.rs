//! The credential of a signature: an access key and what the signature is good for.

use crate::date::parse_date;

/// `AKID/20130524/us-east-1/s3/aws4_request`, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope<'a> {
    /// All of it, as it came.
    pub(crate) text: &'a str,
    pub(crate) access_key: &'a str,
    pub(crate) date: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

impl<'a> Scope<'a> {
    /// Takes it apart from the right: an access key may hold a slash. A region may be empty: whether
    /// that will do is up to the service.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.rsplitn(5, '/');
        if parts.next()? != "aws4_request" {
            return None;
        }
        let service = parts.next()?;
        let region = parts.next()?;
        let date = parts.next()?;
        let access_key = parts.next()?;
        parse_date(date.as_bytes())?;
        if access_key.is_empty() {
            return None;
        }
        Some(Self {
            text,
            access_key,
            date,
            region,
            service,
        })
    }

    /// Without the access key: the form that is signed.
    pub(crate) fn signed_part(&self) -> &'a str {
        &self.text[self.access_key.len() + 1..]
    }
}

#[cfg(test)]
mod tests;
