//! Where clients reach S3 by a name that this machine does not know by itself.

#[cfg(test)]
mod tests;

use http::Uri;
use std::fmt;
use std::net::Ipv6Addr;

/// Scheme and host in the spelling that clients sign: lower case, without a port that the scheme
/// means anyhow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: &'static str,
    host: String,
    port: Option<u16>,
}

/// Why something is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    #[error("expected http:// or https:// with a host, such as https://s3.example.com")]
    Malformed,
    /// The path is part of what clients sign, and names bucket and object.
    #[error("expected no path behind the host: S3 cannot lie beneath one")]
    Path,
    #[error("expected nothing but scheme, host and port")]
    Further,
}

impl PublicUrl {
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        // A fragment would be dropped without a word.
        if text.contains('#') {
            return Err(PublicUrlError::Further);
        }
        let uri: Uri = text.parse().map_err(|_| PublicUrlError::Malformed)?;
        let (scheme, implied) = match uri.scheme_str() {
            Some("http") => ("http", 80),
            Some("https") => ("https", 443),
            _ => return Err(PublicUrlError::Malformed),
        };
        let authority = uri.authority().ok_or(PublicUrlError::Malformed)?;
        if uri.query().is_some() || authority.as_str().contains('@') {
            return Err(PublicUrlError::Further);
        }
        if !matches!(uri.path(), "" | "/") {
            return Err(PublicUrlError::Path);
        }
        let host = authority.host().to_ascii_lowercase();
        let port = match authority.as_str().get(host.len()..) {
            None | Some("") => None,
            // What does not fit into a port is none to the parser either.
            Some(_) => match authority.port_u16() {
                None | Some(0) => return Err(PublicUrlError::Malformed),
                port => port,
            },
        };
        match is_host(&host) {
            true => Ok(Self {
                scheme,
                host,
                port: port.filter(|port| *port != implied),
            }),
            false => Err(PublicUrlError::Malformed),
        }
    }

    /// Without its port; of version 6 in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }
}

fn is_host(host: &str) -> bool {
    let bracketed = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    if let Some(address) = bracketed {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_inner);
    host.len() <= 253 && host.split('.').all(is_label)
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}
