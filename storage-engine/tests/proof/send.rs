//! Requests, carried out.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use storage_engine::ids::UploadName;
use storage_engine::row::BucketRow;
use storage_engine::{
    BodyStream, BucketPage, DeleteOutcome, Engine, Error, ListPage, ObjectEntry, ObjectInfo,
    PartOutcome, PartPage, PutOutcome, Result, UploadInfo, VersionEntry,
};

use crate::oracle::Refusal;
use crate::plan::secret_key;
use crate::world::{Body, Request, span};

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
        Request::Tidy => {
            engine.tidy().await?;
            Reply::Done
        }
    })
}

fn done((): ()) -> Reply {
    Reply::Done
}

async fn stage(engine: &Engine, body: Body) -> Result<storage_engine::stage::Staged> {
    let mut staging = engine.stage(body.options).await?;
    let piece = body.bytes.len().div_ceil(body.pieces).max(1);
    let mut rest = body.bytes;
    while !rest.is_empty() {
        let now = rest.split_to(piece.min(rest.len()));
        staging.write(now).await?;
    }
    staging.seal().await
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
