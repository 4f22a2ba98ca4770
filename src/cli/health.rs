//! `cairn health` and `cairn completions`, as typed.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::place::HEADING;
use super::{CertificateArgs, JsonArgs};

#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Where the server is; without it, where the server is that runs on the data folder, or else
    /// the first address that is configured
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    pub(crate) endpoint: Option<String>,

    /// File with the settings of the server, as for `cairn server`
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    pub(crate) config: Option<PathBuf>,

    /// Data folder of the server, as for `cairn server`
    #[arg(long, value_name = "DIR", help_heading = HEADING)]
    pub(crate) data: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) certificate: CertificateArgs,

    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}
