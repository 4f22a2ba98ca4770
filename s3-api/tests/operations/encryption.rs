//! Server-side encryption with customers' keys, the store's and a ring's.

use crate::support::{Call, Client, Reply, call};
use s3_api::CustomerKeys;
use s3_api::kms::{KeyId, KeyState};

const KEY: (&str, &str) = (
    "pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs=",
    "DWygnHRtgiJ77HCm+1rvHw==",
);
const OTHER: (&str, &str) = (
    "6b+WOZ1T3cqZMxgThRcXAQBrS5mXKdDUphvpxptl9/4=",
    "arxBvwY2V4SiOne6yppVPQ==",
);
const SSE: &str = "x-amz-server-side-encryption";
const KMS_KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const CUSTOMER: &str = "x-amz-server-side-encryption-customer";

async fn store() -> Client {
    let client = Client::set(|config| config.customer_keys = CustomerKeys::Anywhere).await;
    client.send(call("PUT", "/bucket")).await.ok();
    for id in ["one", "two"] {
        client.ring.create(&key_id(id)).await.unwrap();
    }
    client
}

fn key_id(id: &str) -> KeyId {
    KeyId::parse(id).unwrap()
}

fn keyed(call: Call, (key, md5): (&str, &str)) -> Call {
    call.header(&format!("{CUSTOMER}-algorithm"), "AES256")
        .header(&format!("{CUSTOMER}-key"), key)
        .header(&format!("{CUSTOMER}-key-md5"), md5)
}

fn from_keyed(call: Call, (key, md5): (&str, &str)) -> Call {
    let name = "x-amz-copy-source-server-side-encryption-customer";
    call.header(&format!("{name}-algorithm"), "AES256")
        .header(&format!("{name}-key"), key)
        .header(&format!("{name}-key-md5"), md5)
}

fn kms(call: Call, id: &str) -> Call {
    call.header(SSE, "aws:kms").header(KMS_KEY, id)
}

fn md5_tag(body: &str) -> String {
    let digest = storage_engine::hash::md5_inline(body.as_bytes());
    format!("\"{}\"", hex(&digest))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[track_caller]
fn is_kms(reply: &Reply, id: &str) {
    assert_eq!((reply.header(SSE), reply.header(KMS_KEY)), ("aws:kms", id));
}

#[tokio::test]
async fn a_customers_key_is_needed_again_by_every_reader() {
    let client = store().await;
    let put = keyed(call("PUT", "/bucket/key").body("secret text"), KEY);
    let put = client.send(put).await.ok();
    assert_eq!(put.header(&format!("{CUSTOMER}-key-md5")), KEY.1);
    assert_ne!(put.header("etag"), md5_tag("secret text"));
    for method in ["GET", "HEAD"] {
        let bare = client.send(call(method, "/bucket/key")).await;
        assert_eq!(bare.status, 400);
        let wrong = keyed(call(method, "/bucket/key"), OTHER);
        assert_eq!(client.send(wrong).await.status, 400);
        let right = keyed(call(method, "/bucket/key"), KEY);
        let right = client.send(right).await.ok();
        assert_eq!(right.header(&format!("{CUSTOMER}-algorithm")), "AES256");
        assert_eq!(right.header("etag"), put.header("etag"));
    }
    let range = keyed(
        call("GET", "/bucket/key").header("range", "bytes=7-10"),
        KEY,
    );
    assert_eq!(client.send(range).await.ok().body, "text");
    client.put("/bucket/plain", "plain").await;
    let keyed = keyed(call("GET", "/bucket/plain"), KEY);
    client.send(keyed).await.refused(400, "InvalidRequest");
}

#[tokio::test]
async fn a_customers_key_does_not_travel_in_the_open() {
    let client = Client::with_bucket().await;
    let put = keyed(call("PUT", "/bucket/key").body("text"), KEY);
    let refused = client.send(put).await.refused(400, "InvalidRequest");
    assert!(refused.text().contains("secure connection"));
    client.get("/bucket/key").await.refused(404, "NoSuchKey");
    for (address, status) in [("127.0.0.1", 200), ("192.0.2.1", 400)] {
        let put = keyed(call("PUT", "/bucket/key").body("text"), KEY);
        let mut request = put.signed();
        request.extensions_mut().insert(s3_api::Client {
            address: address.parse().unwrap(),
            scheme: s3_api::Scheme::Http,
        });
        assert_eq!(client.send_raw(request).await.status, status);
    }
}

#[tokio::test]
async fn the_stores_own_key_shows_nowhere_but_in_a_header() {
    let client = store().await;
    let body = "x".repeat(300_000);
    let put = call("PUT", "/bucket/key").header(SSE, "AES256");
    let put = client.send(put.body(body.clone())).await.ok();
    assert_eq!(put.header(SSE), "AES256");
    assert_eq!(put.header("etag"), md5_tag(&body));
    let got = client.get("/bucket/key").await.ok();
    assert_eq!((got.header(SSE), got.body == body), ("AES256", true));
    assert!(
        got.headers
            .keys()
            .all(|name| !name.as_str().contains("wrapped"))
    );
    let range = call("GET", "/bucket/key").header("range", "bytes=99-101");
    assert_eq!(client.send(range).await.ok().body, "xxx");
    let declared = call("GET", "/bucket/key").header(SSE, "AES256");
    client.send(declared).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn a_chosen_key_must_exist_and_be_enabled() {
    let client = store().await;
    let put = client.send(kms(call("PUT", "/bucket/key").body("text"), "one"));
    let put = put.await.ok();
    is_kms(&put, "one");
    assert_ne!(put.header("etag"), md5_tag("text"));
    let missing = kms(call("PUT", "/bucket/other").body("text"), "three");
    let missing = client.send(missing).await;
    missing.refused(400, "KMS.NotFoundException");
    client.get("/bucket/other").await.refused(404, "NoSuchKey");
    client.ring.rotate(&key_id("one")).await.unwrap();
    let got = client.get("/bucket/key").await.ok();
    is_kms(&got, "one");
    assert_eq!(got.body, "text");
    let disabled = KeyState::Disabled;
    client
        .ring
        .set_state(&key_id("one"), disabled)
        .await
        .unwrap();
    let refused = client.get("/bucket/key").await;
    refused.refused(400, "KMS.DisabledException");
    let put = client.send(kms(call("PUT", "/bucket/key").body("text"), "one"));
    put.await.refused(400, "KMS.DisabledException");
}

#[tokio::test]
async fn without_a_key_id_the_accounts_own_key_is_made() {
    let client = store().await;
    let put = call("PUT", "/bucket/key").header(SSE, "aws:kms");
    let put = put.header("x-amz-server-side-encryption-context", "eyJhIjoiMSJ9");
    let put = client.send(put.body("text")).await.ok();
    is_kms(&put, "aws/s3");
    let context = put.header("x-amz-server-side-encryption-context");
    assert_eq!(context, "eyJhIjoiMSJ9");
    let got = client.get("/bucket/key").await.ok();
    assert_eq!(got.header("x-amz-server-side-encryption-context"), "");
    assert_eq!(got.body, "text");
}

#[tokio::test]
async fn a_buckets_default_counts_where_nothing_is_asked_for() {
    let client = store().await;
    let get = || client.get("/bucket?encryption");
    let unset = "ServerSideEncryptionConfigurationNotFoundError";
    get().await.refused(404, unset);
    let rule = "<Rule><ApplyServerSideEncryptionByDefault><KMSMasterKeyID>two</KMSMasterKeyID>\
                <SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
                <BucketKeyEnabled>true</BucketKeyEnabled></Rule>";
    let root = "ServerSideEncryptionConfiguration";
    let document = format!("<{root}>{rule}</{root}>");
    client.put("/bucket?encryption", document).await;
    assert!(get().await.ok().text().contains(rule));
    let put = client.put("/bucket/default", "text").await;
    is_kms(&put, "two");
    let bucket_key = "x-amz-server-side-encryption-bucket-key-enabled";
    assert_eq!(put.header(bucket_key), "true");
    let asked = call("PUT", "/bucket/asked").header(SSE, "AES256");
    let asked = client.send(asked.body("text")).await.ok();
    assert_eq!(asked.header(SSE), "AES256");
    client.send(call("DELETE", "/bucket?encryption")).await.ok();
    get().await.refused(404, unset);
    assert_eq!(client.put("/bucket/plain", "text").await.header(SSE), "");
    is_kms(&client.get("/bucket/default").await.ok(), "two");
}

#[tokio::test]
async fn copies_between_all_kinds() {
    let client = store().await;
    type Dress = fn(Call) -> Call;
    let kinds: [(&str, Dress, Dress, Dress); 4] = [
        ("plain", |c| c, |c| c, |c| c),
        ("s3", |c| c.header(SSE, "AES256"), |c| c, |c| c),
        ("kms", |c| kms(c, "one"), |c| c, |c| c),
        (
            "c",
            |c| keyed(c, KEY),
            |c| from_keyed(c, KEY),
            |c| keyed(c, KEY),
        ),
    ];
    let body = "y".repeat(200_000);
    for (source, put, from, _) in kinds {
        let target = format!("/bucket/{source}");
        client
            .send(put(call("PUT", target).body(body.clone())))
            .await
            .ok();
        for (target, to, _, get) in kinds {
            let name = format!("/bucket/{source}-{target}");
            let copy = call("PUT", &name).header("x-amz-copy-source", format!("bucket/{source}"));
            client.send(from(to(copy))).await.ok();
            let got = client.send(get(call("GET", &name))).await.ok();
            assert!(got.body == body, "{name}");
        }
    }
    let keyless = call("PUT", "/bucket/x").header("x-amz-copy-source", "bucket/c");
    client.send(keyless).await.refused(400, "InvalidRequest");
    let itself = call("PUT", "/bucket/s3").header("x-amz-copy-source", "bucket/s3");
    let itself = client.send(kms(itself, "two")).await.ok();
    is_kms(&itself, "two");
    assert!(client.get("/bucket/s3").await.ok().body == body);
}

#[tokio::test]
async fn parts_are_encrypted_as_their_upload() {
    let client = store().await;
    let begin = keyed(call("POST", "/bucket/key?uploads"), KEY);
    let begun = client.send(begin).await.ok();
    let target = format!("/bucket/key?uploadId={}", begun.tag("UploadId"));
    let part = || call("PUT", format!("{target}&partNumber=1")).body("part");
    client.send(part()).await.refused(400, "InvalidRequest");
    let wrong = client.send(keyed(part(), OTHER)).await;
    wrong.refused(400, "InvalidRequest");
    let stored = client.send(keyed(part(), KEY)).await.ok();
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part>\
         </CompleteMultipartUpload>",
        stored.header("etag")
    );
    let complete = || call("POST", &target).body(document.clone());
    client.send(complete()).await.refused(400, "InvalidRequest");
    client.send(keyed(complete(), KEY)).await.ok();
    let got = client.send(keyed(call("GET", "/bucket/key"), KEY)).await;
    assert_eq!(got.ok().body, "part");
}

#[tokio::test]
async fn parts_of_managed_uploads_need_nothing() {
    let client = store().await;
    client.put("/bucket/source", "copied").await;
    let begun = client.send(kms(call("POST", "/bucket/key?uploads"), "one"));
    let begun = begun.await.ok();
    is_kms(&begun, "one");
    let target = format!("/bucket/key?uploadId={}", begun.tag("UploadId"));
    let part = call("PUT", format!("{target}&partNumber=1"));
    let copy = part.header("x-amz-copy-source", "bucket/source");
    let copied = client.send(copy).await.ok();
    is_kms(&copied, "one");
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part>\
         </CompleteMultipartUpload>",
        copied.tag("ETag")
    );
    let completed = client.send(call("POST", &target).body(document)).await;
    is_kms(&completed.ok(), "one");
    let got = client.get("/bucket/key").await.ok();
    is_kms(&got, "one");
    assert_eq!(got.body, "copied");
}

#[tokio::test]
async fn attributes_need_the_customers_key_too() {
    let client = store().await;
    let put = keyed(call("PUT", "/bucket/key").body("secret text"), KEY);
    client.send(put).await.ok();
    let ask = || {
        let attributes = call("GET", "/bucket/key?attributes");
        attributes.header("x-amz-object-attributes", "ObjectSize,Checksum")
    };
    client.send(ask()).await.refused(400, "InvalidRequest");
    let wrong = client.send(keyed(ask(), OTHER)).await;
    wrong.refused(400, "InvalidRequest");
    let told = client.send(keyed(ask(), KEY)).await.ok();
    assert_eq!(told.tag("ObjectSize"), "11");
    // A part that is not there is one whether a key is shown or not.
    let beyond = client.get("/bucket/key?partNumber=2").await;
    beyond.refused(400, "InvalidPart");
}

#[tokio::test]
async fn a_list_of_parts_with_checksums_needs_the_customers_key() {
    let client = store().await;
    for (algorithm, bare) in [(None, 200), (Some("CRC32"), 400)] {
        let mut begin = keyed(call("POST", "/bucket/key?uploads"), KEY);
        if let Some(name) = algorithm {
            begin = begin.header("x-amz-checksum-algorithm", name);
        }
        let upload = client.send(begin).await.ok();
        let target = format!("/bucket/key?uploadId={}", upload.tag("UploadId"));
        let list = || call("GET", target.clone());
        assert_eq!(client.send(list()).await.status, bare, "{algorithm:?}");
        client.send(keyed(list(), KEY)).await.ok();
        let wrong = client.send(keyed(list(), OTHER)).await;
        wrong.refused(400, "InvalidRequest");
    }
    let plain = client.send(call("POST", "/bucket/key?uploads")).await.ok();
    let target = format!("/bucket/key?uploadId={}", plain.tag("UploadId"));
    let needless = client.send(keyed(call("GET", target), KEY)).await;
    needless.refused(400, "InvalidRequest");
}
