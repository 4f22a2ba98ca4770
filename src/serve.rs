//! Listeners and connections: accept, bound, hand each request to the service, end in order.
//!
//! What bounds a connection: the number of them, the size of a request's head, the wait for it, and
//! for both directions the patience with a peer that makes no progress (`limits`).

mod http2;
mod patience;
mod refusal;
mod request_body;
mod shares;
mod slots;
mod socket;
mod stream;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3_api::Scheme;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time;
use tracing::{debug, error, warn};

use crate::limits;
use crate::telemetry::metrics::Metrics;
use crate::tls::Handshakes;

pub(crate) use refusal::Refuse;
use refusal::{Answers, UnderWay};
pub(crate) use request_body::{Inflow, RequestBody};
pub(crate) use shares::Shares;
pub(crate) use slots::Slots;
use socket::{Reading, Socket};
use stream::{Protocol, Stream};

/// The bounds of `limits`, as values, so that tests need not wait for a minute.
#[derive(Debug, Clone)]
pub(crate) struct ServeLimits {
    pub(crate) slots: Arc<Slots>,
    /// Where one address may not have all of them.
    pub(crate) shares: Option<Arc<Shares>>,
    pub(crate) head_wait_max: Duration,
    pub(crate) progress_wait_max: Duration,
    pub(crate) linger_max: Duration,
    pub(crate) shutdown_wait_max: Duration,
}

impl ServeLimits {
    pub(crate) fn new(slots: Arc<Slots>) -> Self {
        ServeLimits {
            slots,
            shares: None,
            head_wait_max: limits::HEAD_WAIT_MAX,
            progress_wait_max: limits::PROGRESS_WAIT_MAX,
            linger_max: limits::LINGER_MAX,
            shutdown_wait_max: limits::SHUTDOWN_WAIT_MAX,
        }
    }
}

/// Where a request came from and came in, put into its extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) peer: SocketAddr,
    /// The address that is listened on.
    pub(crate) listener: SocketAddr,
    pub(crate) scheme: Scheme,
}

/// Where connections come in, and whether they have to speak TLS.
pub(crate) struct Entrances {
    pub(crate) listeners: Vec<TcpListener>,
    pub(crate) tls: Option<Handshakes>,
}

/// Serves every listener until `stop` turns true, then finishes the requests in flight.
///
/// Returns how many connections had to be cut because they outlasted the wait. When it is dropped
/// instead, connections go on; the runtime's end cuts them.
pub(crate) async fn serve<S, F, B>(
    entrances: Entrances,
    service: S,
    refuse: Refuse,
    limits: ServeLimits,
    metrics: Arc<Metrics>,
    mut stop: watch::Receiver<bool>,
) -> usize
where
    S: Fn(Request<RequestBody>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let tls = entrances.tls;
    let acceptors: Vec<_> = entrances
        .listeners
        .into_iter()
        .map(|listener| {
            let acceptor = Acceptor {
                listener,
                tls: tls.clone(),
                refuse: Arc::clone(&refuse),
                limits: limits.clone(),
                metrics: Arc::clone(&metrics),
                stop: stop.clone(),
            };
            tokio::spawn(acceptor.run(service.clone()))
        })
        .collect();

    stopped(&mut stop).await;
    for acceptor in acceptors {
        // Ends at once: it waits on the same signal. A panic there has been reported by the hook.
        let _ = acceptor.await;
    }
    limits.slots.all_free(limits.shutdown_wait_max).await
}

/// Also when the other end is gone: nobody could say stop any more.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

struct Acceptor {
    listener: TcpListener,
    tls: Option<Handshakes>,
    refuse: Refuse,
    limits: ServeLimits,
    metrics: Arc<Metrics>,
    stop: watch::Receiver<bool>,
}

impl Acceptor {
    async fn run<S, F, B>(mut self, service: S)
    where
        S: Fn(Request<RequestBody>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        // An address that cannot be asked for is nobody's in particular.
        let unknown = SocketAddr::from((std::net::Ipv4Addr::UNSPECIFIED, 0));
        let listener = self.listener.local_addr().unwrap_or(unknown);
        loop {
            let accepted = tokio::select! {
                biased;
                () = stopped(&mut self.stop) => return,
                accepted = accept(&self.listener, &self.limits.slots) => accepted,
            };
            let (slot, stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(e) => {
                    warn!(error = %e, "cannot accept a connection");
                    time::sleep(limits::ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let share = match &self.limits.shares {
                None => None,
                Some(shares) => match shares.take(peer.ip()) {
                    None => {
                        debug!(%peer, "connection cut: its address has its share of them");
                        continue;
                    }
                    share => share,
                },
            };
            let tls = self.tls.clone();
            let arrival = Arrival {
                peer,
                listener,
                scheme: tls.as_ref().map_or(Scheme::Http, |_| Scheme::Https),
            };
            let serve = {
                let (service, refuse) = (service.clone(), Arc::clone(&self.refuse));
                let (limits, metrics) = (self.limits.clone(), Arc::clone(&self.metrics));
                let stop = self.stop.clone();
                async move |stream: Stream| match stream.protocol() {
                    Protocol::Http1 => {
                        connection(stream, arrival, service, refuse, limits, metrics, stop).await;
                    }
                    Protocol::Http2 => {
                        let serving = http2::connection(
                            stream, arrival, service, refuse, limits, metrics, stop,
                        );
                        // The larger of both, and the rarer: others need no room for it.
                        Box::pin(serving).await;
                    }
                }
            };
            let serving = async move {
                match Stream::open(stream, tls.as_ref()).await {
                    Ok(stream) => serve(stream).await,
                    Err(e) => debug!(%peer, error = %e, "no TLS connection"),
                }
            };
            let metrics = Arc::clone(&self.metrics);
            let open = metrics.connection_opened();
            tokio::spawn(async move {
                // The service answers its own panics; what arrives here is one in an answer's body.
                if AssertUnwindSafe(serving).catch_unwind().await.is_err() {
                    metrics.panics.inc();
                    error!(%peer, "connection cut because of a panic");
                }
                drop(open);
                drop(share);
                drop(slot);
            });
        }
    }
}

/// The slot is taken first: a connection that could not be served stays in the kernel's queue.
async fn accept(
    listener: &TcpListener,
    slots: &Slots,
) -> io::Result<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let slot = slots.take().await;
    let (stream, peer) = listener.accept().await?;
    // Without this, an answer's last piece waits for the acknowledgement of the piece before.
    stream.set_nodelay(true)?;
    Ok((slot, stream, peer))
}

async fn connection<S, F, B>(
    stream: Stream,
    arrival: Arrival,
    service: S,
    refuse: Refuse,
    limits: ServeLimits,
    metrics: Arc<Metrics>,
    mut stop: watch::Receiver<bool>,
) where
    S: Fn(Request<RequestBody>) -> F,
    F: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let reading = Arc::new(Reading::default());
    let answers = Arc::new(Answers::default());
    let socket = Socket::new(
        stream,
        Arc::clone(&reading),
        &limits,
        metrics,
        Arc::clone(&answers),
        refuse,
    );
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(arrival);
        answers.begin();
        let under_way = UnderWay(Arc::clone(&answers));
        let reading = Arc::clone(&reading);
        let wait = limits.progress_wait_max;
        let inflow = Arc::new(Inflow::default());
        request.extensions_mut().insert(Arc::clone(&inflow));
        let request =
            request.map(|body| RequestBody::new(body, Arc::clone(&reading), inflow, wait));
        // One allocation for each request. Otherwise hyper keeps room for the largest operation
        // in every connection, idle ones too.
        let answer = Box::pin(service(request));
        async move {
            let mut answer = answer.await;
            if reading.is_unfinished() {
                let close = HeaderValue::from_static("close");
                answer.headers_mut().insert(CONNECTION, close);
            }
            let answer = answer.map(|body| {
                body.map_err(move |error| {
                    let _held = &under_way;
                    error
                })
            });
            Ok::<_, Infallible>(answer)
        }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_wait_max)
        .max_header_size(limits::REQUEST_HEAD_BYTES_MAX)
        .max_buf_size(limits::READ_BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(socket), service);
    tokio::pin!(serving);

    let ended = tokio::select! {
        biased;
        ended = &mut serving => ended,
        () = stopped(&mut stop) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(e) = ended {
        // Clients that leave, stall or speak something else: theirs to know, not ours to warn of.
        debug!(error = %e, cause = e.source().map(tracing::field::display), "connection ended");
    }
}
