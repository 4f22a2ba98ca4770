//! Proxies between the server and its clients, and what is believed of what they say.
//!
//! A proxy of the list replaces what it stands between: the address of the client, the host the
//! client named, which is the one it signed, and whether it spoke TLS. From anybody else the same
//! headers are headers like all others.

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};

use http::header::{HOST, HeaderName, HeaderValue};
use http::request::Parts;
use ipnet::IpNet;
use s3_api::{Client, Scheme};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Gives back what is neither an address nor a range of them.
    pub(crate) fn parse(given: &[String]) -> Result<TrustedProxies, String> {
        let parse = |text: &String| {
            let single = text.parse::<IpAddr>().map(IpNet::from);
            single.or_else(|_| text.parse()).map_err(|_| text.clone())
        };
        let list = given.iter().map(parse).collect::<Result<_, _>>();
        list.map(TrustedProxies)
    }

    /// Finds out who sent a request that came from `peer` and how, notes it in the request, and
    /// gives the request the host its client named.
    pub(crate) fn apply(&self, peer: IpAddr, scheme: Scheme, request: &mut Parts) {
        let peer = peer.to_canonical();
        let mut client = Client {
            address: peer,
            scheme,
        };
        if self.trusts(peer) {
            client.address = self.sender(peer, request);
            match first(request, &FORWARDED_PROTO) {
                Some("https") => client.scheme = Scheme::Https,
                Some("http") => client.scheme = Scheme::Http,
                _ => {}
            }
            let host = first(request, &FORWARDED_HOST).map(HeaderValue::from_str);
            if let Some(Ok(host)) = host {
                request.headers.insert(HOST, host);
            }
        }
        request.extensions.insert(client);
    }

    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(&address))
    }

    /// The nearest address that is no trusted proxy: what stands before it anybody could have
    /// written.
    fn sender(&self, peer: IpAddr, request: &Parts) -> IpAddr {
        // As bytes: what a client has written in front must not hide what the proxy put behind it.
        let lines = request.headers.get_all(FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        let mut nearest = peer;
        for hop in hops {
            let Some(address) = address(hop) else {
                break;
            };
            nearest = address.to_canonical();
            if !self.trusts(nearest) {
                break;
            }
        }
        nearest
    }
}

/// Some proxies say the port too.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop.trim_ascii()).ok()?;
    let address = text.parse::<IpAddr>().ok();
    address.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

/// The first item of a list: what the proxy nearest to the client has said.
fn first<'a>(request: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    let value = request.headers.get(name)?.to_str().ok()?;
    let item = value.split(',').next().unwrap_or_default().trim();
    Some(item).filter(|item| !item.is_empty())
}
