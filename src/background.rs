//! What the server does beside answering requests.

use std::sync::Arc;

use pipeline::events::{Courier, Delivery};
use pipeline::lifecycle::Lifecycle;
use storage_engine::Engine;
use storage_engine::clock::SystemClock;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::error;

use crate::config::ServerConfig;

/// Runs until it is told to stop, like the listeners.
pub(crate) struct Background {
    lifecycle: Arc<Lifecycle>,
    delivery: Arc<Delivery>,
    tasks: [(&'static str, JoinHandle<()>); 2],
}

impl Background {
    pub(crate) fn start(
        engine: &Arc<Engine>,
        config: &ServerConfig,
        courier: Arc<dyn Courier>,
        stopping: watch::Receiver<bool>,
    ) -> Background {
        let (clock, day) = (Arc::new(SystemClock), config.lifecycle_day);
        let lifecycle = Lifecycle::new(Arc::clone(engine), clock.clone(), day);
        let lifecycle = Arc::new(lifecycle);
        let region = config.region.as_str();
        let delivery = Delivery::new(Arc::clone(engine), clock, courier, region);
        let delivery = Arc::new(delivery);
        let following = tokio::spawn({
            let (lifecycle, stopping) = (Arc::clone(&lifecycle), stopping.clone());
            async move { lifecycle.serve(stopping).await }
        });
        let telling = tokio::spawn({
            let delivery = Arc::clone(&delivery);
            async move { delivery.serve(stopping).await }
        });
        Background {
            lifecycle,
            delivery,
            tasks: [("lifecycle", following), ("events", telling)],
        }
    }

    pub(crate) fn lifecycle(&self) -> &Arc<Lifecycle> {
        &self.lifecycle
    }

    pub(crate) fn delivery(&self) -> &Arc<Delivery> {
        &self.delivery
    }

    /// Returns once everything has stopped; it has been told to before.
    pub(crate) async fn ended(self) {
        for (name, task) in self.tasks {
            if let Err(e) = task.await {
                error!(error = %e, "{name} ended by a bug");
            }
        }
    }
}
