//! `cairn audit`, as typed.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::{ClientArgs, count};

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Show changes, and attempts at them, the newest first
    List(AuditListArgs),
    /// Write them all as lines of JSON or as CSV, the newest first
    Export(AuditExportArgs),
}

/// Which of them.
#[derive(Debug, Clone, Args)]
pub(crate) struct AuditFilterArgs {
    /// Only of whom this is in the full name of
    #[arg(long, value_name = "TEXT")]
    pub(crate) who: Option<String>,

    /// Only what was done with it: the number of a session or a service token, or an access key
    #[arg(long, value_name = "ID")]
    pub(crate) credential: Option<String>,

    /// Only what is called so, such as DeleteBucket: an operation of the admin interface
    #[arg(long, value_name = "OPERATION")]
    pub(crate) action: Option<String>,

    /// Only what is about something whose name begins so: a bucket, BUCKET/KEY, a user
    #[arg(long, value_name = "PREFIX")]
    pub(crate) target: Option<String>,

    /// Only what ended so
    #[arg(long, value_name = "OUTCOME",
        value_parser = PossibleValuesParser::new(["done", "denied", "refused", "failed"]))]
    pub(crate) outcome: Option<String>,

    /// Only what came from an address that begins so; `socket`, `command line` and `configuration` are some
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,

    /// Only the request of this id, as a client was told it
    #[arg(long, value_name = "ID")]
    pub(crate) request_id: Option<String>,

    /// Not what was before: a time such as 2027-01-01T00:00:00Z, or so long ago, 24h
    #[arg(long, value_name = "WHEN")]
    pub(crate) from: Option<String>,

    /// Not what was after
    #[arg(long, value_name = "WHEN")]
    pub(crate) to: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AuditListArgs {
    #[command(flatten)]
    pub(crate) filter: AuditFilterArgs,

    /// How many at most; 0 for all there are
    #[arg(long, value_name = "COUNT", default_value = "100", value_parser = count)]
    pub(crate) limit: u64,

    /// Then go on and show what comes, until interrupted; the newest last
    #[arg(long, conflicts_with = "to")]
    pub(crate) follow: bool,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AuditExportArgs {
    /// File to make, which must not be there yet; standard output if none is given, or for `-`
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// Lines of JSON, or a table for spreadsheets
    #[arg(long, value_name = "FORMAT", default_value = "ndjson",
        value_parser = PossibleValuesParser::new(["ndjson", "csv"]))]
    pub(crate) format: String,

    #[command(flatten)]
    pub(crate) filter: AuditFilterArgs,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}
