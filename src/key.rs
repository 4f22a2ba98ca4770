//! `cairn key`: access keys of users, looked after while no server runs on them.

use std::process::ExitCode;

use identity::iam::{Iam, KeyRequest, KeyStatus, Paging};
use identity::limits::PAGE_ITEMS_MAX;
use identity::model::{AccessKey, Seconds};

use crate::accounts::{AccountError, account, check_key, read_policy, report, with_identity};
use crate::cli::{AccessKeyCommand, KeyAddArgs, KeyNameArgs, UserNameArgs};

pub(crate) fn run(command: &AccessKeyCommand) -> ExitCode {
    report(match command {
        AccessKeyCommand::Add(args) => add(args),
        AccessKeyCommand::List(args) => of_user(args, async |iam| {
            let all = Paging {
                marker: None,
                items_max: Some(PAGE_ITEMS_MAX),
            };
            let keys = iam.list_access_keys(None, all)?;
            let lines = keys.items.iter().map(|key| {
                let (_, last) = iam.last_use_of(&key.id)?;
                Ok(line(key, last.map(|last| last.at)))
            });
            lines.collect()
        }),
        AccessKeyCommand::Disable(args) => set(args, KeyStatus::Inactive),
        AccessKeyCommand::Enable(args) => set(args, KeyStatus::Active),
        AccessKeyCommand::Remove(KeyNameArgs { user, key }) => of_user(user, async |iam| {
            iam.delete_access_key(None, key).await?;
            Ok(Vec::new())
        }),
    })
}

fn add(args: &KeyAddArgs) -> Result<Vec<String>, AccountError> {
    check_key(
        args.key.access_key.as_deref(),
        args.key.secret_key.as_deref(),
    )?;
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    of_user(&args.user, async |iam| {
        let request = KeyRequest {
            id: args.key.access_key.as_deref(),
            secret: args.key.secret_key.as_deref(),
            expires: args.expires,
            restriction: policy.as_deref(),
            description: args.description.as_deref(),
        };
        let new = iam.create_access_key_as(None, request).await?;
        // A secret that was given is known already; one that was made is shown this once.
        Ok(vec![match args.key.secret_key {
            Some(_) => new.key.id,
            None => format!("{}\t{}", new.key.id, new.secret.expose()),
        }])
    })
}

fn set(args: &KeyNameArgs, status: KeyStatus) -> Result<Vec<String>, AccountError> {
    of_user(&args.user, async |iam| {
        iam.update_access_key(None, &args.key, status).await?;
        Ok(Vec::new())
    })
}

fn of_user<T>(
    args: &UserNameArgs,
    work: impl AsyncFnOnce(&Iam<'_>) -> Result<T, AccountError>,
) -> Result<T, AccountError> {
    with_identity(&args.data, async |identity| {
        let user = account(&identity, &args.name)?;
        work(&identity.iam_of(&user)).await
    })
}

fn line(key: &AccessKey, last_used: Option<Seconds>) -> String {
    let state = if key.active { "enabled" } else { "disabled" };
    let time = |seconds: Option<Seconds>| match seconds {
        Some(seconds) => seconds.to_string(),
        None => "-".to_owned(),
    };
    let (expires, last_used) = (time(key.expires), time(last_used));
    format!(
        "{}\t{state}\t{}\t{expires}\t{last_used}",
        key.id, key.created
    )
}
