//! `cairn key`, as typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{GivenKey, UserNameArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum AccessKeyCommand {
    /// Make a further access key of a user; shows it, and its secret if that was not given
    Add(KeyAddArgs),
    /// Show a user's access keys: key, state, when it was made and when it expires, in seconds
    /// since 1970
    List(UserNameArgs),
    /// Let an access key be used for nothing until it is enabled again
    Disable(KeyNameArgs),
    /// Let a disabled access key be used again
    Enable(KeyNameArgs),
    /// Remove an access key
    Remove(KeyNameArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KeyNameArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Access key
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
}

#[derive(Debug, Args)]
pub(crate) struct KeyAddArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    #[command(flatten)]
    pub(crate) key: GivenKey,

    /// From then on the key is unknown
    #[arg(long, value_name = "SECONDS SINCE 1970")]
    pub(crate) expires: Option<u64>,

    /// File with a policy that limits the key, whatever its user may do
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// What the key is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
}
