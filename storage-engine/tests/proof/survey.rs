//! Everything a store holds, asked for through the front door and compared with the oracle.

use std::collections::BTreeMap;

use bytes::Bytes;
use storage_engine::ids::Sequence;
use storage_engine::row::{EventRow, UsageRow};
use storage_engine::{
    Cursor, Engine, ListBuckets, ListPage, ListPage as Listed, ListRequest, PartPage, Target,
    UploadInfo, UploadTarget, VersionEntry,
};

use crate::oracle::{Bucket, Oracle, Tagged, Upload, Usage, Version};
use crate::plan::secret_key;
use crate::send::{TABLE, collect};
use crate::settle::{Verdict, same, same_body, same_info, same_summary};
use crate::told;
use crate::world::HOLDERS;

/// Whether bodies are read or only listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    Rows,
    Bodies,
}

/// Compares everything, and learns names that were not known.
pub async fn compare(engine: &Engine, oracle: &mut Oracle, depth: Depth) -> Verdict {
    let page = engine.list_buckets(ListBuckets {
        limit: 100,
        ..ListBuckets::default()
    });
    let page = page
        .await
        .map_err(|error| format!("list buckets: {error}"))?;
    let names: Vec<String> = page
        .buckets
        .iter()
        .map(|bucket| bucket.name.clone())
        .collect();
    same!(
        "buckets",
        oracle.buckets.keys().cloned().collect::<Vec<_>>(),
        names
    );
    let events = told::events(engine).await?;
    for row in &page.buckets {
        let own = oracle
            .buckets
            .get_mut(&row.name)
            .expect("names are the same");
        let within = |what: String| format!("bucket {}: {what}", row.name);
        same!(within("owner".into()), own.owner, row.owner);
        same!(within("versioning".into()), own.versioning, row.versioning);
        same!(within("lockable".into()), own.lockable, row.lockable);
        same!(
            within("retention".into()),
            own.default_retention,
            row.default_retention
        );
        same!(within("quota".into()), own.quota, row.quota);
        same!(
            within("compression".into()),
            own.compression,
            row.compression
        );
        same!(
            within("deduplicate".into()),
            own.deduplicate,
            row.deduplicate
        );
        same!(within("tags".into()), own.tags, row.tags);
        compare_bucket(engine, &row.name, own, &events, depth)
            .await
            .map_err(within)?;
    }
    for (holder, ..) in HOLDERS {
        let held = engine.holding(holder);
        same!(format!("what {holder} holds"), oracle.holding(holder), held);
    }
    compare_table(engine, oracle).await
}

async fn compare_table(engine: &Engine, oracle: &Oracle) -> Verdict {
    let mut seen: Vec<(Bytes, Bytes)> = Vec::new();
    loop {
        let after = seen.last().map(|(key, _)| key.clone());
        let page = engine.table_scan(TABLE, b"", after.as_deref(), 3).await;
        let page = page.map_err(|error| format!("table: {error}"))?;
        seen.extend(page.rows);
        if !page.more {
            break;
        }
    }
    let wanted: Vec<_> = oracle.table.clone().into_iter().collect();
    same!("rows of the table", wanted, seen);
    Ok(())
}

async fn compare_bucket(
    engine: &Engine,
    name: &str,
    own: &mut Bucket,
    events: &BTreeMap<Sequence, EventRow>,
    depth: Depth,
) -> Verdict {
    for (kind, document) in &own.documents {
        let seen = engine
            .document(name, kind)
            .await
            .map_err(|error| error.to_string())?;
        same!(format!("document {kind}"), *document, seen);
    }
    let mut seen: BTreeMap<Bytes, Vec<VersionEntry>> = BTreeMap::new();
    for entry in all_versions(engine, name).await? {
        told::check(events, &entry.key, &entry)?;
        seen.entry(entry.key.clone()).or_default().push(entry);
    }
    let keys = |key: &Bytes| key.escape_ascii().to_string();
    let own_keys: Vec<String> = own.keys.keys().map(keys).collect();
    same!("keys", own_keys, seen.keys().map(keys).collect::<Vec<_>>());
    for (key, versions) in &mut own.keys {
        let mut newest_first = seen[key].clone();
        newest_first.reverse();
        let within = |what| format!("key {:?}: {what}", key.escape_ascii().to_string());
        same!(
            within("versions".into()),
            versions.len(),
            newest_first.len()
        );
        for (version, seen) in versions.iter_mut().zip(&newest_first) {
            compare_version(engine, (name, key), version, seen, depth)
                .await
                .map_err(within)?;
        }
        let latest: Vec<bool> = newest_first.iter().map(|entry| entry.latest).collect();
        let mut wanted = vec![false; latest.len()];
        *wanted.last_mut().expect("keys have versions") = true;
        same!(within("latest".into()), wanted, latest);
    }
    compare_current(engine, name, own).await?;
    compare_uploads(engine, name, own).await?;
    let UsageRow {
        objects,
        versions,
        bytes,
        upload_bytes,
        uploads,
    } = engine
        .usage(name)
        .await
        .map_err(|error| error.to_string())?;
    let usage = Usage {
        objects,
        versions,
        bytes,
        upload_bytes,
        uploads,
    };
    same!("usage", own.usage(), usage);
    Ok(())
}

async fn compare_version(
    engine: &Engine,
    (bucket, key): (&str, &Bytes),
    own: &mut Version,
    seen: &VersionEntry,
    depth: Depth,
) -> Verdict {
    same_summary(own, &seen.summary)?;
    own.id = Some(seen.summary.version_id());
    let Some(object) = &mut own.object else {
        return Ok(());
    };
    if let (Tagged::Unseen, Some(etag)) = (object.etag, seen.summary.etag) {
        object.etag = Tagged::Is(etag);
    }
    let secret = object.secret.map(secret_key);
    let parts = object.parts.clone();
    let target = Target {
        bucket: bucket.to_owned(),
        key: key.clone(),
        version: own.id,
    };
    if depth == Depth::Rows {
        let info = engine
            .head(target)
            .await
            .map_err(|error| format!("head: {error}"))?;
        return same_info(own, &info);
    }
    let reader = engine.open(target, secret.as_ref()).await;
    let reader = reader.map_err(|error| format!("open: {error}"))?;
    let info = reader.info().clone();
    same_info(own, &info)?;
    let size = reader.size();
    let bytes = collect(reader.stream(0..size))
        .await
        .map_err(|error| format!("read: {error}"))?;
    same_body(own, (0, 255), &bytes)?;
    let seen = engine
        .object_parts(&info)
        .await
        .map_err(|error| format!("parts: {error}"))?;
    same!(
        "parts",
        parts,
        seen.iter()
            .map(|part| (part.number, part.size))
            .collect::<Vec<_>>()
    );
    Ok(())
}

/// The plain listing, page by page.
async fn compare_current(engine: &Engine, name: &str, own: &Bucket) -> Verdict {
    let mut seen = Vec::new();
    let mut after = Cursor::Start;
    loop {
        let request = request(name, after);
        let page = engine
            .list_objects(request)
            .await
            .map_err(|error| error.to_string())?;
        seen.extend(page.entries);
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    let wanted: Vec<&Bytes> = own
        .keys
        .keys()
        .filter(|key| own.current(key).is_some())
        .collect();
    same!(
        "objects",
        wanted,
        seen.iter().map(|entry| &entry.key).collect::<Vec<_>>()
    );
    for entry in &seen {
        same_summary(
            own.current(&entry.key).expect("keys are the same"),
            &entry.summary,
        )?;
    }
    Ok(())
}

async fn compare_uploads(engine: &Engine, name: &str, own: &mut Bucket) -> Verdict {
    let mut seen: Vec<UploadInfo> = Vec::new();
    let mut after = Cursor::Start;
    loop {
        let page: Listed<UploadInfo> = engine
            .list_uploads(request(name, after))
            .await
            .map_err(|error| error.to_string())?;
        seen.extend(page.entries);
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    let mut uploads: Vec<&mut Upload> = own.uploads.iter_mut().collect();
    uploads.sort_by(|a, b| a.key.cmp(&b.key));
    let wanted: Vec<_> = uploads.iter().map(|upload| &upload.key).collect();
    same!(
        "uploads",
        wanted,
        seen.iter().map(|upload| &upload.key).collect::<Vec<_>>()
    );
    for (upload, seen) in uploads.into_iter().zip(seen) {
        if let Some(known) = upload.name {
            same!("upload", known, seen.name);
        }
        upload.name = Some(seen.name);
        let key = seen.key.clone();
        let target = UploadTarget {
            bucket: name.to_owned(),
            key,
            upload: seen.name,
        };
        let page = engine.list_parts(&target, 0, 1000).await;
        compare_parts(
            upload,
            &page.map_err(|error| format!("list parts: {error}"))?,
        )?;
    }
    Ok(())
}

fn compare_parts(upload: &mut Upload, page: &PartPage) -> Verdict {
    let wanted: Vec<u16> = upload.parts.keys().copied().collect();
    same!(
        "part numbers",
        wanted,
        page.parts
            .iter()
            .map(|part| part.number)
            .collect::<Vec<_>>()
    );
    for (part, seen) in upload.parts.values_mut().zip(&page.parts) {
        same!("size of a part", part.body.len() as u64, seen.size);
        same!("checksum of a part", part.checksum, seen.checksum);
        same!("time of a part", part.modified, seen.modified.0);
        match part.etag {
            Tagged::Is(etag) => same!("tag of a part", etag, seen.etag),
            Tagged::Unseen => part.etag = Tagged::Is(seen.etag),
        }
    }
    Ok(())
}

async fn all_versions(engine: &Engine, name: &str) -> Result<Vec<VersionEntry>, String> {
    let mut all = Vec::new();
    let mut after = Cursor::Start;
    loop {
        let page: ListPage<VersionEntry> = engine
            .list_versions(request(name, after))
            .await
            .map_err(|error| error.to_string())?;
        all.extend(page.entries);
        match page.next {
            Some(next) => after = next,
            None => return Ok(all),
        }
    }
}

/// A page short enough for there to be several.
fn request(name: &str, after: Cursor) -> ListRequest {
    ListRequest {
        bucket: name.to_owned(),
        after,
        limit: 7,
        ..ListRequest::default()
    }
}
