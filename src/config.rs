//! What the server runs with, checked once. Below this, settings are simply right.
//!
//! `table` has all settings, `effective` finds which value of each counts, and checks it.

mod amount;
mod checks;
mod declared;
mod effective;
mod environment;
mod file;
mod limits;
mod log_level;
mod origin;
mod setting;
mod show;
mod table;
#[cfg(test)]
mod tests;
mod variables;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use admin::{BasePath, PublicUrl};
use pipeline::lifecycle::Day;
use s3_api::{CustomerKeys, Domains, LoadLimits, Ownership, SigV2};

use crate::credentials::RootCredential;
use crate::proxies::TrustedProxies;
use crate::tls::TlsFiles;
use crate::webhook::{self, WebhookConfig};

pub(crate) use declared::{
    Account, Bucket, Declared, Group, Key, Placed, Policy, Reference, Referred, User, Versioning,
};
pub(crate) use effective::{Chosen, Effective, FILE_VARIABLE};
pub(crate) use environment::of_process;
pub(crate) use origin::{Fault, Origin};
pub(crate) use setting::{Effect, Kind, Setting};
pub(crate) use show::{refuse, run};
pub(crate) use table::{SETTINGS, named};
pub(crate) use variables::{of_process as variables_of_process, unknown as unknown_variables};

#[derive(Debug)]
pub(crate) struct ServerConfig {
    pub(crate) data: PathBuf,
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) website_listen: Vec<SocketAddr>,
    /// Where the console is, if there is to be one.
    pub(crate) console: Option<SocketAddr>,
    /// Beneath which path a proxy shows it.
    pub(crate) console_base: BasePath,
    /// Where clients are to be sent for S3, if that has a name of its own.
    pub(crate) public_url: Option<PublicUrl>,
    pub(crate) region: String,
    pub(crate) domains: Domains,
    pub(crate) website_domains: Domains,
    /// Empty where there is to be no TLS.
    pub(crate) tls: Vec<TlsFiles>,
    pub(crate) sigv2: SigV2,
    pub(crate) lifecycle_day: Day,
    pub(crate) webhooks: Vec<WebhookConfig>,
    pub(crate) access_log_interval: Duration,
    pub(crate) copy_silence: Duration,
    pub(crate) ownership: Ownership,
    pub(crate) customer_keys: CustomerKeys,
    /// The root credential, if it is configured. Without one, the data folder holds it.
    pub(crate) root: Option<RootCredential>,
    pub(crate) log_format: LogFormat,
    pub(crate) live: LiveConfig,
}

/// What a running server can be given anew. Settings that are marked so put their values here, and
/// no others do.
#[derive(Debug)]
pub(crate) struct LiveConfig {
    pub(crate) connections: usize,
    pub(crate) load: LoadLimits,
    pub(crate) proxies: TrustedProxies,
    pub(crate) metrics_names: usize,
    /// Nothing, where no request is slow.
    pub(crate) slow_request: Duration,
    /// Directives that have been checked.
    pub(crate) log_level: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Human,
    Json,
}

/// A configuration that is being made, and what of it can only be checked together.
pub(crate) struct Draft {
    config: ServerConfig,
    tls_certificates: Vec<String>,
    tls_keys: Vec<String>,
    webhooks: Vec<String>,
    webhook_tokens: Vec<String>,
    root_user: Option<String>,
    root_password: Option<String>,
}

impl Draft {
    /// Before any setting has been put into its place. Defaults are in the table, not here.
    fn empty() -> Draft {
        Draft {
            config: ServerConfig {
                data: PathBuf::new(),
                listen: Vec::new(),
                website_listen: Vec::new(),
                console: None,
                console_base: BasePath::default(),
                public_url: None,
                region: String::new(),
                domains: Domains::default(),
                website_domains: Domains::default(),
                tls: Vec::new(),
                sigv2: SigV2::Refused,
                lifecycle_day: Day::REAL,
                webhooks: Vec::new(),
                access_log_interval: Duration::MAX,
                copy_silence: Duration::MAX,
                ownership: Ownership::BucketOwnerEnforced,
                customer_keys: CustomerKeys::Private,
                root: None,
                log_format: LogFormat::Human,
                live: LiveConfig {
                    connections: 0,
                    load: LoadLimits::default(),
                    proxies: TrustedProxies::default(),
                    metrics_names: 0,
                    slow_request: Duration::ZERO,
                    log_level: String::new(),
                },
            },
            tls_certificates: Vec::new(),
            tls_keys: Vec::new(),
            webhooks: Vec::new(),
            webhook_tokens: Vec::new(),
            root_user: None,
            root_password: None,
        }
    }

    fn finish(self, effective: &Effective, faults: &mut Vec<Fault>) -> ServerConfig {
        let mut config = self.config;
        match checks::tls(self.tls_certificates, self.tls_keys) {
            Ok(files) => config.tls = files,
            Err(what) => {
                let set = effective.origins(["tls-certificate", "tls-key"]);
                faults.push(Fault::between(set, &what));
            }
        }
        match webhook::check(&self.webhooks, &self.webhook_tokens) {
            Ok(webhooks) => config.webhooks = webhooks,
            Err(wrong) => faults.extend(wrong.iter().filter_map(|wrong| {
                let chosen = effective.named(wrong.setting)?;
                Some(chosen.fault(wrong.at, &wrong.what))
            })),
        }
        if let Some(what) = checks::public_url(&config) {
            faults.push(Fault::between(effective.origins(["public-url"]), &what));
        }
        match checks::root(self.root_user, self.root_password) {
            Ok(root) => config.root = root,
            Err(what) => {
                let set = effective.origins(["root-user", "root-password"]);
                faults.push(Fault::between(set, &what));
            }
        }
        config
    }
}
