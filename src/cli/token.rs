//! `cairn token`, as typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ClientArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a service token, which is shown this once
    #[command(alias = "create")]
    Add(TokenAddArgs),
    /// Show service tokens: what they are for, until when, and when they were used
    List(TokensArgs),
    /// Remove a service token, which is refused from then on
    #[command(alias = "delete")]
    Remove(TokenIdArgs),
}

/// Whose they are.
#[derive(Debug, Args)]
pub(crate) struct TokensArgs {
    /// Of this user; without it one's own: of whoever has logged in, or of the server's root where
    /// the data folder is named
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TokenAddArgs {
    /// What the token is for
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// From then on it is refused: a time such as 2027-01-01T00:00:00Z, or from now on, 90d; 366
    /// days at most
    #[arg(long, value_name = "WHEN", default_value = "90d")]
    pub(crate) expires: String,

    /// File with a policy that limits the token, whatever its user may do; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) whose: TokensArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TokenIdArgs {
    /// Id of the token, as the list shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) whose: TokensArgs,
}
