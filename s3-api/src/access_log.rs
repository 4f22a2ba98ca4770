//! The log of requests that a bucket's owner asked for, as Amazon writes it: a line for each request,
//! and for what is done beside it, in objects of another bucket.
//!
//! It is a best effort, as with Amazon. Lines gather in memory, within a bound, and go out together
//! every few minutes, when there are many, and when the server stops; what was gathered when it is
//! killed is lost, and nobody waits for any of it.

mod beside;
mod collector;
mod deliver;
mod draft;
mod encryption;
mod entry;
mod name;
mod permission;
mod sender;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use beside::{Beside, Done};
pub use collector::AccessLogStats;
pub(crate) use collector::Collector;
pub(crate) use draft::Draft;
pub(crate) use encryption::can_be_written;
pub use entry::AccessEntry;
pub(crate) use name::{DELETE_OF_BATCH, of_source};
pub(crate) use permission::may_deliver;
