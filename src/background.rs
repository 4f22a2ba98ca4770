//! What the server does beside answering requests.

use std::sync::Arc;

use pipeline::lifecycle::{Day, Lifecycle};
use storage_engine::Engine;
use storage_engine::clock::SystemClock;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::error;

/// Runs until it is told to stop, like the listeners.
pub(crate) struct Background {
    lifecycle: Arc<Lifecycle>,
    following: JoinHandle<()>,
}

impl Background {
    pub(crate) fn start(
        engine: &Arc<Engine>,
        day: Day,
        stopping: watch::Receiver<bool>,
    ) -> Background {
        let lifecycle = Lifecycle::new(Arc::clone(engine), Arc::new(SystemClock), day);
        let lifecycle = Arc::new(lifecycle);
        let following = tokio::spawn({
            let lifecycle = Arc::clone(&lifecycle);
            async move { lifecycle.serve(stopping).await }
        });
        Background {
            lifecycle,
            following,
        }
    }

    pub(crate) fn lifecycle(&self) -> &Arc<Lifecycle> {
        &self.lifecycle
    }

    /// Returns once everything has stopped; it has been told to before.
    pub(crate) async fn ended(self) {
        if let Err(e) = self.following.await {
            error!(error = %e, "lifecycle ended by a bug");
        }
    }
}
