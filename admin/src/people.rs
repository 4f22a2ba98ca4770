//! Users, groups, policies and keys: IAM as JSON, with IAM's permissions; and accounts.
//!
//! What users and groups have in common is here: the policies attached to and inside of them.

pub(crate) mod accounts;
pub(crate) mod groups;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod permissions;
pub(crate) mod policies;
pub(crate) mod simulate;
pub(crate) mod users;
pub(crate) mod versions;

use crate::answer::Nothing;
use crate::call::Call;
use crate::condition;
use crate::limits::PAGE_ITEMS_MAX;
use crate::refused::Refused;
use identity::iam::{Page, Paging, PolicyHolder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Whose policies.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    User,
    Group,
}

impl Of {
    fn holder(self, name: &str) -> PolicyHolder<'_> {
        match self {
            Of::User => PolicyHolder::User(name),
            Of::Group => PolicyHolder::Group(name),
        }
    }

    /// The parameter of IAM's actions.
    fn parameter(self) -> &'static str {
        match self {
            Of::User => "UserName",
            Of::Group => "GroupName",
        }
    }

    /// What the policy inside is called, whoever asks.
    fn place(self, call: &Call<'_>) -> String {
        let arn = call.iam().arn_of(self.holder(call.path(0)));
        format!("{arn}/{}", call.path(1))
    }
}

/// A managed policy that somebody has.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Attached {
    name: String,
    arn: String,
}

/// Key and value.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(rename = "UserTags")]
pub(crate) struct Tags(BTreeMap<String, String>);

impl Tags {
    fn of(tags: &[identity::model::Tag]) -> Self {
        let pairs = tags.iter().map(|tag| (tag.key.clone(), tag.value.clone()));
        Self(pairs.collect())
    }

    fn into_list(self) -> Vec<identity::model::Tag> {
        let tags = self.0.into_iter();
        tags.map(|(key, value)| identity::model::Tag { key, value })
            .collect()
    }

    /// Those to set, and the keys of those to take away.
    fn parted(change: BTreeMap<String, Option<String>>) -> (Self, Vec<String>) {
        let (mut set, mut removed) = (BTreeMap::new(), Vec::new());
        for (key, value) in change {
            match value {
                Some(value) => {
                    set.insert(key, value);
                }
                None => removed.push(key),
            }
        }
        (Self(set), removed)
    }

    /// For conditions: `TagKeys.member.1`.
    fn keys_as_parameters(keys: &[String]) -> Vec<(String, String)> {
        let keys = keys.iter().enumerate();
        keys.map(|(at, key)| (format!("TagKeys.member.{}", at + 1), key.clone()))
            .collect()
    }

    /// For conditions: `Tags.member.1.Key`.
    fn parameters(&self) -> Vec<(String, String)> {
        let tags = self.0.iter().enumerate();
        let pairs = tags.flat_map(|(at, (key, value))| {
            let front = format!("Tags.member.{}", at + 1);
            [
                (format!("{front}.Key"), key.clone()),
                (format!("{front}.Value"), value.clone()),
            ]
        });
        pairs.collect()
    }
}

/// All of a list that identity bounds.
pub(crate) fn all<T>(
    page: impl Fn(Paging<'_>) -> identity::Result<Page<T>>,
) -> Result<Vec<T>, Refused> {
    let mut items = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let part = page(Paging {
            marker: marker.as_deref(),
            items_max: Some(PAGE_ITEMS_MAX as usize),
            search: None,
        })?;
        items.extend(part.items);
        marker = part.marker;
        if marker.is_none() {
            return Ok(items);
        }
    }
}

fn attached_to(call: &Call<'_>, of: Of, name: &str) -> Result<Vec<Attached>, Refused> {
    let iam = call.iam();
    let arns = all(|paging| iam.list_attached_policies(of.holder(name), "/", paging))?;
    let shown = arns.into_iter().map(|arn| Attached {
        name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
        arn: arn.to_string(),
    });
    Ok(shown.collect())
}

fn inside_of(call: &Call<'_>, of: Of, name: &str) -> Result<Vec<String>, Refused> {
    let iam = call.iam();
    let names = all(|paging| iam.list_policies_of(of.holder(name), paging))?;
    Ok(names.into_iter().map(|name| name.to_string()).collect())
}

async fn attach(call: &Call<'_>, of: Of, action: &str) -> Result<Nothing, Refused> {
    let arn = policies::arn_of(call, call.path(1))?;
    call.permit_iam(
        action,
        &[(of.parameter(), call.path(0)), ("PolicyArn", &arn)],
    )?;
    call.iam()
        .attach_policy(of.holder(call.path(0)), &arn)
        .await?;
    Ok(Nothing {})
}

async fn detach(call: &Call<'_>, of: Of, action: &str) -> Result<Nothing, Refused> {
    let arn = policies::arn_of(call, call.path(1))?;
    call.permit_iam(
        action,
        &[(of.parameter(), call.path(0)), ("PolicyArn", &arn)],
    )?;
    call.iam()
        .detach_policy(of.holder(call.path(0)), &arn)
        .await?;
    Ok(Nothing {})
}

fn get_inside(call: &Call<'_>, of: Of, action: &str) -> Result<Value, Refused> {
    call.permit_iam(action, &[(of.parameter(), call.path(0))])?;
    let text = call
        .iam()
        .get_policy_of(of.holder(call.path(0)), call.path(1))?;
    document(&text)
}

async fn put_inside(
    call: &Call<'_>,
    of: Of,
    action: &str,
    document: &Value,
) -> Result<Nothing, Refused> {
    call.permit_iam(action, &[(of.parameter(), call.path(0))])?;
    let (holder, text) = (of.holder(call.path(0)), document.to_string());
    let _held = condition::hold(call, &of.place(call)).await?;
    call.iam().put_policy(holder, call.path(1), &text).await?;
    Ok(Nothing {})
}

async fn delete_inside(call: &Call<'_>, of: Of, action: &str) -> Result<Nothing, Refused> {
    call.permit_iam(action, &[(of.parameter(), call.path(0))])?;
    let holder = of.holder(call.path(0));
    let _held = condition::hold(call, &of.place(call)).await?;
    call.iam().delete_policy_of(holder, call.path(1)).await?;
    Ok(Nothing {})
}

/// A document that was checked when it was stored.
fn document(text: &str) -> Result<Value, Refused> {
    serde_json::from_str(text).map_err(|error| Refused::failure("a policy", &error))
}

pub(crate) async fn attach_to_user(call: &Call<'_>) -> Result<Nothing, Refused> {
    attach(call, Of::User, "AttachUserPolicy").await
}

pub(crate) async fn detach_from_user(call: &Call<'_>) -> Result<Nothing, Refused> {
    detach(call, Of::User, "DetachUserPolicy").await
}

pub(crate) async fn get_of_user(call: &Call<'_>) -> Result<Value, Refused> {
    get_inside(call, Of::User, "GetUserPolicy")
}

pub(crate) async fn put_in_user(call: &Call<'_>, document: Value) -> Result<Nothing, Refused> {
    put_inside(call, Of::User, "PutUserPolicy", &document).await
}

pub(crate) async fn delete_of_user(call: &Call<'_>) -> Result<Nothing, Refused> {
    delete_inside(call, Of::User, "DeleteUserPolicy").await
}

pub(crate) async fn attach_to_group(call: &Call<'_>) -> Result<Nothing, Refused> {
    attach(call, Of::Group, "AttachGroupPolicy").await
}

pub(crate) async fn detach_from_group(call: &Call<'_>) -> Result<Nothing, Refused> {
    detach(call, Of::Group, "DetachGroupPolicy").await
}

pub(crate) async fn get_of_group(call: &Call<'_>) -> Result<Value, Refused> {
    get_inside(call, Of::Group, "GetGroupPolicy")
}

pub(crate) async fn put_in_group(call: &Call<'_>, document: Value) -> Result<Nothing, Refused> {
    put_inside(call, Of::Group, "PutGroupPolicy", &document).await
}

pub(crate) async fn delete_of_group(call: &Call<'_>) -> Result<Nothing, Refused> {
    delete_inside(call, Of::Group, "DeleteGroupPolicy").await
}
