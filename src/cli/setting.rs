//! `cairn setting`, as typed.

use clap::{Args, Subcommand};

use super::ClientArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum SettingCommand {
    /// Show every setting of the server, with where it comes from and when another value counts
    List(ClientArgs),
    /// Show one of them
    Show(SettingNameArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SettingNameArgs {
    /// Name of the setting, as the configuration file has it
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}
