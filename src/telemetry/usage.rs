//! What buckets and users hold, as metrics: everything together, and the largest by name.
//!
//! Counted anew when somebody asks and the last count is a while old, so that it costs nothing
//! where nobody does.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use identity::Identity;
use prometheus::{IntGaugeVec, Opts, Registry, TextEncoder};
use storage_engine::Engine;
use storage_engine::row::{BucketRow, Quota, UsageRow};
use tokio::sync::Mutex;
use tracing::error;

use crate::limits::USAGE_COUNT_PAUSE;

/// Asked by whoever renders the metrics.
pub(crate) struct Usage {
    engine: Arc<Engine>,
    identity: Identity,
    /// How many buckets and users may be named.
    names_max: AtomicUsize,
    /// Held while somebody counts: others wait for what comes of it.
    last: Mutex<Option<Count>>,
}

struct Count {
    at: Instant,
    names_max: usize,
    text: String,
}

/// One bucket, as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    bucket: String,
    user: User,
    /// What the user's policies let it hold.
    limit_bytes: Option<u64>,
    usage: UsageRow,
    quota: Quota,
}

/// Whom a bucket counts for: a user, an account or a role. Two of a kind have two names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct User {
    kind: &'static str,
    name: String,
}

impl Usage {
    pub(crate) fn new(engine: Arc<Engine>, identity: Identity, names_max: usize) -> Usage {
        Usage {
            engine,
            identity,
            names_max: AtomicUsize::new(names_max),
            last: Mutex::new(None),
        }
    }

    /// Whether, and how many, may be named from now on.
    pub(crate) fn name(&self, names_max: usize) {
        self.names_max.store(names_max, Ordering::Relaxed);
    }

    /// In Prometheus' text form. Nothing where the store cannot be asked: the log says why.
    pub(crate) async fn render(&self) -> String {
        let names_max = self.names_max.load(Ordering::Relaxed);
        let mut last = self.last.lock().await;
        let fresh = last
            .as_ref()
            .filter(|count| count.at.elapsed() < USAGE_COUNT_PAUSE && count.names_max == names_max);
        if let Some(count) = fresh {
            return count.text.clone();
        }
        let text = match self.all().await {
            Ok(all) => text(&all, names_max).unwrap_or_else(|e| {
                error!(error = %e, "usage cannot be rendered");
                String::new()
            }),
            Err(e) => {
                error!(error = %e, "the store cannot be asked what buckets hold");
                String::new()
            }
        };
        *last = Some(Count {
            at: Instant::now(),
            names_max,
            text: text.clone(),
        });
        text
    }

    async fn all(&self) -> Result<Vec<Held>, storage_engine::Error> {
        let mut all = Vec::new();
        let each = |bucket, usage| all.push(self.held(bucket, usage));
        self.engine.each_usage(each).await?;
        Ok(all)
    }

    fn held(&self, bucket: BucketRow, usage: UsageRow) -> Held {
        let holder = self.engine.holder(bucket.id);
        let limits = holder.as_deref().map(|id| self.identity.limits_of(id));
        // What counts for nobody, or for a user that is no more, is its account's.
        let known = holder.and_then(|id| self.identity.known_as(&id));
        let known = known.or_else(|| self.identity.known_as(&bucket.owner));
        let (kind, name) = known.unwrap_or(("account", bucket.owner));
        Held {
            user: User { kind, name },
            limit_bytes: limits.and_then(|limits| limits.storage),
            bucket: bucket.name,
            usage,
            quota: bucket.quota,
        }
    }
}

fn text(all: &[Held], names_max: usize) -> Result<String, prometheus::Error> {
    let registry = Registry::new();
    let gauge = |name: &str, help: &str, labels: &[&str]| {
        let gauge = IntGaugeVec::new(Opts::new(name, help), labels)?;
        registry.register(Box::new(gauge.clone()))?;
        Ok::<_, prometheus::Error>(gauge)
    };
    let show = |gauge: &IntGaugeVec, labels: &[&str], value: u64| {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        gauge.with_label_values(labels).set(value);
    };
    let sum = |what: fn(&UsageRow) -> u64| all.iter().map(|held| what(&held.usage)).sum::<u64>();
    let totals: [(&str, &str, u64); 6] = [
        ("cairn_buckets", "Buckets", all.len() as u64),
        (
            "cairn_objects",
            "Keys whose current version is an object, in all buckets",
            sum(|usage| usage.objects),
        ),
        (
            "cairn_versions",
            "Versions, delete markers included, in all buckets",
            sum(|usage| usage.versions),
        ),
        (
            "cairn_stored_bytes",
            "Bytes of all versions, as clients count them",
            sum(|usage| usage.bytes),
        ),
        (
            "cairn_uploads",
            "Unfinished uploads",
            sum(|usage| usage.uploads),
        ),
        (
            "cairn_upload_bytes",
            "Bytes of what has come of them",
            sum(|usage| usage.upload_bytes),
        ),
    ];
    for (name, help, value) in totals {
        show(&gauge(name, help, &[])?, &[], value);
    }
    let near = all.iter();
    let near = near.filter(|held| admin::is_near_quota(held.quota, held.usage));
    let help = "Buckets that hold nine tenths of their quota, of bytes or of objects, or more";
    show(
        &gauge("cairn_buckets_near_quota", help, &[])?,
        &[],
        near.count() as u64,
    );
    let objects = gauge("cairn_bucket_objects", "Objects of a bucket", &["bucket"])?;
    let bytes = gauge(
        "cairn_bucket_bytes",
        "Bytes of a bucket, versions and unfinished uploads included",
        &["bucket"],
    )?;
    let quota = gauge(
        "cairn_bucket_quota_bytes",
        "What they may grow to",
        &["bucket"],
    )?;
    for held in largest(all, names_max, |held| whole(&held.usage)) {
        let label = [held.bucket.as_str()];
        show(&objects, &label, held.usage.objects);
        show(&bytes, &label, whole(&held.usage));
        if let Some(most) = held.quota.bytes_max {
            show(&quota, &label, most);
        }
    }
    let labels = &["kind", "user"];
    let buckets = gauge(
        "cairn_user_buckets",
        "Buckets that count for a user, account or role",
        labels,
    )?;
    let objects = gauge("cairn_user_objects", "Objects in them", labels)?;
    let bytes = gauge(
        "cairn_user_bytes",
        "Bytes in them, versions and unfinished uploads included",
        labels,
    )?;
    let limit = gauge("cairn_user_limit_bytes", "What they may grow to", labels)?;
    let users = by_user(all);
    for (user, sum) in largest(&users, names_max, |(_, sum)| sum.bytes) {
        let label = [user.kind, user.name.as_str()];
        show(&buckets, &label, sum.buckets);
        show(&objects, &label, sum.objects);
        show(&bytes, &label, sum.bytes);
        if let Some(most) = sum.limit_bytes {
            show(&limit, &label, most);
        }
    }
    TextEncoder::new().encode_to_string(&registry.gather())
}

/// All that counts against a quota.
fn whole(usage: &UsageRow) -> u64 {
    usage.bytes + usage.upload_bytes
}

#[derive(Default)]
struct Sum {
    buckets: u64,
    objects: u64,
    bytes: u64,
    limit_bytes: Option<u64>,
}

fn by_user(all: &[Held]) -> Vec<(&User, Sum)> {
    let mut users: HashMap<&User, Sum> = HashMap::new();
    for held in all {
        let sum = users.entry(&held.user).or_default();
        sum.buckets += 1;
        sum.objects += held.usage.objects;
        sum.bytes += whole(&held.usage);
        sum.limit_bytes = held.limit_bytes;
    }
    let mut users: Vec<_> = users.into_iter().collect();
    users.sort_by_key(|(user, _)| *user);
    users
}

/// At most so many, the largest ones.
fn largest<T>(all: &[T], count: usize, size: impl Fn(&T) -> u64) -> Vec<&T> {
    let mut all: Vec<&T> = all.iter().collect();
    all.sort_by_key(|held| std::cmp::Reverse(size(held)));
    all.truncate(count);
    all
}
