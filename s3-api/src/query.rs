//! The query string, taken apart once.

use crate::encoding::{Keep, push_percent_encoded, query_decode};
use crate::error::{Code, S3Error};
use crate::limits::QUERY_PARAMETERS_MAX;
use std::str::FromStr;

/// Decoded parameters in the order they came. Values are bytes: a prefix need not be UTF-8.
#[derive(Debug, Default)]
pub(crate) struct Query {
    parameters: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Query {
    pub(crate) fn parse(raw: Option<&str>) -> Result<Self, S3Error> {
        let Some(raw) = raw.filter(|raw| !raw.is_empty()) else {
            return Ok(Self::default());
        };
        let mut parameters = Vec::with_capacity(4);
        for pair in raw
            .as_bytes()
            .split(|&byte| byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            if parameters.len() == QUERY_PARAMETERS_MAX {
                return Err(S3Error::new(Code::InvalidURI).message("Too many query parameters."));
            }
            let (name, value) = match memchr::memchr(b'=', pair) {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &b""[..]),
            };
            parameters.push((
                query_decode(name).into_owned(),
                query_decode(value).into_owned(),
            ));
        }
        Ok(Self { parameters })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.parameters.iter().map(|(name, _)| name.as_slice())
    }

    /// Names and values in the order they came.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.parameters
            .iter()
            .map(|(name, value)| (name.as_slice(), value.as_slice()))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The first value of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        self.get_bytes(name.as_bytes())
    }

    pub(crate) fn get_bytes(&self, name: &[u8]) -> Option<&[u8]> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_slice())
    }

    /// The first value, which must be text.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, S3Error> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        std::str::from_utf8(value)
            .map(Some)
            .map_err(|_| S3Error::invalid_argument(name, String::from_utf8_lossy(value)))
    }

    /// A number; an empty value counts as none, as with Amazon.
    pub(crate) fn number<N: FromStr>(&self, name: &'static str) -> Result<Option<N>, S3Error> {
        let Some(text) = self.text(name)?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            S3Error::invalid_argument(name, text).message(format!(
                "Provided {name} not an integer or within integer range"
            ))
        })
    }

    /// Appends the query in the form that is signed: encoded anew, sorted, without `excluded`.
    pub(crate) fn push_canonical(&self, out: &mut Vec<u8>, excluded: &str) {
        let mut encoded: Vec<Vec<u8>> = Vec::with_capacity(self.parameters.len());
        let kept = self
            .parameters
            .iter()
            .filter(|(name, _)| name != excluded.as_bytes());
        for (name, value) in kept {
            let mut pair = Vec::with_capacity(name.len() + value.len() + 8);
            push_percent_encoded(&mut pair, name, Keep::Nothing);
            // Sorted by name, then by value. `=` in the pair would sort after digits and `-`,
            // so a byte that sorts before all stands in for it until the pairs are in order.
            pair.push(0);
            push_percent_encoded(&mut pair, value, Keep::Nothing);
            encoded.push(pair);
        }
        encoded.sort_unstable();
        for (at, pair) in encoded.iter_mut().enumerate() {
            if let Some(separator) = memchr::memchr(0, pair) {
                pair[separator] = b'=';
            }
            if at > 0 {
                out.push(b'&');
            }
            out.extend_from_slice(pair);
        }
    }
}

#[cfg(test)]
mod tests;
