//! Lifecycle rules: set, shown, taken away, and what answers tell of them.

use std::time::SystemTime;

use crate::support::{Call, Client, Reply, call};

const MINIMUM: &str = "x-amz-transition-default-minimum-object-size";

fn rules(rules: &str) -> String {
    format!(
        "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{rules}\
         </LifecycleConfiguration>"
    )
}

fn expiring(id: &str, filter: &str, days: u32) -> String {
    rules(&format!(
        "<Rule><ID>{id}</ID><Filter>{filter}</Filter><Status>Enabled</Status>\
         <Expiration><Days>{days}</Days></Expiration></Rule>"
    ))
}

/// A PUT with the digest that Amazon insists on.
fn put(body: &str) -> Call {
    let digest = md5(body.as_bytes());
    let call = call("PUT", "/bucket?lifecycle").body(body.to_owned());
    call.header("content-md5", digest)
}

fn md5(body: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(storage_engine::hash::md5_inline(body))
}

async fn with(body: &str) -> Client {
    let client = Client::with_bucket().await;
    client.send(put(body)).await.ok();
    client
}

async fn shown(client: &Client) -> Reply {
    client.get("/bucket?lifecycle").await
}

#[tokio::test]
async fn rules_are_shown_as_they_were_set() {
    let body = expiring("one rule", "<Prefix>logs/</Prefix>", 3);
    let client = with(&body).await;
    let answer = shown(&client).await.ok();
    assert!(answer.text().ends_with(&body), "{}", answer.text());
    assert_eq!(answer.header(MINIMUM), "all_storage_classes_128K");
    let other = expiring("other", "", 1);
    let varies = put(&other).header(MINIMUM, "varies_by_storage_class");
    let answer = client.send(varies).await.ok();
    assert_eq!(answer.header(MINIMUM), "varies_by_storage_class");
    let answer = shown(&client).await.ok();
    assert_eq!(answer.tags("ID"), ["other"]);
    assert_eq!(answer.header(MINIMUM), "varies_by_storage_class");
}

#[tokio::test]
async fn rules_can_be_taken_away_any_number_of_times() {
    let client = Client::with_bucket().await;
    let delete = || client.send(call("DELETE", "/bucket?lifecycle"));
    assert_eq!(delete().await.status, 204);
    client.send(put(&expiring("a", "", 1))).await.ok();
    assert_eq!(delete().await.status, 204);
    shown(&client)
        .await
        .refused(404, "NoSuchLifecycleConfiguration");
    assert_eq!(delete().await.status, 204);
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let body = expiring("a", "", 1);
    let client = with(&body).await;
    let undigested = call("PUT", "/bucket?lifecycle").body(expiring("b", "", 1));
    client.send(undigested).await.refused(400, "InvalidRequest");
    let days = put(&expiring("b", "", 0));
    client.send(days).await.refused(400, "InvalidArgument");
    let minimum = put(&expiring("b", "", 1)).header(MINIMUM, "none");
    client.send(minimum).await.refused(400, "InvalidArgument");
    client
        .send(put("<Rules/>"))
        .await
        .refused(400, "MalformedXML");
    let long = "x".repeat(5 << 20);
    client.send(put(&long)).await.refused(400, "EntityTooLarge");
    assert!(shown(&client).await.ok().text().ends_with(&body));
}

#[tokio::test]
async fn a_thousand_rules_come_back() {
    let one = |number: usize| {
        format!(
            "<Rule><ID>rule {number}</ID><Filter><Prefix>tenant-{number}/</Prefix></Filter>\
             <Status>Enabled</Status><Expiration><Days>{}</Days></Expiration></Rule>",
            number + 1
        )
    };
    let body = rules(&(0..1000).map(one).collect::<String>());
    assert!(
        body.len() > 60 << 10,
        "more than a document of the engine may have"
    );
    let client = with(&body).await;
    assert!(shown(&client).await.ok().text().ends_with(&body));
    let told = client.put("/bucket/tenant-7/x", "1").await;
    assert!(
        told.header("x-amz-expiration")
            .ends_with("rule-id=\"rule%207\"")
    );
}

/// Whether the date in a header is so many days, cut off, after what was asked at `asked`: a day may
/// have ended meanwhile.
fn is_in_days(header: &str, asked: SystemTime, days: u64) -> bool {
    let date = header.split('"').nth(1).unwrap();
    let at = httpdate::parse_http_date(date).unwrap();
    [asked, SystemTime::now()].into_iter().any(|since| {
        let left = at.duration_since(since).unwrap();
        left.as_secs() / (24 * 3600) == days
    })
}

#[tokio::test]
async fn answers_tell_when_an_object_expires() {
    let client = with(&expiring("rule 1/a", "<Prefix>a/</Prefix>", 3)).await;
    let asked = SystemTime::now();
    let put = client.put("/bucket/a/1", "1").await;
    let told = put.header("x-amz-expiration").to_owned();
    assert!(told.starts_with("expiry-date=\""), "{told}");
    assert!(
        told.contains("00:00:00 GMT\", rule-id=\"rule%201%2Fa\""),
        "{told}"
    );
    assert!(is_in_days(&told, asked, 3), "{told}");
    for method in ["GET", "HEAD"] {
        let read = client.send(call(method, "/bucket/a/1")).await.ok();
        assert_eq!(read.header("x-amz-expiration"), told);
    }
    let copy = |to: &str| call("PUT", to).header("x-amz-copy-source", "bucket/a/1");
    let copied = client.send(copy("/bucket/a/2")).await.ok();
    assert_eq!(copied.header("x-amz-expiration"), told);
    let elsewhere = client.send(copy("/bucket/b/2")).await.ok();
    assert_eq!(elsewhere.header("x-amz-expiration"), "");
    let other = client.put("/bucket/b/1", "1").await;
    assert_eq!(other.header("x-amz-expiration"), "");
}

#[tokio::test]
async fn tags_decide_what_answers_tell() {
    let tag = "<Tag><Key>class</Key><Value>short</Value></Tag>";
    let client = with(&expiring("a", tag, 1)).await;
    let put = |tags: &str| call("PUT", "/bucket/key").header("x-amz-tagging", tags);
    let told = client.send(put("class=short&other=1")).await.ok();
    assert_ne!(told.header("x-amz-expiration"), "");
    let copy = |to: &str| call("PUT", to).header("x-amz-copy-source", "bucket/key");
    let copied = client.send(copy("/bucket/copy")).await.ok();
    assert_ne!(copied.header("x-amz-expiration"), "");
    let retagged = copy("/bucket/copy")
        .header("x-amz-tagging-directive", "REPLACE")
        .header("x-amz-tagging", "class=long");
    let copied = client.send(retagged).await.ok();
    assert_eq!(copied.header("x-amz-expiration"), "");
    let told = client.send(put("class=long")).await.ok();
    assert_eq!(told.header("x-amz-expiration"), "");
    let read = client.get("/bucket/key").await.ok();
    assert_eq!(read.header("x-amz-expiration"), "");
}

#[tokio::test]
async fn uploads_are_told_when_they_end() {
    let client = with(&rules(
        "<Rule><ID>ends</ID><Filter><Prefix>a/</Prefix></Filter><Status>Enabled</Status>\
         <Expiration><Days>9</Days></Expiration>\
         <AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation>\
         </AbortIncompleteMultipartUpload></Rule>",
    ))
    .await;
    let asked = SystemTime::now();
    let created = client.send(call("POST", "/bucket/a/1?uploads")).await.ok();
    let date = created.header("x-amz-abort-date").to_owned();
    assert!(is_in_days(&format!("\"{date}\""), asked, 2), "{date}");
    assert_eq!(created.header("x-amz-abort-rule-id"), "ends");
    let upload = created.tag("UploadId").to_owned();
    let listed = client
        .get(&format!("/bucket/a/1?uploadId={upload}"))
        .await
        .ok();
    assert_eq!(listed.header("x-amz-abort-date"), date);
    assert_eq!(listed.header("x-amz-abort-rule-id"), "ends");
    let part = client
        .put(
            &format!("/bucket/a/1?partNumber=1&uploadId={upload}"),
            "part",
        )
        .await;
    let body = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part>\
         </CompleteMultipartUpload>",
        part.header("etag").replace('"', "")
    );
    let complete = call("POST", format!("/bucket/a/1?uploadId={upload}")).body(body);
    let asked = SystemTime::now();
    let completed = client.send(complete).await.ok();
    let told = completed.header("x-amz-expiration");
    assert!(is_in_days(told, asked, 9), "{told}");
    let other = client.send(call("POST", "/bucket/b?uploads")).await.ok();
    assert_eq!(other.header("x-amz-abort-date"), "");
}
