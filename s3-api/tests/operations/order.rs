//! In which order a request is refused: who asks comes first, then whether the bucket is there, then
//! whether it may be done, and only then what is there.

use crate::support::{Call, Client, Keys, call};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use s3_api::{OPERATIONS, Operation, Ownership, SigV2};

/// A request for each operation, on that bucket and a key that is not there.
fn requests(bucket: &str) -> Vec<(&'static Operation, Call)> {
    let of = |row: &'static Operation| {
        let example = row.example(bucket, "absent");
        let start = call(example.method, example.target);
        let headers = example.headers.iter();
        (
            row,
            headers.fold(start, |call, name| call.header(name, "x")),
        )
    };
    OPERATIONS.iter().map(of).collect()
}

/// Whether an answer has the code; that to a HEAD has no document that could say so.
async fn refused(
    client: &Client,
    request: Request<Full<Bytes>>,
    status: u16,
    code: &str,
    of: &str,
) {
    let is_head = request.method() == "HEAD";
    let reply = client.send_raw(request).await;
    assert_eq!(reply.status.as_u16(), status, "{of}: {}", reply.text());
    if !is_head {
        assert_eq!(reply.tag("Code"), code, "{of}");
    }
}

fn stranger() -> Keys {
    Keys::new("NOBODYS", "secret")
}

#[tokio::test]
async fn who_asks_is_asked_before_anything_else() {
    let client = Client::with_bucket().await;
    for bucket in ["bucket", "no-bucket"] {
        for (row, call) in requests(bucket) {
            let request = call.signed_by(&stranger());
            refused(&client, request, 403, "InvalidAccessKeyId", row.name).await;
        }
        for (row, call) in requests(bucket) {
            let request = call.signed_by(&Keys::new("AKID", "wrong"));
            refused(&client, request, 403, "SignatureDoesNotMatch", row.name).await;
        }
    }
}

/// Also operations that are not served: whether they are is nobody's business who may not use them.
#[tokio::test]
async fn a_bucket_must_be_there_before_anything_is_done_to_it() {
    let client = Client::new().await;
    for (row, call) in requests("no-bucket") {
        if !row.is_of_service() && row.name != "CreateBucket" {
            refused(&client, call.signed(), 404, "NoSuchBucket", row.name).await;
        }
    }
}

#[tokio::test]
async fn what_may_not_be_done_is_refused_before_it_is_looked_for() {
    for ownership in [Ownership::BucketOwnerEnforced, Ownership::ObjectWriter] {
        let client = Client::set(|config| config.ownership = ownership).await;
        client.send(call("PUT", "/bucket")).await.ok();
        let other = client.account("other").await;
        for (row, call) in requests("bucket") {
            match row.name {
                // Everybody with a key may ask for his own buckets.
                _ if row.is_of_service() => continue,
                "CreateBucket" => {
                    let request = call.signed_by(&other);
                    refused(&client, request, 409, "BucketAlreadyExists", row.name).await;
                    continue;
                }
                // Permitted or not for each key, which a request without a document has none of.
                "DeleteObjects" => {
                    let request = call.clone().signed_by(&other);
                    refused(&client, request, 400, "InvalidRequest", row.name).await;
                    continue;
                }
                _ => {}
            }
            let request = call.clone().signed_by(&other);
            refused(&client, request, 403, "AccessDenied", row.name).await;
            refused(&client, call.unsigned(), 403, "AccessDenied", row.name).await;
        }
    }
}

#[tokio::test]
async fn signatures_that_are_none_are_told_apart() {
    let client = Client::set(|config| config.sigv2 = SigV2::Accepted).await;
    client.send(call("PUT", "/bucket")).await.ok();
    let now = httpdate::fmt_http_date(std::time::SystemTime::now());
    for target in ["/bucket/key", "/new-bucket"] {
        for (authorization, date, status, code) in [
            ("", Some(&now), 403, "AccessDenied"),
            ("AWS HAHAHA", Some(&now), 400, "InvalidArgument"),
            ("HAHAHA", Some(&now), 400, "InvalidArgument"),
            (
                "AWS4-HMAC-SHA256 HAHAHA",
                Some(&now),
                400,
                "AuthorizationHeaderMalformed",
            ),
            (
                "AWS NOBODYS:FWeDfwojDSdS2Ztmpfeubhd9isU=",
                Some(&now),
                403,
                "InvalidAccessKeyId",
            ),
            (
                "AWS AKID:FWeDfwojDSdS2Ztmpfeubhd9isU=",
                Some(&now),
                403,
                "SignatureDoesNotMatch",
            ),
            (
                "AWS AKID:FWeDfwojDSdS2Ztmpfeubhd9isU=",
                None,
                403,
                "AccessDenied",
            ),
        ] {
            let mut put = call("PUT", target).body("bar");
            put = put.header("authorization", authorization);
            if let Some(date) = date {
                put = put.header("date", date.as_str());
            }
            let reply = client.send_raw(put.unsigned()).await;
            reply.refused(status, code);
        }
    }
    client.get("/bucket/key").await.refused(404, "NoSuchKey");
    client.get("/new-bucket").await.refused(404, "NoSuchBucket");
}
