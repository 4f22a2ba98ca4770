//! `cairn session` and `cairn profile`, as typed.

use clap::{Args, Subcommand};

use super::ClientArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum SessionCommand {
    /// Show where one is logged in, which takes the access token of a login, or where a user is
    List(SessionListArgs),
    /// End one of one's own sessions, or one of a user
    Remove(SessionIdArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SessionListArgs {
    /// Of this user; one's own without it
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SessionIdArgs {
    /// Id of the session, as the list shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// Of this user; one's own without it
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Show whom the token stands for, with limits, usage and second factor
    Show(ClientArgs),
}
