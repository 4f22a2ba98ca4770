//! `cairn kms`, as typed.

use clap::{Args, Subcommand};

use super::ClientArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum KmsCommand {
    /// Look after keys that wrap the keys of objects
    #[command(subcommand)]
    Key(KmsKeyCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum KmsKeyCommand {
    /// Make a key, which can be disabled and never deleted
    #[command(alias = "create")]
    Add(KmsKeyArgs),
    /// Show all keys
    List(ClientArgs),
    /// Show a key
    Show(KmsKeyArgs),
    /// Wrap with a new version from now on; what older ones wrapped still opens
    Rotate(KmsKeyArgs),
    /// Let a key wrap and open nothing until it is enabled again
    Disable(KmsKeyArgs),
    /// Let a disabled key be used again
    Enable(KmsKeyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KmsKeyArgs {
    /// Name of the key, as clients give it in x-amz-server-side-encryption-aws-kms-key-id
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}
