//! The embedded store's way to commit: one log, one committer, one index.

mod ahead;
mod committer;
mod embedded;
mod group;
mod holders;
mod late;
mod log;
mod progress;
mod replay;
#[cfg(test)]
mod rig;
mod tags;

pub(crate) use committer::APPLIED;
pub(crate) use embedded::{Embedded, EmbeddedOptions, accounts};
pub(crate) use group::Group;
pub(crate) use holders::Holders;
pub use holders::{Allowances, HOLDER, Holding};
pub use progress::CommitStats;
pub(crate) use progress::Progress;
pub(crate) use replay::{applied, replay};
pub(crate) use tags::Tags;
