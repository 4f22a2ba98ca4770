//! Reading the configuration anew while the server runs: on SIGHUP.
//!
//! What can be changed is changed, what cannot is named. A configuration with something wrong in it
//! changes nothing.

use std::sync::Arc;

use s3_api::Load;
use tokio::sync::watch;
use tokio::task;
use tracing::{error, info, warn};

use crate::cli::ServerArgs;
use crate::config::{Chosen, Effect, Effective, LiveConfig, of_process};
use crate::proxies::TrustedProxies;
use crate::serve::Slots;
use crate::server::connections;
use crate::signals::Hangups;
use crate::telemetry::log::Level;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::usage::Usage;
use crate::tls::Certificates;

pub(crate) struct Reload {
    pub(crate) args: ServerArgs,
    /// What stands between environment and flags.
    pub(crate) between: Vec<Chosen>,
    /// What the server runs with.
    pub(crate) running: Effective,
    pub(crate) live: Live,
}

/// What a running server can be given anew.
pub(crate) struct Live {
    pub(crate) level: Level,
    pub(crate) slots: Arc<Slots>,
    pub(crate) proxies: watch::Sender<TrustedProxies>,
    pub(crate) load: Arc<Load>,
    /// What operators are shown of the settings.
    pub(crate) shown: watch::Sender<Arc<[admin::Setting]>>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) usage: Arc<Usage>,
    /// Those that are shown, if there is TLS.
    pub(crate) certificates: Option<Arc<Certificates>>,
}

impl Reload {
    /// Until the runtime ends.
    pub(crate) async fn follow(mut self, mut hangups: Hangups) {
        loop {
            hangups.next().await;
            // Files are read and names looked up, which blocks.
            let read = task::spawn_blocking(move || {
                let effective =
                    Effective::gather_with(&self.args, &of_process, self.between.clone());
                (self, effective)
            });
            match read.await {
                Ok((reload, effective)) => {
                    self = reload;
                    self.adopt(effective);
                }
                Err(e) => {
                    error!(error = %e, "the configuration cannot be read anew any more");
                    return;
                }
            }
        }
    }

    fn adopt(&mut self, effective: Effective) {
        let config = match effective.check() {
            Ok(config) => config,
            Err(faults) => {
                for fault in faults {
                    error!("{fault}");
                }
                error!("the configuration is not reloaded: nothing has changed");
                return;
            }
        };
        let mut reloaded = 0_usize;
        for (now, new) in self.running.chosen.iter_mut().zip(effective.chosen) {
            if now.values == new.values {
                continue;
            }
            let setting = now.setting;
            match setting.effect {
                Effect::Reload => {
                    reloaded += 1;
                    info!(setting = setting.name, from = %new.origin, "changed");
                    *now = new;
                }
                Effect::Restart => warn!(
                    setting = setting.name,
                    from = %new.origin,
                    "has changed, but counts from the next start on"
                ),
            }
        }
        self.live.set(&config.live);
        self.live.shown.send_replace(self.running.for_admin());
        info!(settings = reloaded, "configuration reloaded");
    }
}

impl Live {
    fn set(&self, live: &LiveConfig) {
        if let Err(what) = self.level.set(&live.log_level) {
            error!(error = what, "cannot change the level of the log");
        }
        self.slots.resize(connections(live.connections));
        self.proxies.send_replace(live.proxies.clone());
        self.load.set(live.load);
        self.metrics.slow.set(live.slow_request);
        self.usage.name(live.metrics_names);
        if let Some(Err(e)) = self.certificates.as_ref().map(|tls| tls.reload()) {
            error!("{e}; the certificates from before are shown");
        }
    }
}
