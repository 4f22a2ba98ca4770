//! Events: who wants to know of changes is told of them.
//!
//! [`Configuration`] is what a bucket's owner asks for. [`notes()`] makes of it what goes along with
//! a change into the engine, which writes an event in the same batch if the change does what was
//! asked about. [`Delivery`] tells targets what lies in their queues, at least once and in the
//! order of the changes of each key, through a [`Courier`]. What cannot be told ends among the
//! [`letter_page`].

mod configuration;
mod courier;
mod dead;
mod delivery;
mod message;
mod name;
mod note;
mod stats;
mod trouble;

pub use configuration::{Configuration, Filter, KIND, Rule, Service, TargetArn};
pub use courier::{Courier, Nobody, Undelivered};
pub use dead::{DeadLetter, LetterCursor, LetterPage, Waiting, letter_page, retry, waiting};
pub use delivery::{Delivery, Patience};
pub use message::test_message;
pub use name::{EventName, EventPattern};
pub use note::{Origin, notes};
pub use stats::EventStats;
pub use trouble::Trouble;
