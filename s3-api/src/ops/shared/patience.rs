//! Waiting for what is quick in nearly all cases, and in the others would keep a client waiting
//! in silence.

use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use bytes::Bytes;
use std::pin::Pin;
use std::time::Duration;

pub(crate) enum Waited<T> {
    Soon(T),
    /// Still at work.
    Late(Pin<Box<dyn Future<Output = T> + Send>>),
}

pub(crate) async fn wait<T>(
    request: &Permitted<'_>,
    work: impl Future<Output = T> + Send + 'static,
) -> Waited<T> {
    wait_for(request.settings().silence, work).await
}

/// Answers a request whose document is still being made. What goes wrong becomes one too.
pub(crate) fn answer(
    request: &Permitted<'_>,
    making: impl Future<Output = Result<Bytes, S3Error>> + Send + 'static,
) -> Answer {
    let resource = request.parts().uri.path().to_owned();
    let request_id = request.request_id().to_owned();
    let host_id = request.settings().host_id.clone();
    response::late(request.settings().silence, async move {
        let made = making.await;
        made.unwrap_or_else(|error| error.document(&resource, &request_id, &host_id))
    })
}

async fn wait_for<T>(
    patience: Duration,
    work: impl Future<Output = T> + Send + 'static,
) -> Waited<T> {
    let mut work: Pin<Box<dyn Future<Output = T> + Send>> = Box::pin(work);
    match tokio::time::timeout(patience, &mut work).await {
        Ok(done) => Waited::Soon(done),
        Err(_) => Waited::Late(work),
    }
}

#[cfg(test)]
mod tests;
