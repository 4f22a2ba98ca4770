//! `cairn bucket`, as typed.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::{ClientArgs, count};

#[derive(Debug, Subcommand)]
pub(crate) enum BucketCommand {
    /// Make a bucket of the server's own account
    Add(BucketAddArgs),
    /// Show all buckets, with exactly what they hold
    List(BucketListArgs),
    /// Show a bucket
    Show(BucketNameArgs),
    /// Remove an empty bucket
    Remove(BucketNameArgs),
    /// Delete everything in a bucket: all versions, and uploads that nobody has finished; exit code
    /// 3 if something is left
    Empty(BucketEmptyArgs),
    /// Say towards which user's limits a bucket counts
    #[command(subcommand)]
    Holder(BucketHolderCommand),
    /// Look after uploads that nobody has finished
    #[command(subcommand)]
    Upload(UploadCommand),
    /// Look after configurations of a bucket, in the JSON that Amazon's command line has for them
    #[command(subcommand)]
    Config(BucketConfigCommand),
}

#[derive(Debug, Args)]
pub(crate) struct BucketNameArgs {
    /// Name of the bucket
    #[arg(value_name = "BUCKET")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BucketAddArgs {
    #[command(flatten)]
    pub(crate) bucket: BucketNameArgs,

    /// Keep what is overwritten and deleted
    #[arg(long)]
    pub(crate) versioning: bool,

    /// Versions can be locked, which also turns versioning on; cannot be undone
    #[arg(long)]
    pub(crate) object_lock: bool,

    /// What it may hold, such as 10GiB, 10GB or 10000000 (bytes); 0 for no bound
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) quota: Option<String>,

    /// How many objects it may hold; 0 for no bound
    #[arg(long, value_name = "COUNT", value_parser = count, allow_negative_numbers = true)]
    pub(crate) quota_objects: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct BucketListArgs {
    /// Only those whose names begin so
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BucketEmptyArgs {
    #[command(flatten)]
    pub(crate) bucket: BucketNameArgs,

    /// Do it without asking, which must be said where nobody can be asked
    #[arg(long)]
    pub(crate) yes: bool,

    /// Delete what is locked in governance mode, too
    #[arg(long)]
    pub(crate) bypass_governance: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BucketHolderCommand {
    /// Count a bucket towards the limits of a user
    Set(BucketHolderArgs),
    /// Count a bucket towards nobody's limits
    Remove(BucketNameArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BucketHolderArgs {
    #[command(flatten)]
    pub(crate) bucket: BucketNameArgs,

    /// User, or USER@ACCOUNT
    #[arg(value_name = "USER")]
    pub(crate) user: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UploadCommand {
    /// Show the unfinished uploads to a bucket
    List(UploadsArgs),
    /// Give up an unfinished upload with all its parts
    Remove(UploadArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UploadsArgs {
    #[command(flatten)]
    pub(crate) bucket: BucketNameArgs,

    /// Only those to keys that begin so
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct UploadArgs {
    #[command(flatten)]
    pub(crate) bucket: BucketNameArgs,

    /// Key it is to
    #[arg(value_name = "KEY")]
    pub(crate) key: String,

    /// Id of the upload, as the list shows it
    #[arg(value_name = "UPLOAD")]
    pub(crate) id: String,
}

/// Configurations of a bucket, as the interface calls them.
pub(crate) const KINDS: [&str; 14] = [
    "versioning",
    "lifecycle",
    "cors",
    "policy",
    "acl",
    "encryption",
    "object-lock",
    "tagging",
    "notification",
    "logging",
    "website",
    "ownership",
    "public-access",
    "request-payment",
];

#[derive(Debug, Subcommand)]
pub(crate) enum BucketConfigCommand {
    /// Show which configurations a bucket has
    List(BucketNameArgs),
    /// Show a configuration
    #[command(alias = "get")]
    Show(BucketConfigArgs),
    /// Set a configuration, in place of the one there is
    Set(BucketConfigSetArgs),
    /// Remove a configuration
    Remove(BucketConfigArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BucketConfigArgs {
    /// Name of the bucket
    #[arg(value_name = "BUCKET")]
    pub(crate) name: String,

    /// Which configuration
    #[arg(value_name = "KIND", value_parser = PossibleValuesParser::new(KINDS))]
    pub(crate) kind: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BucketConfigSetArgs {
    #[command(flatten)]
    pub(crate) config: BucketConfigArgs,

    /// File with the configuration; standard input if none is given, or -
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
}
