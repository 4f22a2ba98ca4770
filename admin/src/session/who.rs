//! Who somebody is, and what he may.

use crate::call::Call;
use crate::limits::ASKED_ACTIONS_MAX;
use crate::refused::Refused;
use identity::policy::PrincipalKind;
use identity::{Caller, Owner};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who somebody is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Who {
    /// As typed at a login.
    name: String,
    arn: String,
    kind: WhoKind,
    /// The name of the account.
    account: String,
    /// May do everything: the server's own root.
    is_administrator: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhoKind {
    /// The root of an account.
    Account,
    User,
}

impl Who {
    pub(crate) fn of(caller: &Caller, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            arn: caller.arn().to_owned(),
            kind: match caller.kind() {
                PrincipalKind::User => WhoKind::User,
                _ => WhoKind::Account,
            },
            account: caller.account().name.clone(),
            is_administrator: caller.is_administrator(),
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MayQuery {
    /// Actions, separated by commas: `s3:CreateBucket,iam:CreateUser`.
    may: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Described {
    user: Who,
    /// Seconds until the token expires.
    expires_in: u64,
    /// Of each action asked for, whether it is allowed on anything of one's own (`*`). A policy
    /// may still say otherwise of a single thing.
    may: BTreeMap<String, bool>,
    /// Of each, whether there may be anything that it is allowed on: where it is not, it is certain.
    somewhere: BTreeMap<String, bool>,
}

pub(crate) async fn describe(call: &Call<'_>, query: MayQuery) -> Result<Described, Refused> {
    let now = call.admin.seconds();
    let expires = call.bearer.as_ref().map_or(now, |bearer| bearer.expires);
    let asked = query.may.as_deref().unwrap_or_default().split(',');
    let asked: Vec<&str> = asked.map(str::trim).filter(|it| !it.is_empty()).collect();
    if asked.len() > ASKED_ACTIONS_MAX {
        let message = format!("At most {ASKED_ACTIONS_MAX} actions can be asked for.");
        return Err(Refused::field("may", message));
    }
    let root = call.admin.identity.root();
    let (mut may, mut somewhere) = (BTreeMap::new(), BTreeMap::new());
    for action in asked {
        let owner = match is_of_server(action) {
            true => Owner::Account(&root),
            false => Owner::Caller,
        };
        may.insert(action.to_owned(), call.may(action, "*", owner).is_none());
        somewhere.insert(action.to_owned(), call.could(action, owner));
        if call.work.wants_pause() {
            tokio::task::yield_now().await;
        }
    }
    Ok(Described {
        may,
        somewhere,
        user: Who::of(&call.caller, &name_of(call)),
        expires_in: expires.saturating_sub(now),
    })
}

/// Whether the server's own account decides about it, whoever asks.
fn is_of_server(action: &str) -> bool {
    action.starts_with("cairn:") || action.starts_with("kms:")
}

/// As typed at the login, where there was one.
pub(crate) fn name_of(call: &Call<'_>) -> String {
    match call.session() {
        Ok((_, session)) => session.name.clone(),
        Err(_) => {
            let caller = &call.caller;
            caller.name().unwrap_or(&caller.account().name).to_owned()
        }
    }
}
