//! The command line as typed. `config` checks it; nothing else looks at it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(name = "cairn", version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve S3 from a data folder until told to stop
    Server(ServerArgs),
    /// Verify a data folder no server is running on: counters, references, every record
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Folder to verify
    #[arg(long, value_name = "DIR", env = "CAIRN_DATA")]
    pub(crate) data: PathBuf,

    /// Read and verify every byte of every object, not only the headers of their chunks
    #[arg(long)]
    pub(crate) read_data: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// Folder that holds everything: objects, index and root credential; made when it is missing
    #[arg(long, value_name = "DIR", env = "CAIRN_DATA")]
    pub(crate) data: PathBuf,

    /// Address and port to listen on; may be given several times
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "CAIRN_LISTEN",
        value_delimiter = ',',
        default_value = "127.0.0.1:9000"
    )]
    pub(crate) listen: Vec<String>,

    /// Region that clients sign for
    #[arg(
        long,
        value_name = "NAME",
        env = "CAIRN_REGION",
        default_value = "us-east-1"
    )]
    pub(crate) region: String,

    #[command(flatten)]
    pub(crate) log: LogArgs,
}

#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// Form of the log, which goes to standard error
    #[arg(
        long,
        value_name = "FORMAT",
        env = "CAIRN_LOG_FORMAT",
        default_value = "human"
    )]
    pub(crate) log_format: LogFormat,

    /// error, warn, info, debug, trace, or directives such as info,s3_api=debug
    #[arg(
        long,
        value_name = "LEVEL",
        env = "CAIRN_LOG_LEVEL",
        default_value = "info"
    )]
    pub(crate) log_level: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Human,
    Json,
}
