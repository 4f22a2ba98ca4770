//! The ways in: every address that is listened on, and what is behind it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use http::Request;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::{info, warn};

use super::console_connections;
use super::error::RunError;
use crate::config::ServerConfig;
use crate::console::{self, Console};
use crate::front::Front;
use crate::limits::{CONSOLE_CONNECTIONS_OF_ADDRESS_MAX, TLS_FILES_LOOK};
use crate::serve::{Entrances, Refuse, RequestBody, ServeLimits, Shares, Slots, serve};
use crate::telemetry::metrics::Metrics;
use crate::tls::Certificates;

const HTTP_1_1: &[u8] = b"http/1.1";

pub(super) struct Ways {
    pub(super) s3: Vec<TcpListener>,
    pub(super) websites: Vec<TcpListener>,
    console: Vec<TcpListener>,
    /// None where there is no TLS.
    pub(super) certificates: Option<Arc<Certificates>>,
}

impl Ways {
    /// From now on connections wait.
    pub(super) async fn open(config: &ServerConfig) -> Result<Ways, RunError> {
        let certificates = match config.tls.is_empty() {
            true => None,
            false => Some(Certificates::load(config.tls.clone())?),
        };
        Ok(Ways {
            s3: listen(&config.listen).await?,
            websites: listen(&config.website_listen).await?,
            console: listen_for_console(config.console).await?,
            certificates,
        })
    }

    /// Those of S3, and those of the console.
    pub(super) fn doors(&self) -> (Vec<SocketAddr>, Vec<SocketAddr>) {
        (addresses(&self.s3), addresses(&self.console))
    }

    pub(super) fn tell(&self, data: &Path) {
        for address in addresses(&self.s3) {
            info!(%address, data = %data.display(), "listening");
        }
        for address in addresses(&self.websites) {
            info!(%address, "listening for websites");
        }
        for address in addresses(&self.console) {
            info!(%address, "listening for the console");
        }
    }

    /// Until told to stop. Returns how many connections had to be cut.
    pub(super) async fn serve(
        self,
        front: Arc<Front>,
        console: Arc<Console>,
        limits: ServeLimits,
        metrics: Arc<Metrics>,
        stopping: watch::Receiver<bool>,
    ) -> usize {
        let certificates = self.certificates.as_ref();
        let entrances = |listeners, offered| Entrances {
            listeners,
            tls: certificates.map(|certificates| certificates.handshakes(offered)),
        };
        let for_console = entrances(self.console, &[b"h2", HTTP_1_1]);
        let listeners = self.s3.into_iter().chain(self.websites).collect();
        let for_s3 = entrances(listeners, &[HTTP_1_1]);
        if let Some(certificates) = self.certificates.clone() {
            tokio::spawn(certificates.follow(TLS_FILES_LOOK, stopping.clone()));
        }
        let console = serve_console(
            console,
            for_console,
            limits.clone(),
            Arc::clone(&metrics),
            stopping.clone(),
        );
        let refusing = Arc::clone(&front);
        let refuse: Refuse = Arc::new(move |status| refusing.refuse(status));
        let service = move |request: Request<RequestBody>| {
            let front = Arc::clone(&front);
            async move { front.answer(request).await }
        };
        let s3 = serve(for_s3, service, refuse, limits, metrics, stopping);
        let (s3, console) = tokio::join!(s3, console);
        s3 + console
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
    console: Arc<Console>,
    entrances: Entrances,
    limits: ServeLimits,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
) -> usize {
    let asking = Arc::clone(&console);
    let shares = Shares::new(CONSOLE_CONNECTIONS_OF_ADDRESS_MAX, move |address| {
        asking.is_behind_proxy(address)
    });
    let refusing = Arc::clone(&console);
    let refuse: Refuse = Arc::new(move |status| refusing.refuse(status));
    let service = move |request: Request<RequestBody>| {
        let console = Arc::clone(&console);
        async move { console.answer(request).await }
    };
    let limits = ServeLimits {
        slots: Slots::new(console_connections()),
        shares: Some(shares),
        ..limits
    };
    serve(entrances, service, refuse, limits, metrics, stopping).await
}

pub(super) fn addresses(listeners: &[TcpListener]) -> Vec<SocketAddr> {
    let addresses = listeners.iter().map(TcpListener::local_addr);
    addresses.filter_map(Result::ok).collect()
}
