//! Whether something may be done: policies first, then access control lists. Pure.

mod context;

use crate::acl::{Acl, Asking};
use crate::bucket::Bucket;
use crate::op::Right;
use crate::request::Parsed;
use context::context;
use identity::policy::{Context, Layer, Policy, Work};
use identity::{Caller, Identity, Owner, Target};
use storage_engine::ObjectInfo;

/// What is to be decided.
pub(crate) struct Question<'a> {
    /// None where nobody has sent one: then it is only thought of.
    pub(crate) request: Option<&'a Parsed<'a>>,
    pub(crate) caller: &'a Caller,
    pub(crate) identity: &'a Identity,
    /// None where it is about no bucket, or one that is yet to be made.
    pub(crate) bucket: Option<&'a Bucket>,
    pub(crate) key: &'a [u8],
    pub(crate) action: &'a str,
    pub(crate) right: Option<Right>,
    /// The object there is, where that had to be found out.
    pub(crate) object: Option<&'a ObjectInfo>,
    /// Condition keys beside those of the request.
    pub(crate) known: &'a [(&'a str, &'a str)],
    /// What is left for it, and for other questions of the same request.
    pub(crate) work: &'a Work,
}

/// What it was decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Policies, and who owns what.
    Policies,
    /// The bucket's policy would let a stranger in. Its public access block rules that out, and
    /// no list grants it.
    PublicAccessBlock,
    /// An access control list grants it.
    List,
    /// A list grants it to the account, and the account's policies not to this user.
    ListToAccount,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Allowed(Ground),
    Refused(Ground),
}

/// Whether the decision needs to know the object that is there.
pub(crate) fn needs_object(caller: &Caller, bucket: &Bucket) -> bool {
    const TAGS: &str = "s3:ExistingObjectTag";
    // Where lists count, an object may be somebody else's than its bucket.
    bucket.lists_count()
        || caller.looks_at(TAGS)
        || bucket
            .policy
            .as_ref()
            .is_some_and(|policy| policy.looks_at(TAGS))
}

/// Decides.
pub(crate) fn may(question: &Question<'_>) -> bool {
    matches!(weigh(question, |_, _| {}), Answer::Allowed(_))
}

/// Decides, and shows each question to policies to somebody who looks on.
pub(crate) fn weigh(
    question: &Question<'_>,
    mut watch: impl FnMut(&Target<'_>, &Context<'_>),
) -> Answer {
    let resource = resource(question);
    let owner_id = owner_id(question);
    let account = owner_id.and_then(|id| question.identity.account(id));
    let owner = match (owner_id, &account) {
        (None, _) => Owner::Caller,
        (Some(_), Some(account)) => Owner::Account(account),
        (Some(_), None) => Owner::Unknown,
    };
    let target = Target {
        resource: &resource,
        owner,
        policy: policy(question, owner_id),
    };
    let context = context(question);
    let (caller, work) = (question.caller, question.work);
    watch(&target, &context);
    let decision = caller.authorize_within(work, question.action, &target, &context);
    if decision.is_denied() {
        return Answer::Refused(Ground::Policies);
    }
    let is_shut_out = decision.because.layer == Layer::Resource && is_shut(question);
    if decision.is_allowed() && !is_shut_out {
        return Answer::Allowed(Ground::Policies);
    }
    if !is_granted(question) {
        return Answer::Refused(match decision.is_allowed() {
            true => Ground::PublicAccessBlock,
            false => Ground::Policies,
        });
    }
    // A grant is made to an account: what its users may do is the account's affair.
    let own = Target {
        resource: &resource,
        owner: Owner::Caller,
        policy: None,
    };
    if caller.is_anonymous() {
        return Answer::Allowed(Ground::List);
    }
    watch(&own, &context);
    let decision = caller.authorize_within(work, question.action, &own, &context);
    match decision.is_allowed() {
        true => Answer::Allowed(Ground::List),
        false => Answer::Refused(Ground::ListToAccount),
    }
}

fn resource(question: &Question<'_>) -> Vec<u8> {
    let mut resource = b"arn:aws:s3:::".to_vec();
    let bucket = question.bucket.map(|bucket| bucket.row.name.as_str());
    let asked = question.request.map(|request| &*request.target.bucket);
    let bucket = bucket.or(asked).unwrap_or_default();
    resource.extend_from_slice(match bucket {
        "" => b"*",
        bucket => bucket.as_bytes(),
    });
    if !question.key.is_empty() {
        resource.push(b'/');
        resource.extend_from_slice(question.key);
    }
    resource
}

/// Whose it is: the object's owner where lists count and it is about an object there is, else the
/// bucket's.
fn owner_id<'a>(question: &Question<'a>) -> Option<&'a str> {
    let bucket = question.bucket?;
    let is_about_object = question.right != Some(Right::BucketWrite);
    let Some(object) = question.object.filter(|_| is_about_object) else {
        return Some(&bucket.row.owner);
    };
    let writer = bucket.owner_of(&object.row.summary);
    let is_own = question.caller.account().id == writer;
    match OF_BUCKET_OWNER.contains(&question.action) && !is_own {
        true => Some(&bucket.row.owner),
        false => Some(writer),
    }
}

/// What the bucket's owner may do, and let others do, whoever wrote the object.
const OF_BUCKET_OWNER: [&str; 6] = [
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersionTagging",
    "s3:GetObjectTagging",
    "s3:GetObjectVersionTagging",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionTagging",
];

/// The bucket's policy. Its owner has no say about what belongs to others in it.
fn policy<'a>(question: &Question<'a>, owner: Option<&str>) -> Option<&'a Policy> {
    let bucket = question.bucket?;
    let policy = bucket.policy.as_ref();
    policy.filter(|_| owner == Some(bucket.row.owner.as_str()))
}

/// Whether the bucket's owner has ruled out that its policy lets strangers in.
fn is_shut(question: &Question<'_>) -> bool {
    question.bucket.is_some_and(|bucket| {
        let is_own = question.caller.account().id == bucket.row.owner;
        bucket.public_access.restrict && bucket.is_policy_public && !is_own
    })
}

/// Whether a list grants it.
fn is_granted(question: &Question<'_>) -> bool {
    let (Some(bucket), Some(right)) = (question.bucket, question.right) else {
        return false;
    };
    if !bucket.lists_count() {
        return false;
    }
    let acl = match (right, question.object) {
        (Right::ObjectRead | Right::ObjectReadAcl | Right::ObjectWriteAcl, object) => {
            match object {
                Some(object) => Acl::of_object(&object.row),
                None => return false,
            }
        }
        _ => bucket.acl.clone(),
    };
    let acl = match bucket.public_access.ignore_acls {
        true => acl.without_public(),
        false => acl,
    };
    let asking = match question.caller.is_anonymous() {
        true => Asking::Anybody,
        false => Asking::Account(&question.caller.account().id),
    };
    acl.allows(asking, right)
}
