//! What there is: accounts, users, groups, roles, managed policies and their limits, keys, providers.
//!
//! These structs are rows, too: they are kept as JSON behind a byte that names the layout, see
//! `store/row.rs`. New fields need a default.

mod account;
mod entity;
mod ids;
mod key;
mod limits;
mod names;
mod provider;
mod usage;

#[cfg(test)]
mod tests;

pub use account::Account;
pub use entity::{Group, ManagedPolicy, PolicyVersion, Role, Tag, User};
pub(crate) use ids::random;
pub use ids::{
    Unique, new_access_key, new_account_number, new_canonical_id, new_secret, unique_id,
};
pub use key::{AccessKey, Holder, Secret};
pub use limits::{Limits, PolicyLimits};
pub(crate) use names::{check_email, check_name, check_path, check_session_name, check_tags};
pub use provider::Provider;
pub(crate) use provider::host_and_path;
pub use usage::LastUse;
pub(crate) use usage::Usage;

/// Seconds since 1970: as precise as IAM shows times.
pub type Seconds = u64;
