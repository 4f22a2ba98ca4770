//! Amazon's client for Rust.

use std::process::ExitCode;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketVersioningStatus, ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload,
    CompletedPart, Delete, EncodingType, ObjectIdentifier, VersioningConfiguration,
};

use crate::runner::{Runner, Server, content, new_bucket};

const MIB: usize = 1 << 20;

/// Keys that are no paths, no URLs and no XML.
const HOSTILE: [&str; 20] = [
    "a",
    "a/",
    "a//b",
    "/a",
    "//",
    ".",
    "..",
    "a/../b",
    "with space",
    "plus+plus",
    "a%20b",
    "%2F",
    "100%",
    "a&b=c?d#e",
    "<xml/>&amp;",
    "line\nfeed",
    "\u{1}\u{2}\u{7f}",
    "grüße",
    "日本語/キー",
    "emoji 🪨",
];

pub async fn run() -> ExitCode {
    let server = Server::from_environment();
    let s3 = server.client(RequestChecksumCalculation::WhenSupported);
    let mut runner = Runner::about("aws-sdk-s3");
    runner
        .check(
            "bodies_and_metadata_come_back",
            bodies_and_metadata_come_back(&s3),
        )
        .await;
    runner
        .check("checksums_in_trailers", checksums_in_trailers(&s3))
        .await;
    let plain = server.client(RequestChecksumCalculation::WhenRequired);
    runner
        .check("bodies_without_checksums", bodies_without_checksums(&plain))
        .await;
    runner
        .check("hostile_keys_exist_beside_each_other", hostile_keys(&s3))
        .await;
    runner
        .check("pages_of_a_listing", pages_of_a_listing(&s3))
        .await;
    runner
        .check("an_upload_goes_on_where_it_stopped", resumed_upload(&s3))
        .await;
    runner
        .check("objects_and_parts_are_copied", copies(&s3))
        .await;
    runner.check("conditions_hold", conditions_hold(&s3)).await;
    runner
        .check("presigned_requests", presigned_requests(&s3))
        .await;
    runner
        .check("versions_are_kept", versions_are_kept(&s3))
        .await;
    runner
        .check("errors_have_their_types", errors_have_their_types(&s3))
        .await;
    runner.end()
}

async fn put(s3: &Client, bucket: &str, key: &str, body: Vec<u8>) {
    let put = s3.put_object().bucket(bucket).key(key);
    put.body(ByteStream::from(body)).send().await.unwrap();
}

async fn got(s3: &Client, bucket: &str, key: &str) -> Vec<u8> {
    let get = s3.get_object().bucket(bucket).key(key);
    let answer = get
        .checksum_mode(ChecksumMode::Enabled)
        .send()
        .await
        .unwrap();
    answer.body.collect().await.unwrap().to_vec()
}

async fn bodies_and_metadata_come_back(s3: &Client) {
    let bucket = new_bucket(s3).await;
    for size in [0, 1, 100_000, 6 * MIB] {
        let body = content(size);
        s3.put_object()
            .bucket(&bucket)
            .key("a key ü")
            .body(ByteStream::from(body.clone()))
            .content_type("a/b")
            .metadata("colour", "green")
            .send()
            .await
            .unwrap();
        assert!(got(s3, &bucket, "a key ü").await == body, "{size} bytes");
    }
    let head = s3
        .head_object()
        .bucket(&bucket)
        .key("a key ü")
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_type(), Some("a/b"));
    assert_eq!(head.metadata().unwrap()["colour"], "green");
    let range = s3
        .get_object()
        .bucket(&bucket)
        .key("a key ü")
        .range("bytes=-10");
    assert_eq!(range.send().await.unwrap().content_length(), Some(10));
}

/// A file is streamed, in signed chunks with a trailer.
async fn checksums_in_trailers(s3: &Client) {
    let bucket = new_bucket(s3).await;
    let body = content(300_000);
    let file = std::env::temp_dir().join(&bucket);
    tokio::fs::write(&file, &body).await.unwrap();
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        let stream = ByteStream::from_path(&file).await.unwrap();
        let put = s3.put_object().bucket(&bucket).key("key").body(stream);
        put.checksum_algorithm(algorithm).send().await.unwrap();
        assert!(got(s3, &bucket, "key").await == body);
    }
    tokio::fs::remove_file(&file).await.unwrap();
}

async fn bodies_without_checksums(s3: &Client) {
    let bucket = new_bucket(s3).await;
    let body = content(100_000);
    put(s3, &bucket, "key", body.clone()).await;
    assert!(got(s3, &bucket, "key").await == body);
}

async fn hostile_keys(s3: &Client) {
    let bucket = new_bucket(s3).await;
    for key in HOSTILE {
        put(s3, &bucket, key, key.as_bytes().to_vec()).await;
    }
    for key in HOSTILE {
        assert_eq!(got(s3, &bucket, key).await, key.as_bytes(), "{key:?}");
    }
    let list = s3
        .list_objects_v2()
        .bucket(&bucket)
        .encoding_type(EncodingType::Url);
    assert_eq!(list.send().await.unwrap().key_count(), Some(20));
    let named = |key: &str| ObjectIdentifier::builder().key(key).build().unwrap();
    let all = Delete::builder()
        .set_objects(Some(HOSTILE.map(named).to_vec()))
        .build()
        .unwrap();
    let done = s3
        .delete_objects()
        .bucket(&bucket)
        .delete(all)
        .send()
        .await
        .unwrap();
    assert_eq!(done.errors(), []);
    let list = s3.list_objects_v2().bucket(&bucket).send().await.unwrap();
    assert_eq!(list.key_count(), Some(0));
}

async fn pages_of_a_listing(s3: &Client) {
    let bucket = new_bucket(s3).await;
    let keys: Vec<_> = (0..1100)
        .map(|number| format!("key +%{number:04}"))
        .collect();
    for some in keys.chunks(50) {
        let puts = some.iter().map(|key| put(s3, &bucket, key, Vec::new()));
        futures_util::future::join_all(puts).await;
    }
    for page in [7, 1000] {
        let paginator = s3.list_objects_v2().bucket(&bucket).into_paginator();
        let mut pages = paginator.page_size(page).send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.unwrap();
            found.extend(
                page.contents()
                    .iter()
                    .map(|object| object.key().unwrap().to_owned()),
            );
        }
        assert!(found == keys, "pages of {page}");
    }
}

async fn resumed_upload(s3: &Client) {
    let bucket = new_bucket(s3).await;
    let body = content(12 * MIB);
    let create = s3.create_multipart_upload().bucket(&bucket).key("a key");
    let upload = create.send().await.unwrap().upload_id().unwrap().to_owned();
    let part = async |number, body: &[u8]| {
        let part = s3
            .upload_part()
            .bucket(&bucket)
            .key("a key")
            .upload_id(&upload);
        let part = part
            .part_number(number)
            .body(ByteStream::from(body.to_vec()));
        part.send().await.unwrap();
    };
    part(1, &body[..5 * MIB]).await;
    let list = s3
        .list_parts()
        .bucket(&bucket)
        .key("a key")
        .upload_id(&upload);
    assert_eq!(
        list.send().await.unwrap().parts()[0].size(),
        Some(5 * MIB as i64)
    );
    part(2, &body[5 * MIB..]).await;
    let list = s3
        .list_parts()
        .bucket(&bucket)
        .key("a key")
        .upload_id(&upload);
    let listed = list.send().await.unwrap();
    let parts = listed.parts().iter().map(|part| {
        CompletedPart::builder()
            .set_part_number(part.part_number())
            .set_e_tag(part.e_tag.clone())
            .set_checksum_crc32(part.checksum_crc32.clone())
            .set_checksum_crc64_nvme(part.checksum_crc64_nvme.clone())
            .build()
    });
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.collect()));
    let complete = s3.complete_multipart_upload().bucket(&bucket).key("a key");
    let complete = complete.upload_id(&upload).multipart_upload(parts.build());
    let done = complete.send().await.unwrap();
    assert!(done.e_tag().unwrap().ends_with("-2\""));
    assert!(got(s3, &bucket, "a key").await == body);
}

async fn copies(s3: &Client) {
    let bucket = new_bucket(s3).await;
    let body = content(6 * MIB);
    put(s3, &bucket, "a b", body.clone()).await;
    let source = format!("{bucket}/a%20b");
    let copy = s3
        .copy_object()
        .bucket(&bucket)
        .key("copy")
        .copy_source(&source);
    copy.send().await.unwrap();
    assert!(got(s3, &bucket, "copy").await == body);

    let create = s3.create_multipart_upload().bucket(&bucket).key("of parts");
    let upload = create.send().await.unwrap().upload_id().unwrap().to_owned();
    let copy = s3
        .upload_part_copy()
        .bucket(&bucket)
        .key("of parts")
        .upload_id(&upload);
    let copy = copy.part_number(1).copy_source(&source);
    let range = format!("bytes=1-{}", 5 * MIB);
    let copied = copy.copy_source_range(range).send().await.unwrap();
    let part = CompletedPart::builder().part_number(1);
    let part = part
        .e_tag(copied.copy_part_result().unwrap().e_tag().unwrap())
        .build();
    let parts = CompletedMultipartUpload::builder().parts(part).build();
    let complete = s3
        .complete_multipart_upload()
        .bucket(&bucket)
        .key("of parts");
    complete
        .upload_id(&upload)
        .multipart_upload(parts)
        .send()
        .await
        .unwrap();
    assert!(got(s3, &bucket, "of parts").await == body[1..=5 * MIB]);
}

async fn conditions_hold(s3: &Client) {
    let bucket = new_bucket(s3).await;
    let put = || {
        s3.put_object()
            .bucket(&bucket)
            .key("key")
            .body(ByteStream::from_static(b"body"))
    };
    let made = put().if_none_match("*").send().await.unwrap();
    let again = put().if_none_match("*").send().await.unwrap_err();
    assert_eq!(again.code(), Some("PreconditionFailed"));
    put().if_match(made.e_tag().unwrap()).send().await.unwrap();
    let other = put()
        .if_match("\"00000000000000000000000000000000\"")
        .send()
        .await;
    assert_eq!(other.unwrap_err().code(), Some("PreconditionFailed"));
}

async fn presigned_requests(s3: &Client) {
    let bucket = new_bucket(s3).await;
    put(s3, &bucket, "a key +%", b"linked".to_vec()).await;
    let minute = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let get = s3
        .get_object()
        .bucket(&bucket)
        .key("a key +%")
        .presigned(minute)
        .await
        .unwrap();
    let answer = crate::object_store_checks::fetch(get.uri()).await;
    assert!(answer.ends_with("linked"), "{answer}");
}

async fn versions_are_kept(s3: &Client) {
    let bucket = new_bucket(s3).await;
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
    let put = s3.put_bucket_versioning().bucket(&bucket);
    put.versioning_configuration(enabled.build())
        .send()
        .await
        .unwrap();
    let put = |body| {
        s3.put_object()
            .bucket(&bucket)
            .key("key")
            .body(ByteStream::from_static(body))
    };
    let first = put(b"one")
        .send()
        .await
        .unwrap()
        .version_id()
        .unwrap()
        .to_owned();
    put(b"two").send().await.unwrap();
    let get = s3.get_object().bucket(&bucket).key("key").version_id(first);
    let body = get.send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(body.to_vec(), b"one");
}

async fn errors_have_their_types(s3: &Client) {
    let bucket = new_bucket(s3).await;
    let get = s3.get_object().bucket(&bucket).key("none").send().await;
    assert!(get.unwrap_err().into_service_error().is_no_such_key());
    let head = s3.head_object().bucket(&bucket).key("none").send().await;
    assert!(head.unwrap_err().into_service_error().is_not_found());
    let absent = s3
        .list_objects_v2()
        .bucket("check-there-is-no-such-bucket")
        .send()
        .await;
    assert!(absent.unwrap_err().into_service_error().is_no_such_bucket());
    let again = s3.create_bucket().bucket("a..b").send().await.unwrap_err();
    assert_eq!(again.code(), Some("InvalidBucketName"));
}
