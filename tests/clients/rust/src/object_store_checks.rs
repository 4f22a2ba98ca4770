//! `object_store` against the checks that it brings for stores, as it runs them against Amazon.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum, S3ConditionalPut, S3CopyIfNotExists};
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig, integration};

use crate::runner::{Runner, Server, new_bucket};

struct Stores {
    server: Server,
    client: Client,
}

impl Stores {
    fn of_bucket(&self, bucket: &str) -> AmazonS3Builder {
        let once = RetryConfig {
            max_retries: 0,
            ..RetryConfig::default()
        };
        AmazonS3Builder::new()
            .with_endpoint(&self.server.endpoint)
            .with_allow_http(true)
            .with_region("us-east-1")
            .with_access_key_id(&self.server.access_key)
            .with_secret_access_key(&self.server.secret_key)
            .with_bucket_name(bucket)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_copy_if_not_exists(S3CopyIfNotExists::Multipart)
            .with_retry(once)
    }

    async fn new_with(&self, set: impl FnOnce(AmazonS3Builder) -> AmazonS3Builder) -> AmazonS3 {
        let bucket = new_bucket(&self.client).await;
        set(self.of_bucket(&bucket)).build().unwrap()
    }

    async fn new(&self) -> AmazonS3 {
        self.new_with(|builder| builder).await
    }
}

pub async fn run() -> ExitCode {
    // The library will not build its client without one, though nothing here is encrypted.
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    let server = Server::from_environment();
    let client = server.client(RequestChecksumCalculation::WhenSupported);
    let stores = Stores { server, client };
    let mut runner = Runner::about("object_store");
    objects(&stores, &mut runner).await;
    uploads(&stores, &mut runner).await;
    ways_of_signing(&stores, &mut runner).await;
    runner.end()
}

async fn objects(stores: &Stores, runner: &mut Runner) {
    let store = stores.new().await;
    runner
        .check(
            "put_get_delete_list",
            integration::put_get_delete_list(&store),
        )
        .await;
    let store = stores.new().await;
    runner
        .check(
            "list_with_offset_exclusivity",
            integration::list_with_offset_exclusivity(&store),
        )
        .await;
    let store = stores.new().await;
    runner
        .check("get_opts", integration::get_opts(&store))
        .await;
    let store = stores.new().await;
    let directories = integration::list_uses_directories_correctly(&store);
    runner
        .check("list_uses_directories_correctly", directories)
        .await;
    let store = stores.new().await;
    runner
        .check(
            "list_with_delimiter",
            integration::list_with_delimiter(&store),
        )
        .await;
    let store = stores.new().await;
    runner
        .check(
            "list_paginated",
            integration::list_paginated(&store, &store),
        )
        .await;
    let store = stores.new().await;
    runner
        .check("rename_and_copy", integration::rename_and_copy(&store))
        .await;
    let store = stores.new().await;
    let absent = integration::copy_rename_nonexistent_object(&store);
    runner.check("copy_rename_nonexistent_object", absent).await;
    let store = stores.new().await;
    runner
        .check(
            "copy_if_not_exists",
            integration::copy_if_not_exists(&store),
        )
        .await;
    let store = stores.new().await;
    runner
        .check(
            "put_opts_with_conditions",
            integration::put_opts(&store, true),
        )
        .await;
    let store = stores.new().await;
    runner
        .check(
            "put_get_attributes",
            integration::put_get_attributes(&store),
        )
        .await;
    runner
        .check("what_does_not_exist", what_does_not_exist(stores))
        .await;
}

async fn uploads(stores: &Stores, runner: &mut Runner) {
    let store = stores.new().await;
    runner
        .check("stream_get", integration::stream_get(&store))
        .await;
    let store = stores.new().await;
    runner
        .check("multipart", integration::multipart(&store, &store))
        .await;
    let store = stores.new().await;
    runner
        .check(
            "multipart_with_opts",
            integration::multipart_with_opts(&store, &store),
        )
        .await;
    let store = stores.new().await;
    let out_of_order = integration::multipart_put_part_out_of_order(&store, &store);
    runner
        .check("multipart_put_part_out_of_order", out_of_order)
        .await;
    let store = stores.new().await;
    let race = integration::multipart_race_condition(&store, true);
    runner.check("multipart_race_condition", race).await;
    let store = stores.new().await;
    runner
        .check(
            "multipart_out_of_order",
            integration::multipart_out_of_order(&store),
        )
        .await;
}

async fn ways_of_signing(stores: &Stores, runner: &mut Runner) {
    let store = stores
        .new_with(|builder| builder.with_unsigned_payload(true))
        .await;
    runner
        .check(
            "unsigned_payloads",
            integration::put_get_delete_list(&store),
        )
        .await;
    let by_sha256 = |builder: AmazonS3Builder| builder.with_checksum_algorithm(Checksum::SHA256);
    let store = stores.new_with(by_sha256).await;
    runner
        .check(
            "checksums_by_sha256",
            integration::put_get_delete_list(&store),
        )
        .await;
    let by_crc = |builder: AmazonS3Builder| builder.with_checksum_algorithm(Checksum::CRC64NVME);
    let store = stores.new_with(by_crc).await;
    runner
        .check(
            "checksums_by_crc64nvme",
            integration::put_get_delete_list(&store),
        )
        .await;
    let store = stores.new().await;
    runner
        .check("signed_links_open", signed_links_open(&store))
        .await;
    runner
        .check(
            "keys_of_the_client_encrypt",
            keys_of_the_client_encrypt(stores),
        )
        .await;
}

async fn what_does_not_exist(stores: &Stores) {
    let store = stores.new().await;
    let location = Path::from("none");
    let absent = integration::get_nonexistent_object(&store, Some(location.clone())).await;
    assert!(matches!(absent, Err(Error::NotFound { .. })), "{absent:?}");
    store.delete(&location).await.unwrap();
    let nowhere = stores
        .of_bucket("check-there-is-no-such-bucket")
        .build()
        .unwrap();
    let refused = [
        nowhere.get(&location).await.map(drop),
        nowhere
            .put(&location, PutPayload::from("data"))
            .await
            .map(drop),
        nowhere.delete(&location).await,
    ];
    for refused in refused {
        assert!(
            matches!(refused, Err(Error::NotFound { .. })),
            "{refused:?}"
        );
    }
}

async fn signed_links_open(store: &AmazonS3) {
    let location = Path::from("a folder/with ü + %");
    store
        .put(&location, PutPayload::from("linked"))
        .await
        .unwrap();
    let minute = Duration::from_secs(60);
    let link = store
        .signed_url("GET".parse().unwrap(), &location, minute)
        .await
        .unwrap();
    let answer = fetch(link.as_str()).await;
    assert!(answer.ends_with("linked"), "{answer}");
}

/// What a plain request for the link is answered with.
pub async fn fetch(link: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (host, path) = link
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn keys_of_the_client_encrypt(stores: &Stores) {
    let bucket = new_bucket(&stores.client).await;
    // 32 bytes of zeros, as the header has them.
    let key = format!("{}=", "A".repeat(43));
    let with_key = stores
        .of_bucket(&bucket)
        .with_ssec_encryption(key)
        .build()
        .unwrap();
    let store: Arc<dyn ObjectStore> = Arc::new(with_key);
    let location = Path::from("secret");
    store
        .put(&location, PutPayload::from("hidden"))
        .await
        .unwrap();
    let got = store.get(&location).await.unwrap().bytes().await.unwrap();
    assert_eq!(got, "hidden");
    let plain = stores.of_bucket(&bucket).build().unwrap();
    assert!(
        plain.get(&location).await.is_err(),
        "without the key there is no reading it"
    );
}
