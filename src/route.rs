//! Which part of the server a request is for: a pure decision over its head.

#[cfg(test)]
mod tests;

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Live,
    Ready,
    Metrics,
    S3,
}

/// The server's own pages answer only plain reads: exactly this path, no query, nothing that signs.
/// Buckets named `health` and `metrics` therefore stay fully usable with signed requests.
pub(crate) fn route(request: &Parts) -> Route {
    if is_plain_read(&request.method, &request.uri, &request.headers) {
        match request.uri.path() {
            "/health/live" => return Route::Live,
            "/health/ready" => return Route::Ready,
            "/metrics" => return Route::Metrics,
            _ => {}
        }
    }
    Route::S3
}

fn is_plain_read(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
        && uri.query().is_none()
        && !headers.contains_key(AUTHORIZATION)
}
