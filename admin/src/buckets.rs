//! Buckets: what there is, what they hold, and what they may hold.

pub(crate) mod allowed;
pub(crate) mod config;
pub(crate) mod uploads;

use crate::answer::Nothing;
use crate::call::Call;
use crate::page::{self, Page};
use crate::refused::Refused;
use crate::s3::Ask;
use crate::time::shown_milliseconds;
use crate::xml::Element;
use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use storage_engine::row::{Quota, Versioning};
use storage_engine::{HOLDER, UpdateBucket};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BucketsQuery {
    /// What their names begin with.
    prefix: Option<String>,
    /// Items of the page, 1 to 1,000; 100 unless given.
    limit: Option<u32>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BucketView {
    name: String,
    created: String,
    /// The name of the account it belongs to; its id where the account is no more.
    owner: String,
    versioning: VersioningView,
    /// Versions may be locked.
    object_lock: bool,
    /// Its policy or its list lets strangers in, and its public access block lets that count.
    is_public: bool,
    quota: QuotaView,
    /// The user whose limits it counts towards: who made it, unless that was a root, or whom it was
    /// given to since.
    counts_for: Option<String>,
    usage: UsageView,
}

/// A bucket in a list: more than its name is null where who asks may not look at the bucket
/// itself (s3:ListBucket).
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BucketListed {
    name: String,
    created: String,
    /// The name of the account it belongs to; its id where the account is no more.
    owner: Option<String>,
    versioning: Option<VersioningView>,
    /// Versions may be locked.
    object_lock: Option<bool>,
    /// Its policy or its list lets strangers in, and its public access block lets that count.
    is_public: Option<bool>,
    quota: Option<QuotaView>,
    /// The user whose limits it counts towards; null also where it counts for nobody.
    counts_for: Option<String>,
    usage: Option<UsageView>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VersioningView {
    Off,
    Enabled,
    Suspended,
}

/// What a bucket may hold, every version and unfinished upload counted. Null is no bound.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaView {
    bytes: Option<u64>,
    objects: Option<u64>,
}

/// Whom a bucket counts for; null is nobody.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolderView {
    /// As for a login: `anna`, `anna@account`.
    user: Option<String>,
}

/// What a bucket holds, exactly and now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UsageView {
    /// Keys whose current version is an object.
    objects: u64,
    /// All versions, current ones and delete markers included.
    versions: u64,
    bytes: u64,
    /// Unfinished uploads, and what has come of them.
    uploads: u64,
    upload_bytes: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBucket {
    name: String,
    /// Versions may be locked, which also turns versioning on. It cannot be taken back.
    #[serde(default)]
    object_lock: bool,
    /// Keep what is overwritten and deleted.
    #[serde(default)]
    versioning: bool,
    quota: Option<QuotaView>,
}

pub(crate) async fn list(
    call: &Call<'_>,
    query: BucketsQuery,
) -> Result<Page<BucketListed>, Refused> {
    let limit = page::limit(query.limit)?;
    let ask = Ask::service(Method::GET)
        .query("max-buckets", &limit.to_string())
        .maybe("prefix", query.prefix.as_deref())
        .maybe("continuation-token", query.cursor.as_deref());
    let answer = ask.xml(call).await?;
    let names = answer.child("Buckets").map(|buckets| buckets.all("Bucket"));
    let mut items = Vec::new();
    for bucket in names.into_iter().flatten() {
        match listed(call, bucket.text_of("Name")).await {
            Ok(view) => items.push(view),
            // It has been deleted in between.
            Err(refused) if refused.code == "NoSuchBucket" => {}
            Err(refused) => return Err(refused),
        }
    }
    let next = answer.child("ContinuationToken");
    Ok(Page {
        items,
        next: next.map(|next| next.text.clone()),
    })
}

/// Whoever may list buckets learns what each is called, and no more of those he may not look at.
async fn listed(call: &Call<'_>, name: &str) -> Result<BucketListed, Refused> {
    let may_look = Ask::bucket(Method::HEAD, name).would_pass(call).await?;
    if may_look {
        return Ok(view(call, name).await?.into());
    }
    let row = call.admin.engine.bucket(name).await?;
    Ok(BucketListed {
        created: shown_milliseconds(row.created.0),
        name: row.name,
        owner: None,
        versioning: None,
        object_lock: None,
        is_public: None,
        quota: None,
        counts_for: None,
        usage: None,
    })
}

impl From<BucketView> for BucketListed {
    fn from(bucket: BucketView) -> Self {
        Self {
            name: bucket.name,
            created: bucket.created,
            owner: Some(bucket.owner),
            versioning: Some(bucket.versioning),
            object_lock: Some(bucket.object_lock),
            is_public: Some(bucket.is_public),
            quota: Some(bucket.quota),
            counts_for: bucket.counts_for,
            usage: Some(bucket.usage),
        }
    }
}

pub(crate) async fn get(call: &Call<'_>) -> Result<BucketView, Refused> {
    let name = call.path(0);
    Ask::bucket(Method::HEAD, name).send(call).await?;
    view(call, name).await
}

pub(crate) async fn create(call: &Call<'_>, new: NewBucket) -> Result<BucketView, Refused> {
    let name = &new.name;
    call.about(name.clone());
    if name.is_empty() {
        return Err(Refused::field("name", "A bucket has a name."));
    }
    if new.quota.is_some() {
        // Before there is a bucket to take away again.
        permit_quota(call, name)?;
    }
    // What it is to be like would change one that others use.
    let mut ask = Ask::bucket(Method::PUT, name).only_new();
    if new.object_lock {
        ask = ask.header("x-amz-bucket-object-lock-enabled", "true");
    }
    ask.send(call).await.map_err(named)?;
    if new.versioning && !new.object_lock {
        let status = Element::of_text("Status", "Enabled");
        let document = Element::new("VersioningConfiguration").with(status);
        let ask = Ask::bucket(Method::PUT, name).about("versioning");
        ask.document(&document).send(call).await?;
    }
    if let Some(quota) = &new.quota {
        put_quota(call, name, quota).await?;
    }
    view(call, name).await
}

/// S3 says of a name that is none only that it is none.
fn named(refused: Refused) -> Refused {
    match refused.code == "InvalidBucketName" {
        false => refused,
        true => Refused {
            message: "A bucket's name has 3 to 63 small letters, digits, hyphens and dots, with a \
                      letter or digit at both ends, and is no address."
                .into(),
            field: Some("name".into()),
            ..refused
        },
    }
}

pub(crate) async fn delete(call: &Call<'_>) -> Result<Nothing, Refused> {
    Ask::bucket(Method::DELETE, call.path(0)).send(call).await?;
    Ok(Nothing {})
}

pub(crate) async fn set_quota(call: &Call<'_>, quota: QuotaView) -> Result<QuotaView, Refused> {
    let name = call.path(0);
    permit_quota(call, name)?;
    put_quota(call, name, &quota).await?;
    Ok(quota)
}

/// Takes a bucket out of what one user may have, and counts it towards another's.
pub(crate) async fn set_holder(call: &Call<'_>, holder: HolderView) -> Result<HolderView, Refused> {
    let name = call.path(0);
    call.permit_on("cairn:PutBucketHolder", &format!("arn:aws:s3:::{name}"))?;
    let engine = &call.admin.engine;
    match &holder.user {
        None => engine.delete_document(name, HOLDER).await?,
        Some(user) => {
            let found = call.admin.identity.holder_named(user);
            let found = found
                .ok_or_else(|| Refused::field("user", format!("There is no user {user:?}.")))?;
            let id = found.id().to_owned();
            engine.put_document(name, HOLDER, id.into()).await?;
        }
    }
    Ok(holder)
}

/// Not its owner's to decide: the server's account says how much of it somebody gets.
fn permit_quota(call: &Call<'_>, name: &str) -> Result<(), Refused> {
    call.permit_on("cairn:PutBucketQuota", &format!("arn:aws:s3:::{name}"))
}

async fn put_quota(call: &Call<'_>, name: &str, quota: &QuotaView) -> Result<(), Refused> {
    let change = UpdateBucket {
        quota: Some(Quota {
            bytes_max: quota.bytes,
            objects_max: quota.objects,
        }),
        ..UpdateBucket::default()
    };
    call.admin.engine.update_bucket(name, change).await?;
    Ok(())
}

/// Of a bucket that whoever asks may know of.
async fn view(call: &Call<'_>, name: &str) -> Result<BucketView, Refused> {
    let engine = &call.admin.engine;
    let row = engine.bucket(name).await?;
    let usage = engine.usage(name).await?;
    let identity = &call.admin.identity;
    let account = identity.account(&row.owner);
    let holder = engine.holder(row.id);
    Ok(BucketView {
        created: shown_milliseconds(row.created.0),
        owner: account.map_or(row.owner, |account| account.name.clone()),
        versioning: match row.versioning {
            Versioning::Off => VersioningView::Off,
            Versioning::Enabled => VersioningView::Enabled,
            Versioning::Suspended => VersioningView::Suspended,
        },
        object_lock: row.lockable,
        is_public: call.admin.s3.is_public(name).await?,
        quota: QuotaView {
            bytes: row.quota.bytes_max,
            objects: row.quota.objects_max,
        },
        counts_for: holder.map(|id| identity.name_of(&id).unwrap_or_else(|| id.to_string())),
        usage: UsageView {
            objects: usage.objects,
            versions: usage.versions,
            bytes: usage.bytes,
            uploads: usage.uploads,
            upload_bytes: usage.upload_bytes,
        },
        name: row.name,
    })
}
