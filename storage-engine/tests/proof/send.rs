//! Requests, carried out.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use storage_engine::ids::UploadName;
use storage_engine::row::BucketRow;
use storage_engine::{
    BodyStream, BucketPage, DeleteOutcome, Engine, Error, ListPage, ListRequest, ObjectEntry,
    ObjectInfo, PartOutcome, PartPage, PutOutcome, Result, ScrubOptions, Staged, Staging,
    UploadInfo, UploadTarget, VersionEntry, unwatched,
};

use crate::oracle::Refusal;
use crate::plan::secret_key;
use crate::world::{Body, Request, span};

/// The named table of tests.
pub const TABLE: &str = "notes";

/// What the engine has answered.
#[derive(Debug)]
pub enum Reply {
    Done,
    #[expect(dead_code, reason = "printed where answers differ")]
    Bucket(BucketRow),
    Put(PutOutcome),
    Body {
        info: Box<ObjectInfo>,
        bytes: Bytes,
    },
    Info(Box<ObjectInfo>),
    Deleted(DeleteOutcome),
    DeletedMany(Vec<Result<DeleteOutcome>>),
    Started(UploadName),
    Part(PartOutcome),
    Parts(PartPage),
    Objects(ListPage<ObjectEntry>),
    Versions(ListPage<VersionEntry>),
    Uploads(ListPage<UploadInfo>),
    Buckets(BucketPage),
    Document(Bytes),
}

pub async fn send(engine: &Engine, request: Request) -> Result<Reply> {
    Ok(match request {
        Request::CreateBucket(request) => Reply::Bucket(engine.create_bucket(request).await?),
        Request::DeleteBucket(name) => done(engine.delete_bucket(&name).await?),
        Request::UpdateBucket(name, change) => {
            Reply::Bucket(engine.update_bucket(&name, change).await?)
        }
        Request::Put(request, body) => {
            let staged = stage(engine, body).await?;
            Reply::Put(engine.put_object(request, staged).await?)
        }
        Request::Get(target, range, secret) => {
            let reader = engine.open(target, secret.map(secret_key).as_ref()).await?;
            let info = Box::new(reader.info().clone());
            let range = span(range, reader.size());
            Reply::Body {
                info,
                bytes: collect(reader.stream(range)).await?,
            }
        }
        Request::Head(target) => Reply::Info(Box::new(engine.head(target).await?)),
        Request::Delete(request) => Reply::Deleted(engine.delete_object(request).await?),
        Request::DeleteMany(requests) => Reply::DeletedMany(engine.delete_objects(requests).await),
        Request::Copy(request) => Reply::Put(engine.copy_object(*request).await?),
        Request::Update(target, change) => {
            Reply::Info(Box::new(engine.update_object(target, change).await?))
        }
        Request::CreateUpload(request) => Reply::Started(engine.create_upload(request).await?),
        Request::UploadPart(target, number, body) => {
            let staged = stage(engine, body).await?;
            Reply::Part(engine.upload_part(target, number, staged).await?)
        }
        Request::CopyPart(request) => Reply::Part(engine.copy_part(request).await?),
        Request::ListParts(target, after, limit) => {
            Reply::Parts(engine.list_parts(&target, after, limit).await?)
        }
        Request::Complete(request) => Reply::Put(engine.complete_upload(request).await?),
        Request::Abort(target) => done(engine.abort_upload(&target).await?),
        Request::ListObjects(request) => Reply::Objects(engine.list_objects(request).await?),
        Request::ListVersions(request) => Reply::Versions(engine.list_versions(request).await?),
        Request::ListUploads(request) => Reply::Uploads(engine.list_uploads(request).await?),
        Request::ListBuckets(request) => Reply::Buckets(engine.list_buckets(request).await?),
        Request::PutDocument(bucket, kind, document) => {
            done(engine.put_document(&bucket, &kind, document).await?)
        }
        Request::GetDocument(bucket, kind) => {
            Reply::Document(engine.document(&bucket, &kind).await?)
        }
        Request::DeleteDocument(bucket, kind) => {
            done(engine.delete_document(&bucket, &kind).await?)
        }
        Request::Expire(bucket, before) => done(expire(engine, &bucket, before).await?),
        Request::Abandon(body, sealed) => done(abandon(engine, body, sealed).await?),
        Request::Table(guards, writes) => done(engine.table_commit(TABLE, guards, writes).await?),
        Request::Tidy => done(engine.tidy().await?),
        Request::Compact => {
            engine.compact().await?;
            Reply::Done
        }
        Request::Scrub => done(scrub(engine).await?),
    })
}

fn done((): ()) -> Reply {
    Reply::Done
}

async fn stage(engine: &Engine, body: Body) -> Result<Staged> {
    let staging = engine.stage(body.options).await?;
    write(staging, body.bytes, body.pieces).await?.seal().await
}

async fn write(mut staging: Staging, mut rest: Bytes, pieces: usize) -> Result<Staging> {
    let piece = rest.len().div_ceil(pieces).max(1);
    while !rest.is_empty() {
        let now = rest.split_to(piece.min(rest.len()));
        staging.write(now).await?;
    }
    Ok(staging)
}

/// All of a body, or all but its last byte, and then nothing more.
async fn abandon(engine: &Engine, body: Body, sealed: bool) -> Result<()> {
    let staging = engine.stage(body.options).await?;
    let part = body.bytes.len() - usize::from(!sealed && !body.bytes.is_empty());
    let staging = write(staging, body.bytes.slice(..part), body.pieces).await?;
    if sealed {
        drop(staging.seal().await?);
    }
    Ok(())
}

/// As whoever looks after a bucket does it: a listing, and an abort for each.
async fn expire(engine: &Engine, bucket: &str, before: u64) -> Result<()> {
    let request = ListRequest {
        bucket: bucket.to_owned(),
        limit: 1000,
        ..ListRequest::default()
    };
    for upload in engine.list_uploads(request).await?.entries {
        if upload.started.0 < before {
            let target = UploadTarget {
                bucket: bucket.to_owned(),
                key: upload.key,
                upload: upload.name,
            };
            engine.abort_upload(&target).await?;
        }
    }
    Ok(())
}

/// What is wrong where a scrub has found damage.
pub const SCRUB: &str = "scrub";

async fn scrub(engine: &Engine) -> Result<()> {
    let report = engine
        .scrub(ScrubOptions::default(), &mut unwatched)
        .await?;
    match report.damaged.first() {
        None => Ok(()),
        Some(first) => Err(Error::Invalid {
            what: SCRUB,
            detail: format!("{first:?}"),
        }),
    }
}

pub async fn collect(mut stream: BodyStream) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(bytes.freeze())
}

/// What the oracle calls it.
pub fn refusal(error: &Error) -> Refusal {
    match error {
        Error::NoSuchBucket { .. } => Refusal::NoSuchBucket,
        Error::BucketExists { .. } => Refusal::BucketExists,
        Error::BucketNotEmpty { .. } => Refusal::BucketNotEmpty,
        Error::NoSuchKey { marker } => Refusal::NoSuchKey {
            hidden: marker.is_some(),
        },
        Error::NoSuchVersion { .. } => Refusal::NoSuchVersion,
        Error::IsMarker { .. } => Refusal::IsMarker,
        Error::NoSuchUpload => Refusal::NoSuchUpload,
        Error::NoSuchDocument => Refusal::NoSuchDocument,
        Error::InvalidPart { number } => Refusal::InvalidPart(*number),
        Error::PartOrder => Refusal::PartOrder,
        Error::PartTooSmall { number, .. } => Refusal::PartTooSmall(*number),
        Error::Condition { .. } => Refusal::Condition,
        Error::WrongKey => Refusal::WrongKey,
        Error::DigestMismatch => Refusal::DigestMismatch,
        Error::Locked { .. } => Refusal::Locked,
        Error::VersioningRequired => Refusal::VersioningRequired,
        Error::NotLockable => Refusal::NotLockable,
        Error::Quota { .. } => Refusal::Quota,
        Error::Allowance { .. } => Refusal::Allowance,
        Error::TooLarge { what: "part", .. } => Refusal::TooLarge,
        Error::Invalid { .. } => Refusal::Invalid,
        other => Refusal::Other(other.to_string()),
    }
}

/// The store has stopped, and nobody knows what became of the request.
pub fn is_lost(error: &Error) -> bool {
    matches!(
        error,
        Error::Stopped { .. } | Error::Io { .. } | Error::Index(_)
    )
}
