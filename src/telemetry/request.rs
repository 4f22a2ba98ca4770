//! Which request is being answered: what anybody logs meanwhile bears its name.

use std::future::Future;

use s3_api::RequestId;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// Answers under a name.
pub(crate) async fn within<F: Future>(id: RequestId, answering: F) -> F::Output {
    CURRENT.scope(id, answering).await
}

/// The request that is being answered by whoever asks, if one is.
pub(super) fn current() -> Option<RequestId> {
    CURRENT.try_with(RequestId::clone).ok()
}
