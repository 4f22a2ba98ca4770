//! Who is at the other end of a connection.

use std::net::IpAddr;

/// Put into the extensions of a request by whoever accepted it: who sent it, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Of the client itself, where a proxy that is trusted says so; else of what connected.
    pub address: IpAddr,
    pub scheme: Scheme,
}

/// How the client speaks to whatever it speaks to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    #[default]
    Http,
    Https,
}

impl Scheme {
    pub fn name(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// The scheme a request came by; plain where nobody says.
    pub(crate) fn of(parts: &http::request::Parts) -> Self {
        let client = parts.extensions.get::<Client>();
        client.map_or_else(Self::default, |client| client.scheme)
    }
}
