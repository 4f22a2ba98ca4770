//! `cairn server`: opens the store, serves it, and ends in order.

mod error;
mod store;
#[cfg(test)]
mod tests;
mod ways;
mod welcome;

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use admin::{Admin, AdminConfig, Counters, Facts};
use futures_util::FutureExt;
use futures_util::future::join;
use identity::Identity;
use pipeline::events::Courier;
use s3_api::kms::LocalKeyRing;
use s3_api::{Load, S3, S3Config, Scheme};
use storage_engine::Engine;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use crate::admin_socket::AdminSocket;
use crate::background::Background;
use crate::cli::ServerArgs;
use crate::config::{self, Chosen, Effective, ServerConfig, of_process};
use crate::console::Console;
use crate::credentials::RootCredential;
use crate::declare::Declarer;
use crate::ephemeral::{self, Ephemeral};
use crate::exit;
use crate::front::{Doors, Front};
use crate::limits::{CONSOLE_CONNECTIONS_MAX, DESCRIPTORS_RESERVED};
use crate::master_key;
use crate::oidc::OidcKeys;
use crate::reload::{Live, Reload};
use crate::serve::{ServeLimits, Slots};
use crate::signals::{Hangups, Signals};
use crate::system;
use crate::telemetry::log::{self, Level};
use crate::telemetry::metrics::Metrics;
use crate::telemetry::usage::Usage;
use crate::webhook::Webhooks;
use error::{RunError, system_error};
use ways::{Ways, addresses};
use welcome::Welcome;

/// Canonical id of the root user, as the owner of what it creates. It stays the same whatever the
/// credential is, so that a new password, or a new name, keeps all buckets.
pub(crate) const ROOT_ID: &str = "4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2";
pub(crate) const ROOT_NAME: &str = "root";

/// What a server starts with.
struct Setup {
    args: ServerArgs,
    /// What stands between environment and flags.
    between: Vec<Chosen>,
    effective: Effective,
    config: ServerConfig,
    level: Level,
}

pub(crate) fn run(args: ServerArgs) -> ExitCode {
    let ephemeral = match args.ephemeral.then(Ephemeral::new).transpose() {
        Ok(ephemeral) => ephemeral,
        Err(e) => return config::refuse(&[Ephemeral::fault(&e)]),
    };
    let between = ephemeral.as_ref().map(Ephemeral::chosen);
    let between = between.unwrap_or_default();
    let effective = Effective::gather_with(&args, &of_process, between.clone());
    let config = match effective.check() {
        Ok(config) => config,
        Err(faults) => return config::refuse(&faults),
    };
    let setup = Setup {
        level: log::start(&config),
        args,
        between,
        effective,
        config,
    };
    for unknown in config::unknown_variables(config::variables_of_process()) {
        warn!("{unknown}");
    }
    let served = start_runtime().and_then(|runtime| {
        let served = runtime.block_on(open_and_serve(setup));
        // Whatever still runs must not hold up the end: what is acknowledged is on disk.
        runtime.shutdown_background();
        served
    });
    if let Err(e) = &served {
        error!("{e}");
    }
    drop(ephemeral);
    match served {
        Ok(()) => ExitCode::from(exit::FINE),
        // Threads of the store may still be at work; what a library destroys at an orderly end
        // must not go from under them.
        Err(_) => system::end_at_once(exit::FAILED),
    }
}

fn start_runtime() -> Result<Runtime, RunError> {
    runtime::Builder::new_multi_thread()
        .thread_name("worker")
        .enable_all()
        .build()
        .map_err(system_error("start threads"))
}

async fn open_and_serve(setup: Setup) -> Result<(), RunError> {
    let config = &setup.config;
    let mut signals = Signals::catch().map_err(system_error("catch signals"))?;
    let hangups = Hangups::catch().map_err(system_error("catch signals"))?;
    // Before the store is opened, which may take a while: a taken address is known at once, and
    // clients that come early wait instead of being refused.
    let ways = Ways::open(config).await?;
    let engine = tokio::select! {
        opened = store::open(&config.data) => opened?,
        // Opening only reads and repairs: it may be cut off anywhere, like by a power cut.
        signal = signals.next() => {
            info!(signal, "stopped before the store was open");
            return Ok(());
        }
    };
    store::warn_of_the_drive(&engine).await;
    let (root, made_now) = store::root_credential_of(config)?;
    let master = master_key::load_or_create(&engine, &config.data).await?;
    let identity = store::identities(&engine, &master, &root).await?;
    let ring = store::key_ring(&engine, &master).await?;
    let courier: Arc<dyn Courier> = Arc::new(Webhooks::open(&config.webhooks)?);
    let load: Arc<Load> = Arc::default();
    let parts = (identity.clone(), Arc::clone(&ring), Arc::clone(&load));
    let s3 = Arc::new(s3_over(&engine, config, parts, courier.clone()));

    let (metrics, usage) = figures(&engine, &identity, config)?;
    let (stop, stopping) = watch::channel(false);
    let background = Background::start(&engine, config, courier, stopping.clone());
    watch_all(&metrics, &background, &load)?;
    let slots = Slots::new(connections(config.live.connections));
    let (proxies, trusted) = watch::channel(config.live.proxies.clone());
    let (shown, settings) = watch::channel(setup.effective.for_admin());
    let admin = AdminConfig {
        s3: Arc::clone(&s3),
        engine: Arc::clone(&engine),
        identity: identity.clone(),
        master,
        facts: facts(config, &ways.s3),
        counters: Arc::clone(&metrics) as Arc<dyn Counters>,
        settings,
        delivery: Arc::clone(background.delivery()),
        lifecycle: Arc::clone(background.lifecycle()),
        keys: ring,
        stopping: stopping.clone(),
        now: SystemTime::now,
    };
    let admin = Admin::open(admin).await?;
    let declarer = Declarer::new(&engine, &identity, &admin, &config.webhooks);
    declarer.declare(&setup.effective.declared).await?;
    // The server's own requests until here are not limited.
    load.set(config.live.load);
    let jobs = admin.clone();
    metrics.watch_jobs(&jobs)?;
    if let Some(certificates) = &ways.certificates {
        metrics.watch_certificates(certificates);
    }
    let console = Console::new(admin.clone(), trusted.clone(), Arc::clone(&metrics));
    let console = Arc::new(console);
    let socket = AdminSocket::open_or_warn(&config.data);
    let doors = Doors {
        proxies: trusted,
        websites: addresses(&ways.websites),
    };
    let figures = (Arc::clone(&metrics), Arc::clone(&usage));
    let ending = stopping.clone();
    let front = Front::new((s3, admin), doors, Arc::clone(&engine), figures, ending);
    let front = Arc::new(front);
    let logging = follow_access_log(&front, config.access_log_interval, stopping.clone());
    metrics.watch_access_log(&front)?;
    greet(&setup, &ways, &root, made_now)?;
    ways.tell(&config.data);
    let reload = Reload {
        args: setup.args,
        between: setup.between,
        running: setup.effective,
        live: Live {
            level: setup.level,
            slots: Arc::clone(&slots),
            proxies,
            load,
            shown,
            metrics: Arc::clone(&metrics),
            usage,
            certificates: ways.certificates.clone(),
        },
    };
    tokio::spawn(reload.follow(hangups));
    let limits = ServeLimits::new(slots);
    let scheme = scheme(config);
    let local = serve_locally(socket, Arc::clone(&console), scheme, stopping.clone());
    let serving = ways.serve(Arc::clone(&front), console, limits, metrics, stopping);
    let serving = join(serving, local).map(|(cut, cut_locally)| cut + cut_locally);
    serve_until_told(serving, engine.failure().wait(), &mut signals, &stop).await?;
    background.ended().await;
    jobs.ended().await;
    write_down(&front, logging, &identity).await;
    engine.shutdown().await.map_err(RunError::Close)?;
    info!("stopped");
    Ok(())
}

/// Shows what goes on besides requests.
fn watch_all(metrics: &Metrics, background: &Background, load: &Arc<Load>) -> Result<(), RunError> {
    metrics.watch_lifecycle(background.lifecycle())?;
    metrics.watch_events(background.delivery())?;
    metrics.watch_load(load)?;
    Ok(())
}

/// What is still only in memory, of the requests that have been answered.
async fn write_down(front: &Front, logging: JoinHandle<()>, identity: &Identity) {
    if let Err(e) = logging.await {
        error!(error = %e, "the access log ended by a bug");
    }
    // Of the requests that have been answered since.
    front.s3().flush_access_log().await;
    if let Err(e) = identity.write_uses().await {
        warn!(error = %e, "cannot write when access keys were last used");
    }
}

/// What the server tells of itself.
fn figures(
    engine: &Arc<Engine>,
    identity: &Identity,
    config: &ServerConfig,
) -> Result<(Arc<Metrics>, Arc<Usage>), RunError> {
    let metrics = Metrics::new()?;
    metrics.slow.set(config.live.slow_request);
    let (engine, identity) = (Arc::clone(engine), identity.clone());
    let usage = Usage::new(engine, identity, config.live.metrics_names);
    Ok((metrics, Arc::new(usage)))
}

/// Writes the access logs of buckets from time to time.
fn follow_access_log(
    front: &Arc<Front>,
    interval: Duration,
    stopping: watch::Receiver<bool>,
) -> JoinHandle<()> {
    let front = Arc::clone(front);
    tokio::spawn(async move { front.s3().follow_access_log(interval, stopping).await })
}

async fn serve_locally(
    socket: Option<AdminSocket>,
    console: Arc<Console>,
    scheme: Scheme,
    stopping: watch::Receiver<bool>,
) -> usize {
    match socket {
        Some(socket) => socket.serve(console, scheme, stopping).await,
        None => 0,
    }
}

/// Ends well after a first signal, and with an error after a second one or when the store stops.
async fn serve_until_told(
    serving: impl Future<Output = usize>,
    failed: impl Future<Output = String>,
    signals: &mut Signals,
    stop: &watch::Sender<bool>,
) -> Result<(), RunError> {
    tokio::pin!(serving, failed);

    tokio::select! {
        reason = &mut failed => return Err(RunError::Stopped { reason }),
        // Only ever returns after a stop.
        _ = &mut serving => return Ok(()),
        signal = signals.next() => info!(signal, "stopping; requests in flight may finish"),
    }
    stop.send_replace(true);
    tokio::select! {
        reason = &mut failed => Err(RunError::Stopped { reason }),
        _ = signals.next() => Err(RunError::Impatient),
        cut = &mut serving => {
            if cut > 0 {
                warn!(connections = cut, "requests in flight took too long and were cut off");
            }
            Ok(())
        }
    }
}

/// As many as are wanted, or fewer where the limit of open files is low.
pub(crate) fn connections(wanted: usize) -> usize {
    shares(descriptors()).of_s3.min(wanted)
}

/// The same of the console, which never takes more than a quarter of what there is.
pub(crate) fn console_connections() -> usize {
    shares(descriptors()).of_console
}

fn descriptors() -> u64 {
    system::raise_descriptor_limit().unwrap_or_else(|e| {
        warn!(error = %e, "cannot raise the limit of open files");
        DESCRIPTORS_RESERVED
    })
}

/// Connections that there are descriptors for.
#[derive(Debug, PartialEq, Eq)]
struct Shares {
    of_s3: usize,
    of_console: usize,
}

fn shares(descriptors: u64) -> Shares {
    let left = descriptors
        .saturating_sub(DESCRIPTORS_RESERVED)
        .max(descriptors / 2);
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    let of_console = CONSOLE_CONNECTIONS_MAX.min(left / 4);
    Shares {
        of_s3: left - of_console,
        of_console,
    }
}

fn scheme(config: &ServerConfig) -> Scheme {
    match config.tls.is_empty() {
        true => Scheme::Http,
        false => Scheme::Https,
    }
}

pub(crate) fn facts(config: &ServerConfig, listeners: &[TcpListener]) -> Facts {
    Facts {
        version: env!("CARGO_PKG_VERSION"),
        region: config.region.clone(),
        started: SystemTime::now(),
        data: config.data.clone(),
        base: config.console_base.clone(),
        s3: addresses(listeners),
        public_url: config.public_url.clone(),
        lifecycle_day: config.lifecycle_day,
    }
}

/// Whoever has started the server, on standard output.
fn greet(
    setup: &Setup,
    ways: &Ways,
    root: &RootCredential,
    made_now: bool,
) -> Result<(), RunError> {
    if setup.args.ephemeral {
        announce(&ways.s3, root, &setup.config)?;
        ephemeral::remove_behind(&setup.config.data);
        return Ok(());
    }
    if made_now {
        store::show_once(root, &setup.config.data);
    }
    Welcome::of(ways, &setup.config).tell(made_now);
    Ok(())
}

fn announce(
    listeners: &[TcpListener],
    root: &RootCredential,
    config: &ServerConfig,
) -> Result<(), RunError> {
    let scheme = scheme(config).name();
    if let Some(address) = addresses(listeners).first() {
        let endpoint = format!("{scheme}://{address}");
        ephemeral::announce(&endpoint, root, config)
            .map_err(system_error("tell endpoint and keys"))?;
    }
    Ok(())
}

pub(crate) fn s3_over(
    engine: &Arc<Engine>,
    config: &ServerConfig,
    (identity, ring, load): (Identity, Arc<LocalKeyRing>, Arc<Load>),
    courier: Arc<dyn Courier>,
) -> S3 {
    let config = S3Config {
        domains: config.domains.clone(),
        website_domains: config.website_domains.clone(),
        sigv2: config.sigv2,
        ownership: config.ownership,
        customer_keys: config.customer_keys,
        silence: config.copy_silence,
        courier,
        web_keys: Arc::new(OidcKeys::new()),
        load,
        ..S3Config::new(config.region.as_str(), identity, ring)
    };
    S3::new(Arc::clone(engine), config)
}
