//! The command line as typed. `config` checks it; nothing else looks at it.

mod audit;
mod bucket;
mod config;
mod events;
mod examples;
mod group;
mod health;
mod job;
mod key;
mod kms;
mod lifecycle;
mod place;
mod policy;
mod quota;
mod server;
mod session;
mod setting;
#[cfg(test)]
mod tests;
mod token;
mod typed;
mod user;

use std::ops::Deref;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use audit::{AuditCommand, AuditExportArgs, AuditFilterArgs, AuditListArgs};
pub(crate) use bucket::{
    BucketAddArgs, BucketCommand, BucketConfigArgs, BucketConfigCommand, BucketConfigSetArgs,
    BucketEmptyArgs, BucketHolderCommand, BucketListArgs, BucketNameArgs, KINDS, UploadArgs,
    UploadCommand, UploadsArgs,
};
pub(crate) use config::{ConfigCheckArgs, ConfigCommand, ConfigShowArgs};
pub(crate) use events::{EventsArgs, EventsCommand, EventsRemoveArgs};
pub(crate) use group::{GroupAddArgs, GroupCommand, GroupNameArgs, MembersArgs};
pub(crate) use health::{CompletionsArgs, HealthArgs};
pub(crate) use job::{JobCommand, JobIdArgs, JobShowArgs};
pub(crate) use key::{AccessKeyCommand, KeyAddArgs, KeyHolderArgs, KeyNameArgs};
pub(crate) use kms::{KmsCommand, KmsKeyArgs, KmsKeyCommand};
pub(crate) use lifecycle::{LifecycleCommand, LifecycleRunArgs};
pub(crate) use place::{CertificateArgs, ClientArgs, Place, PlaceArgs, SearchArgs, ServerPlace};
pub(crate) use policy::{
    InsideArgs, LimitsArgs, LimitsCommand, LimitsSetArgs, ManagedPolicyArgs, PolicyAddArgs,
    PolicyCommand, PolicyHolderCommand, PolicyHoldersArgs, PolicyListArgs, PolicyNameArgs,
    PolicySetArgs, PolicyTestArgs, PolicyVersionArgs, PolicyVersionCommand,
};
pub(crate) use quota::{QuotaCommand, QuotaSetArgs, StatusArgs};
pub(crate) use server::ServerArgs;
pub(crate) use session::{ProfileCommand, SessionCommand, SessionIdArgs, SessionListArgs};
pub(crate) use setting::{SettingCommand, SettingNameArgs};
pub(crate) use token::{TokenAddArgs, TokenCommand, TokenIdArgs, TokensArgs};
pub(crate) use typed::{command, typed};
pub(crate) use user::{
    AccountAddArgs, AccountCommand, AccountNameArgs, BoundaryCommand, PermissionCommand,
    SecondFactorCommand, TagCommand, UserAddArgs, UserCommand, UserMoveArgs, UserNameArgs,
    UserPasswordArgs, UserRenameArgs,
};

#[derive(Debug, Parser)]
#[command(name = "cairn", version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve S3 from a data folder until told to stop
    #[command(after_help = examples::help(&examples::SERVER))]
    Server(ServerArgs),
    /// Verify a store, served or not: counters, references, every record
    #[command(after_help = examples::help(&examples::CHECK))]
    Check(CheckArgs),
    /// Read everything that is stored, served or not, to find what has rotted
    #[command(after_help = examples::help(&examples::SCRUB))]
    Scrub(ScrubArgs),
    /// Copy a store, served or not, into another folder; again into the same one copies what is new
    #[command(after_help = examples::help(&examples::BACKUP))]
    Backup(BackupArgs),
    /// Make a data folder from a backup, where there is none or an empty one
    #[command(after_help = examples::help(&examples::RESTORE))]
    Restore(RestoreArgs),
    /// Look after buckets and their configurations
    #[command(subcommand, after_help = examples::help(&examples::BUCKET))]
    Bucket(BucketCommand),
    /// Limit what a bucket may hold
    #[command(subcommand, after_help = examples::help(&examples::QUOTA))]
    Quota(QuotaCommand),
    /// Show what lifecycle rules would do and have done, or follow them now
    #[command(subcommand, after_help = examples::help(&examples::LIFECYCLE))]
    Lifecycle(LifecycleCommand),
    /// Show what webhooks have not been told, or have it told again
    #[command(subcommand, after_help = examples::help(&examples::EVENTS))]
    Events(EventsCommand),
    /// Look after the keys of encrypted objects
    #[command(subcommand, after_help = examples::help(&examples::KMS))]
    Kms(KmsCommand),
    /// Look after users: who may do what policies let them do
    #[command(subcommand, after_help = examples::help(&examples::USER))]
    User(UserCommand),
    /// Look after groups of users
    #[command(subcommand, after_help = examples::help(&examples::GROUP))]
    Group(GroupCommand),
    /// Look after policies, and find out what they let somebody do
    #[command(subcommand, after_help = examples::help(&examples::POLICY))]
    Policy(PolicyCommand),
    /// Look after the access keys of users and accounts
    #[command(subcommand, after_help = examples::help(&examples::KEY))]
    Key(AccessKeyCommand),
    /// Look after service tokens, which programs administrate with from afar
    #[command(subcommand, after_help = examples::help(&examples::TOKEN))]
    Token(TokenCommand),
    /// Show where one is logged in, and end sessions
    #[command(subcommand, after_help = examples::help(&examples::SESSION))]
    Session(SessionCommand),
    /// Show who one is
    #[command(subcommand, after_help = examples::help(&examples::PROFILE))]
    Profile(ProfileCommand),
    /// Look after accounts: who buckets belong to
    #[command(subcommand, after_help = examples::help(&examples::ACCOUNT))]
    Account(AccountCommand),
    /// Show long work that a server does, and end it
    #[command(subcommand, after_help = examples::help(&examples::JOB))]
    Job(JobCommand),
    /// Show who changed what, from where, and what came of it
    #[command(subcommand, after_help = examples::help(&examples::AUDIT))]
    Audit(AuditCommand),
    /// Show what a running server runs with
    #[command(subcommand, after_help = examples::help(&examples::SETTING))]
    Setting(SettingCommand),
    /// Show health, capacity and rates of a server, and what needs attention; exit code 3 if
    /// something does
    #[command(after_help = examples::help(&examples::STATUS))]
    Status(StatusArgs),
    /// Ask a server whether it is ready; exit code 0 if so, 1 if not
    #[command(after_help = examples::help(&examples::HEALTH))]
    Health(HealthArgs),
    /// Print what a shell needs to complete commands and flags
    #[command(after_help = examples::help(&examples::COMPLETIONS))]
    Completions(CompletionsArgs),
    /// Show the configuration, or check a file of it
    #[command(subcommand, after_help = examples::help(&examples::CONFIG))]
    Config(ConfigCommand),
}

/// The data folder that a command works on. As an argument it is stated here and nowhere else.
#[derive(Debug, Args)]
pub(crate) struct DataFolder {
    /// Data folder
    #[arg(
        long = "data",
        value_name = "DIR",
        env = "CAIRN_DATA",
        hide_env_values = true
    )]
    path: PathBuf,
}

impl Deref for DataFolder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

/// For programs that read what is shown.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct JsonArgs {
    /// Show it as JSON, and what went wrong too
    #[arg(long = "json")]
    pub(crate) wanted: bool,
}

/// An access key that is taken over from elsewhere.
#[derive(Debug, Args)]
pub(crate) struct GivenKey {
    /// Access key; made, with its secret, if it is not given
    #[arg(long, value_name = "KEY")]
    pub(crate) access_key: Option<String>,

    /// Its secret
    #[arg(
        long,
        value_name = "SECRET",
        env = "CAIRN_SECRET_KEY",
        hide_env_values = true
    )]
    pub(crate) secret_key: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ScrubArgs {
    #[command(flatten)]
    pub(crate) json: JsonArgs,

    #[command(flatten)]
    pub(crate) place: PlaceArgs,

    #[command(flatten)]
    pub(crate) rate: RateArgs,

    /// Go on where an interrupted scrub said it stopped
    #[arg(long, value_name = "SEGMENT:OFFSET")]
    pub(crate) from: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) json: JsonArgs,

    #[command(flatten)]
    pub(crate) place: PlaceArgs,

    /// Folder to copy to, of the server's machine: empty, or an earlier backup of the same store
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,

    /// What to read of the copy once it is made
    #[arg(long, value_name = "WHAT", default_value = "new")]
    pub(crate) verify: Verify,

    #[command(flatten)]
    pub(crate) rate: RateArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Verify {
    /// Every byte of what no backup to this folder has read before
    New,
    /// Every byte, also of what an earlier backup has brought
    All,
    /// Only where chunks begin, and what replaces an earlier copy: other damage is not noticed
    Heads,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    pub(crate) json: JsonArgs,

    /// Backup to restore from
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,

    #[command(flatten)]
    pub(crate) data: DataFolder,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) json: JsonArgs,

    #[command(flatten)]
    pub(crate) place: PlaceArgs,

    /// Read and verify every byte of every object, not only the headers of their chunks
    #[arg(long)]
    pub(crate) read_data: bool,

    #[command(flatten)]
    pub(crate) rate: RateArgs,
}

/// A number of things, where 0 is no bound.
fn count(text: &str) -> Result<u64, String> {
    let count = text.parse();
    count.map_err(|_| "expected a whole number such as 100000, or 0 for no bound".to_owned())
}

/// How much of the drive a command may take from others.
#[derive(Debug, Args)]
pub(crate) struct RateArgs {
    /// Read at most this many MiB a second, 0 for no bound; without it 64 where a server does it, and
    /// no bound where none runs
    #[arg(long = "rate", value_name = "MIB", value_parser = clap::value_parser!(u64).range(..=1 << 40))]
    pub(crate) mib: Option<u64>,
}

impl RateArgs {
    pub(crate) fn bytes_per_second(&self) -> u64 {
        self.mib.unwrap_or_default() << 20
    }
}
