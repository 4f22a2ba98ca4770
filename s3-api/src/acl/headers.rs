//! A list that comes along in headers: a canned one by its name, or grants one header a permission.

use super::{Canned, Grant, Grantee, Group, Permission};
use crate::error::{Code, S3Error};
use crate::limits::GRANTS_MAX;
use http::HeaderMap;
use identity::Identity;

const GRANTS: [(&str, Permission); 5] = [
    ("x-amz-grant-full-control", Permission::FullControl),
    ("x-amz-grant-read", Permission::Read),
    ("x-amz-grant-write", Permission::Write),
    ("x-amz-grant-read-acp", Permission::ReadAcl),
    ("x-amz-grant-write-acp", Permission::WriteAcl),
];

/// What the headers of a request say of the list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Given {
    Nothing,
    Canned(Canned),
    Grants(Vec<Grant>),
}

pub(crate) fn given(headers: &HeaderMap, directory: &Identity) -> Result<Given, S3Error> {
    let canned = match headers.get("x-amz-acl") {
        None => None,
        Some(value) => {
            let name = String::from_utf8_lossy(value.as_bytes());
            let canned = Canned::parse(name.trim());
            Some(canned.ok_or_else(|| S3Error::invalid_argument("x-amz-acl", name))?)
        }
    };
    let grants = grants(headers, directory)?;
    match (canned, grants.is_empty()) {
        (None, true) => Ok(Given::Nothing),
        (Some(canned), true) => Ok(Given::Canned(canned)),
        (None, false) => Ok(Given::Grants(grants)),
        (Some(_), false) => Err(S3Error::new(Code::InvalidRequest)
            .message("Specifying both Canned ACLs and Header Grants is not allowed")),
    }
}

fn grants(headers: &HeaderMap, directory: &Identity) -> Result<Vec<Grant>, S3Error> {
    let mut grants = Vec::new();
    for (name, permission) in GRANTS {
        for value in headers.get_all(name) {
            let text = std::str::from_utf8(value.as_bytes()).map_err(|_| {
                S3Error::invalid_argument(name, String::from_utf8_lossy(value.as_bytes()))
            })?;
            for item in text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
            {
                let grantee = grantee(name, item, directory)?;
                grants.push(Grant {
                    grantee,
                    permission,
                });
            }
        }
    }
    if grants.len() > GRANTS_MAX {
        return Err(S3Error::new(Code::InvalidRequest)
            .message(format!("More than {GRANTS_MAX} grants are not allowed")));
    }
    Ok(grants)
}

/// `id="…"`, `uri="…"` or `emailAddress="…"`; clients leave the quotes out as well.
fn grantee(name: &'static str, item: &str, directory: &Identity) -> Result<Grantee, S3Error> {
    let invalid =
        || S3Error::invalid_argument(name, item).message("Argument format not recognized");
    let (kind, value) = item.split_once('=').ok_or_else(invalid)?;
    let value = value.trim().trim_matches('"');
    match kind.trim() {
        "id" => account(value, directory),
        "emailAddress" => by_email(value, directory),
        "uri" => Group::from_uri(value)
            .map(Grantee::Group)
            .ok_or_else(|| S3Error::invalid_argument("uri", value).message("Invalid group uri")),
        _ => Err(invalid()),
    }
}

/// An account that exists.
pub(super) fn account(id: &str, directory: &Identity) -> Result<Grantee, S3Error> {
    match directory.account(id) {
        Some(_) => Ok(Grantee::Account(id.to_owned())),
        None => Err(S3Error::invalid_argument("CanonicalUser/ID", id).message("Invalid id")),
    }
}

pub(super) fn by_email(email: &str, directory: &Identity) -> Result<Grantee, S3Error> {
    match directory.account_by_email(email) {
        Some(account) => Ok(Grantee::Account(account.id.clone())),
        None => {
            Err(S3Error::new(Code::UnresolvableGrantByEmailAddress).extra("EmailAddress", email))
        }
    }
}
