//! `cairn key`, as typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ClientArgs, GivenKey};

#[derive(Debug, Subcommand)]
pub(crate) enum AccessKeyCommand {
    /// Make a further access key of a user or an account, whose secret is shown this once
    Add(KeyAddArgs),
    /// Show the access keys of a user or an account
    List(KeyHolderArgs),
    /// Let an access key be used for nothing until it is enabled again
    Disable(KeyNameArgs),
    /// Let a disabled access key be used again
    Enable(KeyNameArgs),
    /// Remove an access key
    Remove(KeyNameArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KeyHolderArgs {
    /// User or account whose keys they are
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct KeyNameArgs {
    #[command(flatten)]
    pub(crate) user: KeyHolderArgs,

    /// Access key, as the list shows it
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
}

#[derive(Debug, Args)]
pub(crate) struct KeyAddArgs {
    #[command(flatten)]
    pub(crate) user: KeyHolderArgs,

    #[command(flatten)]
    pub(crate) key: GivenKey,

    /// From then on the key is unknown: a time such as 2027-01-01T00:00:00Z, or from now on, 90d
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,

    /// File with a policy that limits the key, whatever its user may do; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// What the key is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
}
