//! How far a request may reach. Who may name a provider names its address; what that provider says
//! then must not lead the server to an address of the inner network that nobody has named.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::vec;

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use ipnet::IpNet;
use tower_service::Service;

/// Where a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Anywhere,
    /// To addresses that anybody may have.
    Public,
}

/// Addresses that mean this machine, its network, or nobody: from IANA's registries of addresses
/// for special purposes.
const INTERNAL: [&str; 20] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/96",
    // These carry an address of the older kind, which may be an internal one.
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

static INTERNAL_NETWORKS: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let networks = INTERNAL.iter().map(|text| text.parse());
    networks
        .collect::<Result<_, _>>()
        .expect("constants are networks")
});

pub(super) fn is_internal(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let mut networks = INTERNAL_NETWORKS.iter();
    networks.any(|network| network.contains(&address))
}

impl Reach {
    /// Of what a server at that address leads to. It may lead to the inner network if it is there
    /// itself.
    pub(super) fn from(address: Option<IpAddr>) -> Self {
        match address {
            Some(address) if is_internal(address) => Reach::Anywhere,
            Some(_) | None => Reach::Public,
        }
    }

    pub(super) fn includes(self, address: IpAddr) -> bool {
        self == Reach::Anywhere || !is_internal(address)
    }
}

/// Why a name is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutOfReach(pub(super) IpAddr);

impl fmt::Display for OutOfReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "is at {}, an address of this machine or of a private network, which the issuer is not: \
             let the issuer's configuration name a key set at a public address, or the provider \
             be named by an address of the same network",
            self.0
        )
    }
}

impl std::error::Error for OutOfReach {}

/// Resolves names as the system does and keeps what is within reach. Asked as the connection is
/// made: what a name meant a moment ago does not count.
#[derive(Debug, Clone)]
pub(super) struct Resolver {
    reach: Reach,
    system: GaiResolver,
}

impl Resolver {
    pub(super) fn new(reach: Reach) -> Self {
        Resolver {
            reach,
            system: GaiResolver::new(),
        }
    }
}

type Resolving = Pin<Box<dyn Future<Output = io::Result<vec::IntoIter<SocketAddr>>> + Send>>;

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Resolving;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.system.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Resolving {
        let (reach, found) = (self.reach, self.system.call(name));
        Box::pin(async move {
            let found: Vec<SocketAddr> = found.await?.collect();
            within(reach, found).map(Vec::into_iter)
        })
    }
}

/// Those within reach; an error where there are only others.
fn within(reach: Reach, found: Vec<SocketAddr>) -> io::Result<Vec<SocketAddr>> {
    let first = found.first().map(SocketAddr::ip);
    let mut kept = found;
    kept.retain(|address| reach.includes(address.ip()));
    match first {
        Some(first) if kept.is_empty() => Err(io::Error::other(OutOfReach(first))),
        _ => Ok(kept),
    }
}

#[cfg(test)]
mod tests;
