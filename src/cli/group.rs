//! `cairn group`, as typed.

use clap::{Args, Subcommand};

use super::{ClientArgs, SearchArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// Make a group
    Add(GroupAddArgs),
    /// Show all groups
    List(SearchArgs),
    /// Show a group: its members and policies
    Show(GroupNameArgs),
    /// Remove a group with its policies; its members stay users
    Remove(GroupNameArgs),
    /// Give a group another name; its members and policies stay
    Rename(GroupRenameArgs),
    /// Give a group another path in its full name
    Move(GroupMoveArgs),
    /// Put users into a group
    Join(MembersArgs),
    /// Take users out of a group
    Leave(MembersArgs),
}

#[derive(Debug, Args)]
pub(crate) struct GroupNameArgs {
    /// Name of the group
    #[arg(value_name = "GROUP")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct GroupAddArgs {
    #[command(flatten)]
    pub(crate) group: GroupNameArgs,

    /// Managed policy to attach; may be given several times
    #[arg(long = "policy", value_name = "POLICY")]
    pub(crate) policies: Vec<String>,

    /// Path in its full name, such as /staff/
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct MembersArgs {
    #[command(flatten)]
    pub(crate) group: GroupNameArgs,

    /// Users
    #[arg(value_name = "USER", required = true)]
    pub(crate) users: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct GroupRenameArgs {
    #[command(flatten)]
    pub(crate) group: GroupNameArgs,

    /// Its name from now on
    #[arg(value_name = "NEW_NAME")]
    pub(crate) new_name: String,
}

#[derive(Debug, Args)]
pub(crate) struct GroupMoveArgs {
    #[command(flatten)]
    pub(crate) group: GroupNameArgs,

    /// Its path from now on, such as /staff/
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
}
