//! What values mean, where that takes more than a word.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use pipeline::lifecycle::Day;

use super::ServerConfig;
use super::table::named;
use crate::credentials::RootCredential;
use crate::tls::TlsFiles;

const REGION_BYTES_MAX: usize = 64;

pub(super) fn resolve_all(given: &[String]) -> Result<Vec<SocketAddr>, String> {
    given.iter().map(|given| resolve(given)).collect()
}

/// A host name is looked up once, here; where it has several addresses, the first one counts.
fn resolve(given: &str) -> Result<SocketAddr, String> {
    let refuse = |detail: &str| {
        format!(
            "{given:?}: {detail}; expected ADDR:PORT, such as 127.0.0.1:9000, or :9000 for all addresses"
        )
    };
    // Everybody writes all addresses so.
    if let Some(port) = given.strip_prefix(':') {
        let port = port.parse::<u16>().map_err(|_| refuse("no port"))?;
        return Ok(SocketAddr::new(every_address(), port));
    }
    given
        .to_socket_addrs()
        .map_err(|error| refuse(&error.to_string()))?
        .next()
        .ok_or_else(|| refuse("no such address"))
}

/// Both versions where the machine has both.
fn every_address() -> IpAddr {
    let everywhere = IpAddr::from(Ipv6Addr::UNSPECIFIED);
    match UdpSocket::bind((everywhere, 0)) {
        Ok(_) => everywhere,
        Err(_) => Ipv4Addr::UNSPECIFIED.into(),
    }
}

pub(super) fn console(given: &str) -> Result<Option<SocketAddr>, String> {
    match given {
        "off" => Ok(None),
        given => resolve(given).map(Some),
    }
}

pub(super) fn region(region: &str) -> Result<String, String> {
    let fits = (1..=REGION_BYTES_MAX).contains(&region.len());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    match fits && region.bytes().all(plain) {
        true => Ok(region.to_owned()),
        false => Err(format!(
            "expected letters, digits and hyphens, at most {REGION_BYTES_MAX}"
        )),
    }
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "expected seconds".to_owned())?;
    Ok(Duration::from_secs(seconds))
}

pub(super) fn milliseconds(text: &str) -> Result<Duration, String> {
    let milliseconds = text
        .parse()
        .map_err(|_| "expected milliseconds".to_owned())?;
    Ok(Duration::from_millis(milliseconds))
}

pub(crate) fn day(length: Duration) -> Result<Day, String> {
    let milliseconds = u64::try_from(length.as_millis()).ok();
    let day = milliseconds.and_then(Day::of_milliseconds);
    day.ok_or_else(|| "expected seconds, at most those of a day".to_owned())
}

/// What is wrong with the public address, seen with the domains beneath which hosts are buckets.
pub(super) fn public_url(config: &ServerConfig) -> Option<String> {
    let url = config.public_url.as_ref()?;
    let both = [
        (&config.domains, "domain"),
        (&config.website_domains, "website-domain"),
    ];
    let mut found = both.into_iter().filter_map(|(domains, setting)| {
        let bucket = domains.name_in(url.host())?;
        Some(format!(
            "\"{url}\": beneath what {setting} names, this host is the bucket {bucket:?}"
        ))
    });
    found.next()
}

/// Each certificate with its key.
pub(super) fn tls(certificates: Vec<String>, keys: Vec<String>) -> Result<Vec<TlsFiles>, String> {
    if certificates.len() != keys.len() {
        return Err(format!(
            "tls-certificate and tls-key belong together, but there are {} of the one and {} of the \
             other",
            certificates.len(),
            keys.len()
        ));
    }
    let pairs = certificates.into_iter().zip(keys);
    let files = pairs.map(|(certificate, key)| TlsFiles {
        certificate: certificate.into(),
        key: key.into(),
    });
    Ok(files.collect())
}

/// Both halves of the root credential, or none.
pub(super) fn root(
    user: Option<String>,
    password: Option<String>,
) -> Result<Option<RootCredential>, String> {
    let missing = |name: &str| {
        let variable = named(name).map_or_else(String::new, |setting| setting.variable());
        Err(format!(
            "root-user and root-password belong together, but {variable} is not set"
        ))
    };
    match (user, password) {
        (None, None) => Ok(None),
        (Some(_), None) => missing("root-password"),
        (None, Some(_)) => missing("root-user"),
        (Some(user), Some(password)) => {
            let root = RootCredential::new(user, password);
            root.map(Some).map_err(|error| error.to_string())
        }
    }
}
