//! The listener of the admin interface and the console. It has connections of its own, so that
//! no load of S3 keeps an operator out.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use admin::{Admin, AdminBody, CertificateEnd, Counted, Counters, Local, Seen};
use bytes::Bytes;
use http::header::STRICT_TRANSPORT_SECURITY;
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use s3_api::{Client, Scheme};
use tokio::sync::watch;

use crate::observe::{AnswerBody, Observation, Observed, Outcome};
use crate::proxies::TrustedProxies;
use crate::serve::{Arrival, RequestBody};
use crate::telemetry::metrics::{Interface, Metrics};

/// Where the console is, unless something else is said.
pub(crate) const DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9001);

/// Browsers that were here by TLS come by nothing else for a year. Where the server itself speaks TLS it
/// does on all its ports; a proxy that does has its own word to say.
const ONLY_TLS: &str = "max-age=31536000";

pub(crate) struct Console {
    admin: Admin,
    proxies: watch::Receiver<TrustedProxies>,
    metrics: Arc<Metrics>,
}

impl Console {
    pub(crate) fn new(
        admin: Admin,
        proxies: watch::Receiver<TrustedProxies>,
        metrics: Arc<Metrics>,
    ) -> Console {
        Console {
            admin,
            proxies,
            metrics,
        }
    }

    /// Whether many may come from that address.
    pub(crate) fn is_behind_proxy(&self, address: IpAddr) -> bool {
        self.proxies.borrow().trusts(address)
    }

    /// Dropping the future abandons the request; what had been committed stays.
    pub(crate) async fn answer(
        &self,
        mut request: Request<RequestBody>,
    ) -> Response<Observed<AdminBody>> {
        let id = self.admin.next_request_id();
        let observation = Observation::begin(&self.metrics, Interface::Admin, id, &mut request);
        observation.of(self.answer_unobserved(request)).await
    }

    /// The same for what comes through the socket in the data folder. `scheme` is how S3 is spoken
    /// here, which links are made with.
    pub(crate) async fn answer_local(
        &self,
        mut request: Request<Incoming>,
        scheme: Scheme,
    ) -> Response<Observed<AdminBody>> {
        let id = self.admin.next_request_id();
        let observation = Observation::begin(&self.metrics, Interface::Admin, id, &mut request);
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        request.extensions_mut().insert(Client { address, scheme });
        let answering = async {
            let answer = self.admin.handle_local(Local::Socket, request).await;
            outcome_of(answer)
        };
        observation.of(answering).await
    }

    /// What is said of a request that nobody could read.
    pub(crate) fn refuse(&self, status: StatusCode) -> Response<Bytes> {
        self.admin.refuse_unreadable(status)
    }

    async fn answer_unobserved(
        &self,
        request: Request<RequestBody>,
    ) -> (Response<AnswerBody<AdminBody>>, Outcome) {
        let (mut head, body) = request.into_parts();
        let mut is_secure = false;
        if let Some(arrival) = head.extensions.remove::<Arrival>() {
            let (peer, scheme) = (arrival.peer.ip(), arrival.scheme);
            is_secure = scheme == Scheme::Https;
            self.proxies.borrow().apply(peer, scheme, &mut head);
        }
        let mut answer = self.admin.handle(Request::from_parts(head, body)).await;
        if is_secure {
            let always = HeaderValue::from_static(ONLY_TLS);
            answer
                .headers_mut()
                .insert(STRICT_TRANSPORT_SECURITY, always);
        }
        outcome_of(answer)
    }
}

fn outcome_of(answer: Response<AdminBody>) -> (Response<AnswerBody<AdminBody>>, Outcome) {
    let seen = answer.extensions().get::<Seen>().copied();
    let outcome = Outcome {
        operation: seen.map_or("unknown", |seen| seen.operation),
        error: seen.map_or("", |seen| seen.error),
    };
    (answer.map(AnswerBody::Streamed), outcome)
}

impl Counters for Metrics {
    fn counted(&self) -> Counted {
        self.totals()
    }

    fn certificates(&self) -> Vec<CertificateEnd> {
        self.certificate_ends()
    }
}
