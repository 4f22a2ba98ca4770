//! What the process tells about itself: the log and the metrics.

mod access_log;
mod events;
mod lifecycle;
mod load;
pub(crate) mod log;
pub(crate) mod metrics;
pub(crate) mod printable;
pub(crate) mod request;
mod rows;
mod store;
pub(crate) mod usage;
