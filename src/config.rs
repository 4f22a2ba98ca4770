//! What the server runs with, checked once. Below this, settings are simply right.

#[cfg(test)]
mod tests;

use std::env;
use std::ffi::OsString;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use pipeline::lifecycle::Day;
use s3_api::{CustomerKeys, Domains, InvalidDomain, Ownership, SigV2};
use tracing_subscriber::EnvFilter;

use crate::cli::{CustomerKeysFrom, DayArgs, LogArgs, LogFormat, ServerArgs};
use crate::credentials::{self, RootCredential};
use crate::proxies::TrustedProxies;
use crate::webhook::{self, InvalidWebhook, WebhookConfig};

const ROOT_USER: &str = "CAIRN_ROOT_USER";
const ROOT_PASSWORD: &str = "CAIRN_ROOT_PASSWORD";
const REGION_BYTES_MAX: usize = 64;

#[derive(Debug)]
pub(crate) struct ServerConfig {
    pub(crate) data: PathBuf,
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) website_listen: Vec<SocketAddr>,
    pub(crate) region: String,
    pub(crate) domains: Domains,
    pub(crate) website_domains: Domains,
    pub(crate) proxies: TrustedProxies,
    pub(crate) sigv2: SigV2,
    pub(crate) lifecycle_day: Day,
    pub(crate) webhooks: Vec<WebhookConfig>,
    pub(crate) access_log_interval: Duration,
    pub(crate) ownership: Ownership,
    pub(crate) customer_keys: CustomerKeys,
    /// The root credential of the environment. Without one, the data folder holds it.
    pub(crate) root: Option<RootCredential>,
}

#[derive(Debug)]
pub(crate) struct LogConfig {
    pub(crate) format: LogFormat,
    pub(crate) filter: EnvFilter,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error(
        "--listen {given:?}: {detail}; expected ADDR:PORT, such as 127.0.0.1:9000 or [::]:9000"
    )]
    Listen { given: String, detail: String },
    #[error("--domain: {0}")]
    Domain(InvalidDomain),
    #[error("--website-domain: {0}")]
    WebsiteDomain(InvalidDomain),
    #[error("--trusted-proxy {0:?}: expected an address or a range such as 10.0.0.0/8")]
    TrustedProxy(String),
    #[error("--region {0:?}: expected letters, digits and hyphens")]
    Region(String),
    #[error("--lifecycle-day {0}: expected seconds, at most 86400")]
    LifecycleDay(u64),
    #[error("--access-log-interval {0}: expected seconds, 1 to 86400")]
    AccessLogInterval(u64),
    #[error(transparent)]
    Webhook(#[from] InvalidWebhook),
    #[error("--log-level {given:?}: {detail}")]
    LogLevel { given: String, detail: String },
    #[error("{ROOT_USER} and {ROOT_PASSWORD} belong together, but {0} is not set")]
    HalfCredential(&'static str),
    #[error("{0} is not valid UTF-8")]
    NotUtf8(&'static str),
    #[error("{ROOT_USER}, {ROOT_PASSWORD}: {0}")]
    Credential(#[from] credentials::Invalid),
    #[error(
        "--object-ownership is {0:?}: BucketOwnerEnforced, BucketOwnerPreferred and ObjectWriter are \
         known"
    )]
    Ownership(String),
}

impl ServerConfig {
    pub(crate) fn check(args: ServerArgs) -> Result<ServerConfig, ConfigError> {
        let sigv2 = match args.sigv2 {
            true => SigV2::Accepted,
            false => SigV2::Refused,
        };
        let website_domains = Domains::new(args.website_domains);
        Ok(ServerConfig {
            data: args.data,
            listen: resolve_all(&args.listen)?,
            website_listen: resolve_all(&args.website_listen)?,
            region: check_region(args.region)?,
            domains: Domains::new(args.domains).map_err(ConfigError::Domain)?,
            website_domains: website_domains.map_err(ConfigError::WebsiteDomain)?,
            proxies: TrustedProxies::parse(&args.trusted_proxies)
                .map_err(ConfigError::TrustedProxy)?,
            sigv2,
            lifecycle_day: check_day(&args.day)?,
            access_log_interval: check_interval(args.access_log_interval)?,
            webhooks: webhook::check(&args.webhooks, &args.webhook_tokens)?,
            ownership: Ownership::parse(&args.object_ownership)
                .ok_or(ConfigError::Ownership(args.object_ownership))?,
            customer_keys: match args.customer_keys {
                CustomerKeysFrom::Private => CustomerKeys::Private,
                CustomerKeysFrom::Anywhere => CustomerKeys::Anywhere,
            },
            root: root_of(env::var_os(ROOT_USER), env::var_os(ROOT_PASSWORD))?,
        })
    }
}

impl LogConfig {
    pub(crate) fn check(args: &LogArgs) -> Result<LogConfig, ConfigError> {
        let filter = EnvFilter::try_new(&args.log_level).map_err(|e| ConfigError::LogLevel {
            given: args.log_level.clone(),
            detail: e.to_string(),
        })?;
        Ok(LogConfig {
            format: args.log_format,
            filter,
        })
    }
}

fn resolve_all(given: &[String]) -> Result<Vec<SocketAddr>, ConfigError> {
    given.iter().map(|given| resolve(given)).collect()
}

/// A host name is looked up once, here; where it has several addresses, the first one counts.
fn resolve(given: &str) -> Result<SocketAddr, ConfigError> {
    let refuse = |detail: String| ConfigError::Listen {
        given: given.to_owned(),
        detail,
    };
    given
        .to_socket_addrs()
        .map_err(|e| refuse(e.to_string()))?
        .next()
        .ok_or_else(|| refuse("no such address".to_owned()))
}

fn check_region(region: String) -> Result<String, ConfigError> {
    let fits = (1..=REGION_BYTES_MAX).contains(&region.len());
    if fits
        && region
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        Ok(region)
    } else {
        Err(ConfigError::Region(region))
    }
}

fn check_interval(seconds: u64) -> Result<Duration, ConfigError> {
    match seconds {
        1..=86_400 => Ok(Duration::from_secs(seconds)),
        _ => Err(ConfigError::AccessLogInterval(seconds)),
    }
}

pub(crate) fn check_day(args: &DayArgs) -> Result<Day, ConfigError> {
    let seconds = args.lifecycle_day;
    let day = seconds.checked_mul(1000).and_then(Day::of_milliseconds);
    day.ok_or(ConfigError::LifecycleDay(seconds))
}

fn root_of(
    user: Option<OsString>,
    password: Option<OsString>,
) -> Result<Option<RootCredential>, ConfigError> {
    let text = |name, value: OsString| value.into_string().map_err(|_| ConfigError::NotUtf8(name));
    match (user, password) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(ConfigError::HalfCredential(ROOT_PASSWORD)),
        (None, Some(_)) => Err(ConfigError::HalfCredential(ROOT_USER)),
        (Some(user), Some(password)) => Ok(Some(RootCredential::new(
            text(ROOT_USER, user)?,
            text(ROOT_PASSWORD, password)?,
        )?)),
    }
}
