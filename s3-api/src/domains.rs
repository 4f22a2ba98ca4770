//! Virtual-host style: which bucket the name of the host names.

use http::header::HOST;
use http::request::Parts;

/// Domains beneath which every name is a bucket: `photos.s3.example.com` is the bucket `photos`
/// where `s3.example.com` is one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domains {
    /// Each with a dot before it; the longest first, so that a domain inside another one wins.
    suffixes: Vec<String>,
}

/// A name that no host can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no domain: expected a name such as s3.example.com, without a port")]
pub struct InvalidDomain(String);

impl Domains {
    pub fn new<I>(names: I) -> Result<Self, InvalidDomain>
    where
        I: IntoIterator<Item = String>,
    {
        let mut suffixes = Vec::new();
        for name in names {
            let lower = name.trim_end_matches('.').to_ascii_lowercase();
            if !lower.split('.').all(is_label) || lower.len() > 253 {
                return Err(InvalidDomain(name));
            }
            suffixes.push(format!(".{lower}"));
        }
        suffixes.sort_by_key(|suffix| std::cmp::Reverse(suffix.len()));
        Ok(Self { suffixes })
    }

    pub fn is_empty(&self) -> bool {
        self.suffixes.is_empty()
    }

    /// The bucket a request's host names; none where it names none of these domains.
    pub fn bucket_of(&self, parts: &Parts) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        self.name_in(&host_name(parts)?).map(str::to_owned)
    }

    /// What stands before one of these domains in the name of a host, which is in lower case and
    /// without a port.
    pub fn name_in<'a>(&self, host: &'a str) -> Option<&'a str> {
        let mut found = self.suffixes.iter();
        let name = found.find_map(|suffix| host.strip_suffix(suffix.as_str()))?;
        (!name.is_empty()).then_some(name)
    }
}

/// The host as it came, with its port.
pub(crate) fn host(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| parts.uri.authority().map(http::uri::Authority::as_str))
}

/// The host without its port, in the one spelling that names are compared in.
pub(crate) fn host_name(parts: &Parts) -> Option<String> {
    let host = host(parts)?;
    let name = match host.rsplit_once(':') {
        // The colons inside the brackets of an address belong to it.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    Some(spelled(name))
}

/// The one spelling of the name of a host.
pub(crate) fn spelled(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn is_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=63).contains(&label.len()) && label.bytes().all(is_inner)
}

#[cfg(test)]
mod tests;
