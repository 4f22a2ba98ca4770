//! Lifecycle: what becomes of versions and uploads as they grow old.
//!
//! [`Configuration`] is what a bucket's owner asks for. [`decide()`] says what that means for one
//! version at one moment; it is pure. `walk` goes through a bucket and gathers what is to be
//! done, [`Lifecycle`] does it, once a day and whenever rules have changed. [`plan_page`] only tells.

mod calendar;
mod configuration;
mod decide;
mod dry_run;
mod perform;
mod progress;
mod report;
mod runner;
mod stats;
mod walk;

pub use calendar::Day;
pub use configuration::{
    And, Configuration, Expiration, Filter, KIND, NoncurrentExpiration, NoncurrentTransition, Rule,
    Scope, Status, StorageClass, Transition, TransitionMinimum, TransitionTime,
};
pub use decide::{
    Action, Decision, Facts, Place, Versions, abort_of, decide, expiration_of, needs_tags,
};
pub use dry_run::{PlanCursor, PlanPage, plan_page};
pub use report::{Counts, RunReport, reports};
pub use runner::Lifecycle;
pub use stats::LifecycleStats;
pub use walk::{Planned, Subject, Task};
