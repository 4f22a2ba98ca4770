//! `cairn config`, as typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{JsonArgs, ServerArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every setting with the value that counts and where it comes from: default, file and
    /// line, environment or flag. `cairn setting list` shows those of a server
    /// that runs
    Show(ConfigShowArgs),
    /// Find everything that is wrong with a file
    Check(ConfigCheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigShowArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,

    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigCheckArgs {
    /// File to check
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
