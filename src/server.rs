//! `cairn server`: opens the store, serves it, and ends in order.

#[cfg(test)]
mod tests;

use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use admin::{Admin, AdminConfig, Counters, Facts};
use http::Request;
use identity::model::Secret;
use identity::{Identity, RootAccount};
use pipeline::events::Courier;
use s3_api::kms::{KmsError, LocalKeyRing};
use s3_api::{S3, S3Config};
use storage_engine::disk::with_advice;
use storage_engine::{Engine, EngineConfig};
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::watch;
use tokio::task::{self, JoinHandle};
use tracing::{error, info, warn};

use crate::background::Background;
use crate::cli::ServerArgs;
use crate::config::{self, Effective, ServerConfig, of_process};
use crate::console::{self, Console};
use crate::credentials::{self, RootCredential};
use crate::exit;
use crate::folder;
use crate::front::{Doors, Front};
use crate::limits::{
    CONNECTIONS_MAX, CONSOLE_CONNECTIONS_MAX, DESCRIPTORS_RESERVED, TLS_FILES_LOOK,
};
use crate::master_key;
use crate::oidc::OidcKeys;
use crate::secret_file::SecretFileError;
use crate::serve::{Entrances, Refuse, RequestBody, ServeLimits, serve};
use crate::signals::Signals;
use crate::system;
use crate::telemetry::log;
use crate::telemetry::metrics::Metrics;
use crate::tls::{Certificates, TlsError};
use crate::webhook::{WebhookError, Webhooks};

/// Canonical id of the root user, as the owner of what it creates. It stays the same whatever the
/// credential is, so that a new password, or a new name, keeps all buckets.
pub(crate) const ROOT_ID: &str = "4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2";
pub(crate) const ROOT_NAME: &str = "root";

#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("{path}: cannot make the data folder: {what}", path = path.display(), what = with_advice(source))]
    Folder { path: PathBuf, source: io::Error },
    #[error("cannot open the store: {}", explain(path, source))]
    Open {
        path: PathBuf,
        source: storage_engine::Error,
    },
    #[error(transparent)]
    SecretFile(#[from] SecretFileError),
    #[error("cannot read the identities: {0}")]
    Identity(#[from] identity::Error),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    #[error("cannot read who is logged in: {0}")]
    Admin(#[from] admin::OpenError),
    #[error("cannot read the keys of encrypted objects: {0}")]
    Keys(#[from] KmsError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("cannot {what}: {source}")]
    System {
        what: &'static str,
        source: io::Error,
    },
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    #[error(
        "the store has stopped: {reason}. Nothing acknowledged rests on what failed. \
         Look at the drive (kernel log, free space, SMART), then start again: the store recovers \
         what was acknowledged from its log"
    )]
    Stopped { reason: String },
    #[error("the store did not close: {0}. The next start recovers")]
    Close(storage_engine::Error),
    #[error("told to stop again: requests in flight were cut off. The next start recovers")]
    Impatient,
}

pub(crate) fn run(args: &ServerArgs) -> ExitCode {
    let config = match Effective::gather(args, &of_process).check() {
        Ok(config) => config,
        Err(faults) => return config::refuse(&faults),
    };
    log::start(&config.log);
    let served = start_runtime().and_then(|runtime| {
        let served = runtime.block_on(open_and_serve(config));
        // Whatever still runs must not hold up the end: what is acknowledged is on disk.
        runtime.shutdown_background();
        served
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            error!("{e}");
            // Threads of the store may still be at work; what a library destroys at an orderly
            // end must not go from under them.
            system::end_at_once(exit::FAILED)
        }
    }
}

fn start_runtime() -> Result<Runtime, RunError> {
    runtime::Builder::new_multi_thread()
        .thread_name("worker")
        .enable_all()
        .build()
        .map_err(system_error("start threads"))
}

async fn open_and_serve(config: ServerConfig) -> Result<(), RunError> {
    let mut signals = Signals::catch().map_err(system_error("catch signals"))?;
    let limits = serve_limits();
    // Before the store is opened, which may take a while: a taken address is known at once, and
    // clients that come early wait instead of being refused.
    let mut listeners = listen(&config.listen).await?;
    let website_listeners = listen(&config.website_listen).await?;
    let console_listeners = listen_for_console(config.console).await?;
    let certificates = match config.tls.is_empty() {
        true => None,
        false => Some(Certificates::load(config.tls.clone())?),
    };
    let engine = tokio::select! {
        opened = open(&config.data) => opened?,
        // Opening only reads and repairs: it may be cut off anywhere, like by a power cut.
        signal = signals.next() => {
            info!(signal, "stopped before the store was open");
            return Ok(());
        }
    };
    warn_of_a_full_drive(&engine).await;
    let root = root_credential_of(&config)?;
    let master = master_key::load_or_create(&config.data)?;
    let identity = identities(&engine, &master, &root).await?;
    let ring = key_ring(&engine, &master).await?;

    let metrics = Metrics::new()?;
    let (stop, stopping) = watch::channel(false);
    let doors = Doors {
        proxies: config.proxies.clone(),
        websites: addresses(&website_listeners),
    };
    let webhooks = Arc::new(Webhooks::open(&config.webhooks)?);
    let courier = Arc::clone(&webhooks) as Arc<dyn Courier>;
    let background = Background::start(&engine, &config, courier, stopping.clone());
    metrics.watch_lifecycle(background.lifecycle())?;
    metrics.watch_events(background.delivery())?;
    let s3 = Arc::new(s3_over(&engine, &config, identity.clone(), ring, webhooks));
    let admin = AdminConfig {
        s3: Arc::clone(&s3),
        engine: Arc::clone(&engine),
        identity: identity.clone(),
        master,
        facts: facts(&config, &listeners),
        counters: Arc::clone(&metrics) as Arc<dyn Counters>,
        stopping: stopping.clone(),
        now: SystemTime::now,
    };
    let admin = Admin::open(admin).await?;
    let console = Console::new(admin, config.proxies.clone(), Arc::clone(&metrics));
    let front = Arc::new(Front::new(
        s3,
        doors,
        Arc::clone(&engine),
        Arc::clone(&metrics),
        stopping.clone(),
    ));
    let logging = follow_access_log(&front, config.access_log_interval, stopping.clone());
    metrics.watch_access_log(&front)?;
    announce(
        &config.data,
        &listeners,
        &website_listeners,
        &console_listeners,
    );
    listeners.extend(website_listeners);
    let (refusing, last) = (Arc::clone(&front), Arc::clone(&front));
    let refuse: Refuse = Arc::new(move |status| refusing.refuse(status));
    let service = move |request: Request<RequestBody>| {
        let front = Arc::clone(&front);
        async move { front.answer(request).await }
    };
    let tls = certificates.as_ref().map(Certificates::acceptor);
    let entrances = |listeners| Entrances {
        listeners,
        tls: tls.clone(),
    };
    if let Some(certificates) = certificates {
        tokio::spawn(certificates.follow(TLS_FILES_LOOK, stopping.clone()));
    }
    let console = serve_console(
        console,
        entrances(console_listeners),
        limits.clone(),
        Arc::clone(&metrics),
        stopping.clone(),
    );
    let entrances = entrances(listeners);
    let serving = serve(entrances, service, refuse, limits, metrics, stopping);
    let serving = async {
        let (s3, console) = tokio::join!(serving, console);
        s3 + console
    };
    serve_until_told(serving, engine.failure().wait(), &mut signals, &stop).await?;
    background.ended().await;
    if let Err(e) = logging.await {
        error!(error = %e, "the access log ended by a bug");
    }
    // Of the requests that have been answered since.
    last.s3().flush_access_log().await;
    if let Err(e) = identity.write_uses().await {
        warn!(error = %e, "cannot write when access keys were last used");
    }
    engine.shutdown().await.map_err(RunError::Close)?;
    info!("stopped");
    Ok(())
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

fn announce(
    data: &Path,
    listeners: &[TcpListener],
    websites: &[TcpListener],
    console: &[TcpListener],
) {
    for address in addresses(listeners) {
        info!(%address, data = %data.display(), "listening");
    }
    for address in addresses(websites) {
        info!(%address, "listening for websites");
    }
    for address in addresses(console) {
        info!(%address, "listening for the console");
    }
}

fn serve_limits() -> ServeLimits {
    let descriptors = system::raise_descriptor_limit().unwrap_or_else(|e| {
        warn!(error = %e, "cannot raise the limit of open files");
        DESCRIPTORS_RESERVED
    });
    let left = descriptors
        .saturating_sub(DESCRIPTORS_RESERVED)
        .max(descriptors / 2);
    ServeLimits {
        connections_max: usize::try_from(left).map_or(CONNECTIONS_MAX, |n| n.min(CONNECTIONS_MAX)),
        ..ServeLimits::default()
    }
}

async fn listen(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, RunError> {
    let mut listeners = Vec::with_capacity(addresses.len());
    for &address in addresses {
        let bound = TcpListener::bind(address).await;
        listeners.push(bound.map_err(|source| RunError::Listen { address, source })?);
    }
    Ok(listeners)
}

/// An address that nobody has asked for is no reason not to start when it is taken.
async fn listen_for_console(address: Option<SocketAddr>) -> Result<Vec<TcpListener>, RunError> {
    let Some(address) = address else {
        return Ok(Vec::new());
    };
    match listen(&[address]).await {
        Err(RunError::Listen { source, .. }) if address == console::DEFAULT => {
            let advice = "no console: its address is taken; --console chooses another";
            warn!(%address, error = %source, "{advice}");
            Ok(Vec::new())
        }
        listened => listened,
    }
}

async fn serve_console(
    console: Console,
    entrances: Entrances,
    limits: ServeLimits,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
) -> usize {
    let console = Arc::new(console);
    let refusing = Arc::clone(&console);
    let refuse: Refuse = Arc::new(move |status| refusing.refuse(status));
    let service = move |request: Request<RequestBody>| {
        let console = Arc::clone(&console);
        async move { console.answer(request).await }
    };
    let limits = ServeLimits {
        connections_max: CONSOLE_CONNECTIONS_MAX,
        ..limits
    };
    serve(entrances, service, refuse, limits, metrics, stopping).await
}

fn facts(config: &ServerConfig, listeners: &[TcpListener]) -> Facts {
    Facts {
        version: env!("CARGO_PKG_VERSION"),
        region: config.region.clone(),
        started: SystemTime::now(),
        data: config.data.clone(),
        s3: addresses(listeners),
    }
}

fn addresses(listeners: &[TcpListener]) -> Vec<SocketAddr> {
    let addresses = listeners.iter().map(TcpListener::local_addr);
    addresses.filter_map(Result::ok).collect()
}

async fn open(data: &Path) -> Result<Arc<Engine>, RunError> {
    let path = data.to_owned();
    let opening = task::spawn_blocking(move || {
        if let Err(source) = folder::create_durably(&path) {
            return Err(RunError::Folder { path, source });
        }
        let engine = Engine::open_folder(&EngineConfig::new(&path));
        engine
            .map(Arc::new)
            .map_err(|source| RunError::Open { path, source })
    });
    opening
        .await
        .map_err(|e| system_error("open the store")(e.into()))?
}

/// Names the folder, once, and what to do where that is known.
fn explain(path: &Path, error: &storage_engine::Error) -> String {
    let path = path.display();
    match error {
        storage_engine::Error::Folder(_) => error.to_string(),
        error if wants_room(error) => format!(
            "{path}: {error}. A start takes a new segment of the log and files of the index: make \
             room on the drive (df, df -i), then start again"
        ),
        _ => format!("{path}: {error}"),
    }
}

/// The index tells its errors as text only.
fn wants_room(error: &storage_engine::Error) -> bool {
    match error {
        storage_engine::Error::NoSpace { .. } => true,
        storage_engine::Error::Index(what) => what.contains("No space left on device"),
        _ => false,
    }
}

/// Said once at the start: who finds uploads refused looks here first.
async fn warn_of_a_full_drive(engine: &Engine) {
    let Ok(stats) = engine.stats().await else {
        return;
    };
    let left = stats.free_bytes.saturating_add(stats.idle_bytes);
    if left < stats.reserve_bytes {
        warn!(
            free_mib = left >> 20,
            reserve_mib = stats.reserve_bytes >> 20,
            "the drive is full but for what is kept for deletes and compaction: uploads are refused"
        );
    }
}

/// Called with the store open, hence locked: no other process makes one at the same time.
fn root_credential_of(config: &ServerConfig) -> Result<RootCredential, RunError> {
    if let Some(root) = &config.root {
        return Ok(root.clone());
    }
    let (root, made_now) = credentials::load_or_create(&config.data)?;
    if made_now {
        show_once(&root, &config.data);
    }
    Ok(root)
}

fn show_once(root: &RootCredential, data: &Path) {
    let shown = writeln!(
        io::stdout(),
        "Root credential of this store, made now and shown only once:\n\n    \
         access key  {}\n    secret key  {}\n\nIt is kept in {}.\n",
        root.user(),
        root.password(),
        data.join(credentials::FILE).display(),
    );
    if let Err(e) = shown {
        warn!(error = %e, "cannot show the new root credential; it is in the data folder");
    }
}

/// Called with the store open, like the one before.
async fn identities(
    engine: &Arc<Engine>,
    master: &[u8; 32],
    root: &RootCredential,
) -> Result<Identity, RunError> {
    let root = RootAccount {
        canonical_id: ROOT_ID.into(),
        display_name: ROOT_NAME.into(),
        email: None,
        access_key: root.user().to_owned(),
        secret: Secret::new(root.password()),
    };
    Ok(Identity::open(Arc::clone(engine), master, root).await?)
}

async fn key_ring(engine: &Arc<Engine>, master: &[u8; 32]) -> Result<Arc<LocalKeyRing>, RunError> {
    Ok(Arc::new(
        LocalKeyRing::open(Arc::clone(engine), master).await?,
    ))
}

fn s3_over(
    engine: &Arc<Engine>,
    config: &ServerConfig,
    identity: Identity,
    ring: Arc<LocalKeyRing>,
    courier: Arc<Webhooks>,
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
        ..S3Config::new(config.region.as_str(), identity, ring)
    };
    S3::new(Arc::clone(engine), config)
}

fn system_error(what: &'static str) -> impl FnOnce(io::Error) -> RunError {
    move |source| RunError::System { what, source }
}
