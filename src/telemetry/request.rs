//! Which request is being answered: what anybody logs meanwhile bears its name.

use std::future::Future;

use s3_api::RequestId;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// Answers under a name.
pub(crate) fn within<F: Future>(id: RequestId, answering: F) -> TaskLocalFuture<RequestId, F> {
    CURRENT.scope(id, answering)
}

/// The request that is being answered by whoever asks, if one is.
pub(super) fn current() -> Option<RequestId> {
    CURRENT.try_with(RequestId::clone).ok()
}
