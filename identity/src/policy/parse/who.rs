//! The element `Principal`.

use crate::policy::json::Json;
use crate::policy::malformed::Reason;
use crate::policy::principal::Who;

pub(super) fn parse(value: Json) -> Result<Vec<Who>, Reason> {
    let kinds = match value {
        Json::Text(name) if name == "*" => return Ok(vec![Who::Everyone]),
        Json::Text(name) => return Err(Reason::Principal(name)),
        Json::Map(kinds) if !kinds.is_empty() => kinds,
        _ => return Err(Reason::Syntax("Principal".into())),
    };
    let mut found = Vec::new();
    for (kind, names) in kinds {
        for name in super::strings("Principal", names)? {
            found.push(one(&kind, name)?);
        }
    }
    Ok(found)
}

fn one(kind: &str, name: String) -> Result<Who, Reason> {
    let described = format!("\"{kind}\":\"{name}\"");
    let is_plain = !name.is_empty() && !name.contains(['*', '?']);
    let who = match kind {
        "AWS" if name == "*" => Some(Who::Everyone),
        "AWS" if is_plain => aws(name),
        "Federated" if is_plain => Some(Who::Federated(name)),
        "Service" if is_plain => Some(Who::Service(name)),
        "CanonicalUser" if is_plain => Some(Who::CanonicalUser(name)),
        _ => None,
    };
    who.ok_or(Reason::Principal(described))
}

fn aws(name: String) -> Option<Who> {
    let Some(rest) = name.strip_prefix("arn:") else {
        return bare(name);
    };
    let mut parts = rest.splitn(5, ':');
    let partition = parts.next()?;
    let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
    let resource = parts.next()?;
    if partition.is_empty() || !region.is_empty() {
        return None;
    }
    let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
    match (service, kind) {
        ("iam", "root") if rest.is_empty() => Some(Who::Account(account.to_owned())),
        ("iam", "user" | "role") | ("sts", "assumed-role" | "federated-user")
            if !rest.is_empty() =>
        {
            Some(Who::Arn(name))
        }
        // Sessions are the token service's, but often written so.
        ("iam", "assumed-role") if !rest.is_empty() => {
            let session = format!("arn:{partition}:sts::{account}:{resource}");
            Some(Who::Arn(session))
        }
        _ => None,
    }
}

/// The number of an account, or the unique id of a user or role.
fn bare(name: String) -> Option<Who> {
    let is_number = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = name.len() >= 16
        && name.starts_with('A')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    match () {
        () if is_number => Some(Who::Account(name)),
        () if is_id => Some(Who::UniqueId(name)),
        () => None,
    }
}
