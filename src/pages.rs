//! The server's own pages: health and metrics.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use storage_engine::EngineStats;
use tracing::error;

use crate::telemetry::metrics::Metrics;

/// The process runs and answers; nothing else is asked.
pub(crate) fn live() -> Response<Bytes> {
    page(StatusCode::OK, "live\n".into())
}

/// Whether to send requests here: not any more once stopping has begun or the store has stopped.
pub(crate) fn ready(obstacle: Option<&'static str>) -> Response<Bytes> {
    match obstacle {
        None => page(StatusCode::OK, "ready\n".into()),
        Some(obstacle) => page(StatusCode::SERVICE_UNAVAILABLE, format!("{obstacle}\n")),
    }
}

pub(crate) fn metrics(
    metrics: &Metrics,
    store: Result<EngineStats, storage_engine::Error>,
    usage: &str,
) -> Response<Bytes> {
    // A store that cannot be asked must not hide the rest.
    let store = store.unwrap_or_else(|e| {
        error!(error = %e, "the store cannot be asked for its statistics");
        EngineStats::default()
    });
    match metrics.render(&store) {
        Ok(mut text) => {
            text.push_str(usage);
            let mut answer = page(StatusCode::OK, text);
            let versioned = HeaderValue::from_static(prometheus::TEXT_FORMAT);
            answer.headers_mut().insert(CONTENT_TYPE, versioned);
            answer
        }
        Err(e) => {
            error!(error = %e, "metrics cannot be rendered");
            let text = "metrics cannot be rendered, the log says why\n";
            page(StatusCode::INTERNAL_SERVER_ERROR, text.into())
        }
    }
}

fn page(status: StatusCode, text: String) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(text));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(CONTENT_TYPE, plain);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
