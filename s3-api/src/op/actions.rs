//! The actions policies can name: those of the operations, and rights that are no operation.

use super::{Level, OPERATIONS};
use identity::policy::{ActionTarget, KnownAction};
use std::sync::LazyLock;

/// Rights beside an operation's own.
const FURTHER: [(&str, ActionTarget); 8] = [
    ("s3:BypassGovernanceRetention", ActionTarget::Object),
    ("s3:ObjectOwnerOverrideToBucketOwner", ActionTarget::Object),
    ("s3:ReplicateDelete", ActionTarget::Object),
    ("s3:ReplicateObject", ActionTarget::Object),
    ("s3:ReplicateTags", ActionTarget::Object),
    ("s3:GetObjectVersionForReplication", ActionTarget::Object),
    ("s3:PutBucketVersioning", ActionTarget::Bucket),
    ("s3:ListBucketVersions", ActionTarget::Bucket),
];

/// Every action, with what it is done to.
pub(crate) static ACTIONS: LazyLock<Vec<KnownAction>> = LazyLock::new(|| {
    let rows = OPERATIONS.iter().flat_map(|row| {
        let target = match row.level {
            Level::Service => ActionTarget::Account,
            // The keys of DeleteObjects are objects.
            Level::Bucket if row.name == "DeleteObjects" => ActionTarget::Object,
            Level::Bucket => ActionTarget::Bucket,
            Level::Object => ActionTarget::Object,
        };
        let names = [Some(row.access.action), row.access.versioned];
        names.into_iter().flatten().map(move |name| (name, target))
    });
    let all = rows.chain(FURTHER);
    all.map(|(name, target)| KnownAction { name, target })
        .collect()
});
