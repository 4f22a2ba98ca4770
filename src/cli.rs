//! The command line as typed. `config` checks it; nothing else looks at it.

mod key;
mod user;

use std::ops::Deref;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use key::{AccessKeyCommand, KeyAddArgs, KeyNameArgs};
pub(crate) use user::{
    PolicyAttachArgs, PolicyCommand, PolicyNameArgs, UserAddArgs, UserCommand, UserNameArgs,
};

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
    /// Read everything stored in a folder no server is running on, to find what has rotted
    Scrub(ScrubArgs),
    /// Copy a data folder no server is running on into another; again into the same one copies
    /// what is new
    Backup(BackupArgs),
    /// Make a data folder from a backup, where there is none or an empty one
    Restore(RestoreArgs),
    /// Show what lifecycle rules would do, or have done, in a data folder no server is running on
    Lifecycle(LifecycleArgs),
    /// Show events that could not be told, or have them told again, in a data folder no server is
    /// running on
    #[command(subcommand)]
    Events(EventsCommand),
    /// Look after the keys of encrypted objects, in a data folder no server is running on
    #[command(subcommand)]
    Kms(KmsCommand),
    /// Look after the users of a data folder no server is running on
    #[command(subcommand)]
    User(UserCommand),
    /// Look after the access keys of users, in a data folder no server is running on
    #[command(subcommand)]
    Key(AccessKeyCommand),
}

/// The data folder that a command works on. As an argument it is stated here and nowhere else.
#[derive(Debug, Args)]
pub(crate) struct DataFolder {
    /// Data folder; no server may be running on it
    #[arg(long = "data", value_name = "DIR", env = "CAIRN_DATA")]
    path: PathBuf,
}

impl Deref for DataFolder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

/// A data folder, and nothing else.
#[derive(Debug, Args)]
pub(crate) struct FolderArgs {
    #[command(flatten)]
    pub(crate) data: DataFolder,
}

/// An access key that is taken over from elsewhere.
#[derive(Debug, Args)]
pub(crate) struct GivenKey {
    /// Access key; made, with its secret, if it is not given
    #[arg(long, value_name = "KEY")]
    pub(crate) access_key: Option<String>,

    #[arg(
        long,
        value_name = "SECRET",
        env = "CAIRN_SECRET_KEY",
        hide_env_values = true
    )]
    pub(crate) secret_key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// Show how many events wait for each webhook, and each one that was given up
    List(FolderArgs),
    /// Let events that were given up be told again at the next start
    Retry(EventsRetryArgs),
}

#[derive(Debug, Args)]
pub(crate) struct EventsRetryArgs {
    #[command(flatten)]
    pub(crate) data: DataFolder,

    /// Only those for this webhook
    #[arg(long, value_name = "NAME")]
    pub(crate) webhook: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KmsCommand {
    /// Keys that wrap the keys of objects
    #[command(subcommand)]
    Key(KeyCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key
    Create(KeyArgs),
    /// Show all keys: name, state, versions, and when each was made in seconds since 1970
    List(FolderArgs),
    /// Wrap with a new version from now on; what older ones wrapped still opens
    Rotate(KeyArgs),
    /// Let a key wrap and open nothing until it is enabled again
    Disable(KeyArgs),
    /// Let a disabled key be used again
    Enable(KeyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// Name of the key, as clients give it in x-amz-server-side-encryption-aws-kms-key-id
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) data: DataFolder,
}

#[derive(Debug, Args)]
pub(crate) struct ScrubArgs {
    #[command(flatten)]
    pub(crate) data: DataFolder,

    /// Read at most this many MiB a second; 0 for as fast as it goes
    #[arg(long, value_name = "MIB", default_value_t = 0)]
    pub(crate) rate: u64,

    /// Go on where an interrupted scrub said it stopped
    #[arg(long, value_name = "SEGMENT:OFFSET")]
    pub(crate) from: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) data: DataFolder,

    /// Folder to copy to: empty, or an earlier backup of the same store
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// Backup to restore from
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,

    #[command(flatten)]
    pub(crate) data: DataFolder,
}

#[derive(Debug, Args)]
#[group(id = "show", required = true, multiple = false, args = ["dry_run", "runs"])]
pub(crate) struct LifecycleArgs {
    #[command(flatten)]
    pub(crate) data: DataFolder,

    /// Show everything the rules of this bucket would do now, and by which rule; change nothing
    #[arg(long, value_name = "BUCKET")]
    pub(crate) dry_run: Option<String>,

    /// Show what the last runs did
    #[arg(long)]
    pub(crate) runs: bool,

    #[command(flatten)]
    pub(crate) day: DayArgs,
}

/// Only tests have another day than everybody else.
#[derive(Debug, Args)]
pub(crate) struct DayArgs {
    /// Length of a day for lifecycle rules, for tests: nobody waits for a day there
    #[arg(
        long,
        value_name = "SECONDS",
        env = "CAIRN_LIFECYCLE_DAY",
        default_value_t = 86_400
    )]
    pub(crate) lifecycle_day: u64,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) data: DataFolder,

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

    /// Domain beneath which names are buckets: bucket.NAME; may be given several times
    #[arg(
        long = "domain",
        value_name = "NAME",
        env = "CAIRN_DOMAIN",
        value_delimiter = ','
    )]
    pub(crate) domains: Vec<String>,

    /// The same for buckets as websites, on every listener
    #[arg(
        long = "website-domain",
        value_name = "NAME",
        env = "CAIRN_WEBSITE_DOMAIN",
        value_delimiter = ','
    )]
    pub(crate) website_domains: Vec<String>,

    /// Address and port that serve nothing but websites; may be given several times
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "CAIRN_WEBSITE_LISTEN",
        value_delimiter = ','
    )]
    pub(crate) website_listen: Vec<String>,

    /// Proxies whose X-Forwarded-For, -Host and -Proto are believed; may be given several times
    #[arg(
        long = "trusted-proxy",
        value_name = "CIDR",
        env = "CAIRN_TRUSTED_PROXY",
        value_delimiter = ','
    )]
    pub(crate) trusted_proxies: Vec<String>,

    /// Accept signatures of Version 2 too, which sign neither the host nor the body
    #[arg(long, env = "CAIRN_SIGV2")]
    pub(crate) sigv2: bool,

    /// Receiver of events: buckets name it arn:cairn:sqs::NAME:webhook; may be given several times
    #[arg(
        long = "webhook",
        value_name = "NAME=URL",
        env = "CAIRN_WEBHOOK",
        value_delimiter = ' '
    )]
    pub(crate) webhooks: Vec<String>,

    /// File with the bearer token for a receiver of events; may be given several times
    #[arg(
        long = "webhook-token",
        value_name = "NAME=FILE",
        env = "CAIRN_WEBHOOK_TOKEN",
        value_delimiter = ' '
    )]
    pub(crate) webhook_tokens: Vec<String>,

    /// How often the access logs of buckets are written
    #[arg(
        long,
        value_name = "SECONDS",
        env = "CAIRN_ACCESS_LOG_INTERVAL",
        default_value_t = 300
    )]
    pub(crate) access_log_interval: u64,

    #[command(flatten)]
    pub(crate) day: DayArgs,

    /// What a new bucket is set to whose maker says nothing: BucketOwnerEnforced (access control
    /// lists do not count), BucketOwnerPreferred or ObjectWriter (they do)
    #[arg(
        long,
        value_name = "OWNERSHIP",
        env = "CAIRN_OBJECT_OWNERSHIP",
        default_value = "BucketOwnerEnforced"
    )]
    pub(crate) object_ownership: String,

    /// From where customers' own encryption keys are taken: private for this machine only (and
    /// TLS, once there is some), anywhere where something before the server encrypts the way
    #[arg(
        long,
        value_name = "WHERE",
        env = "CAIRN_CUSTOMER_KEYS",
        default_value = "private"
    )]
    pub(crate) customer_keys: CustomerKeysFrom,

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
pub(crate) enum CustomerKeysFrom {
    Private,
    Anywhere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Human,
    Json,
}
