//! Whether logs may be put into a bucket. Pure.

use crate::acl::{Grantee, Group, Permission};
use crate::bucket::Bucket;
use identity::Identity;
use identity::policy::{
    Context, Layers, Principal, PrincipalKind, Relation, Request, Standing, Work, evaluate,
};
use std::time::SystemTime;

/// Who puts them there.
pub(crate) const SERVICE: &str = "logging.s3.amazonaws.com";

/// The bucket's policy must let the service put objects under the prefix, or its list the group of
/// log delivery write, where lists count.
pub(crate) fn may_deliver(
    identity: &Identity,
    source: &Bucket,
    target: &Bucket,
    prefix: &str,
) -> bool {
    let is_delivery = |grantee: &Grantee| *grantee == Grantee::Group(Group::LogDelivery);
    let mut grants = target.acl.grants.iter();
    let is_granted = grants.any(|grant| {
        let writes = [Permission::Write, Permission::FullControl].contains(&grant.permission);
        is_delivery(&grant.grantee) && writes
    });
    if target.lists_count() && is_granted {
        return true;
    }
    let Some(policy) = &target.policy else {
        return false;
    };
    let principal = Principal {
        kind: PrincipalKind::Service,
        arn: SERVICE.to_owned(),
        ..Principal::default()
    };
    let layers = Layers {
        standing: Standing::Ordinary,
        identity: &[],
        boundary: None,
        session: &[],
        restriction: None,
        resource: Some(policy),
        relation: Relation::CrossAccount,
    };
    let mut context = Context::new();
    let bucket = format!("arn:aws:s3:::{}", source.row.name);
    context.set("aws:SourceArn", bucket);
    context.set("aws:SourceAccount", account(identity, source));
    context.set("aws:PrincipalIsAWSService", "true");
    context.set("aws:PrincipalServiceName", SERVICE);
    // Nothing leaves the server on the way.
    context.set("aws:SecureTransport", "true");
    let resource = format!("arn:aws:s3:::{}/{prefix}", target.row.name);
    let request = Request {
        principal: &principal,
        action: "s3:PutObject",
        resource: resource.as_bytes(),
        context: &context,
        now: SystemTime::now(),
        work: &Work::default(),
    };
    evaluate(&layers, &request).is_allowed()
}

/// As policies and keys name the account that a bucket belongs to.
pub(super) fn account(identity: &Identity, bucket: &Bucket) -> String {
    let owner = &bucket.row.owner;
    let account = identity.account(owner);
    let number = account.map(|account| account.number.clone());
    let number = number.filter(|number| !number.is_empty());
    number.unwrap_or_else(|| owner.clone())
}
