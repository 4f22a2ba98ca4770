//! MD5, which S3 makes the ETag of most objects, for many uploads at a time.
//!
//! ```text
//! Md5Stream::update   lanes     the public service: a stream per upload, hashing threads
//!   schedule                    who is hashed next; queues and their bounds
//!     batch                     pieces of several messages advanced together
//!       state                   one message: carry and padding
//!         kernel                blocks into states, several lanes at once
//! ```

mod batch;
mod kernel;
mod lanes;
mod limits;
mod schedule;
mod state;
#[cfg(test)]
mod tests;

pub use lanes::{LaneHasher, Md5Stream};
pub use limits::INLINE_BYTES_MAX;
pub use state::{Md5, md5_inline};

/// What `schedule` synchronises with; a model check replaces this module.
mod sync {
    pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
}
