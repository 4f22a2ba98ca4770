//! Lists as documents. The kind of a grantee is an attribute there, which our reader does not
//! keep: what is inside tells it as well.

use super::headers::{account, by_email};
use super::{Acl, Grant, Grantee, Group, Permission};
use crate::body::document;
use crate::error::{Code, S3Error};
use crate::limits::GRANTS_MAX;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;
use identity::Identity;

/// Reads `AccessControlPolicy`. The owner cannot be changed, so another one is refused.
pub(crate) fn parse_document(
    body: &[u8],
    owner: &str,
    directory: &Identity,
) -> Result<Acl, S3Error> {
    let root = document::parse(body, "AccessControlPolicy")?;
    let malformed = || S3Error::new(Code::MalformedACLError);
    let stated = root.child("Owner").and_then(|owner| owner.child_text("ID"));
    if stated.is_some_and(|stated| stated != owner) {
        return Err(S3Error::new(Code::AccessDenied));
    }
    let list = root.child("AccessControlList").ok_or_else(malformed)?;
    if list.children().len() > GRANTS_MAX {
        return Err(malformed());
    }
    let grants = list.children().iter();
    let grants: Result<_, _> = grants.map(|grant| parse_grant(grant, directory)).collect();
    Ok(Acl { grants: grants? })
}

fn parse_grant(grant: &Element<'_>, directory: &Identity) -> Result<Grant, S3Error> {
    let malformed = || S3Error::new(Code::MalformedACLError);
    let grantee = grant.child("Grantee").ok_or_else(malformed)?;
    let permission = grant.child_text("Permission").ok_or_else(malformed)?;
    let grantee = match (
        grantee.child_text("ID"),
        grantee.child_text("EmailAddress"),
        grantee.child_text("URI"),
    ) {
        (Some(id), _, _) => account(id, directory)?,
        (None, Some(email), _) => by_email(email, directory)?,
        (None, None, Some(uri)) => Grantee::Group(Group::from_uri(uri).ok_or_else(|| {
            S3Error::invalid_argument("Group/URI", uri).message("Invalid group uri")
        })?),
        (None, None, None) => return Err(malformed()),
    };
    Ok(Grant {
        grantee,
        permission: Permission::parse(permission).ok_or_else(malformed)?,
    })
}

/// Writes `AccessControlPolicy`, what groups are granted first: readers of lists expect it there.
pub(crate) fn write_document(acl: &Acl, owner: &str, directory: &Identity) -> Writer {
    let mut xml = Writer::document("AccessControlPolicy");
    xml.element("Owner", |xml| write_account(xml, owner, directory));
    xml.element("AccessControlList", |xml| {
        let is_group = |grant: &&Grant| matches!(grant.grantee, Grantee::Group(_));
        let groups = acl.grants.iter().filter(is_group);
        let accounts = acl.grants.iter().filter(|grant| !is_group(grant));
        for grant in groups.chain(accounts) {
            xml.element("Grant", |xml| {
                match &grant.grantee {
                    Grantee::Account(id) => xml.typed("Grantee", "CanonicalUser", |xml| {
                        write_account(xml, id, directory);
                    }),
                    Grantee::Group(group) => {
                        xml.typed("Grantee", "Group", |xml| xml.text("URI", group.uri()));
                    }
                }
                xml.text("Permission", grant.permission.name());
            });
        }
    });
    xml
}

/// The elements that name an account.
pub(crate) fn write_account(xml: &mut Writer, id: &str, directory: &Identity) {
    xml.text("ID", id);
    if let Some(account) = directory.account(id) {
        xml.text("DisplayName", &account.display_name);
    }
}
