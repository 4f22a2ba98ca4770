//! What the process tells about itself: the log and the metrics.

mod access_log;
mod events;
mod jobs;
mod lifecycle;
mod load;
pub(crate) mod log;
pub(crate) mod metrics;
pub(crate) mod printable;
pub(crate) mod request;
mod rows;
mod store;
mod tls;
pub(crate) mod usage;
