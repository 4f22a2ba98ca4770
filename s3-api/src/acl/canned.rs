//! Canned lists: a name for what is mostly wanted.

use super::{Acl, Grant, Grantee, Group, Permission};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Canned {
    Private,
    PublicRead,
    PublicReadWrite,
    AuthenticatedRead,
    LogDeliveryWrite,
    AwsExecRead,
    BucketOwnerRead,
    BucketOwnerFullControl,
}

impl Canned {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "private" => Canned::Private,
            "public-read" => Canned::PublicRead,
            "public-read-write" => Canned::PublicReadWrite,
            "authenticated-read" => Canned::AuthenticatedRead,
            "log-delivery-write" => Canned::LogDeliveryWrite,
            "aws-exec-read" => Canned::AwsExecRead,
            "bucket-owner-read" => Canned::BucketOwnerRead,
            "bucket-owner-full-control" => Canned::BucketOwnerFullControl,
            _ => return None,
        })
    }

    /// The list it stands for. On a bucket, owner and bucket's owner are the same.
    pub(crate) fn acl(self, owner: &str, bucket_owner: &str) -> Acl {
        let group = |group, permission| Grant {
            grantee: Grantee::Group(group),
            permission,
        };
        let mut acl = Acl::private(owner);
        let more = match self {
            Canned::Private | Canned::AwsExecRead => vec![],
            Canned::PublicRead => vec![group(Group::Everybody, Permission::Read)],
            Canned::PublicReadWrite => vec![
                group(Group::Everybody, Permission::Read),
                group(Group::Everybody, Permission::Write),
            ],
            Canned::AuthenticatedRead => vec![group(Group::Authenticated, Permission::Read)],
            Canned::LogDeliveryWrite => vec![
                group(Group::LogDelivery, Permission::Write),
                group(Group::LogDelivery, Permission::ReadAcl),
            ],
            _ if owner == bucket_owner => vec![],
            Canned::BucketOwnerRead => vec![Grant::new(bucket_owner, Permission::Read)],
            Canned::BucketOwnerFullControl => {
                vec![Grant::new(bucket_owner, Permission::FullControl)]
            }
        };
        acl.grants.extend(more);
        acl
    }
}
