//! Access logs: asked for, refused, and what is written.

use crate::support::{Call, Client, call};

fn document(target: &str, prefix: &str, more: &str) -> String {
    format!(
        "<BucketLoggingStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LoggingEnabled>\
         <TargetBucket>{target}</TargetBucket><TargetPrefix>{prefix}</TargetPrefix>{more}\
         </LoggingEnabled></BucketLoggingStatus>"
    )
}

fn set(document: &str) -> Call {
    call("PUT", "/bucket?logging")
        .body(document.to_owned())
        .md5()
}

/// The account that the buckets belong to: the server's own.
fn number(client: &Client) -> String {
    client.identity.root().number.clone()
}

/// Lets logs of `bucket` into `logs`, under `log/`.
fn policy(account: &str) -> Call {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject",
        "Resource":"arn:aws:s3:::logs/log/*",
        "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::bucket"},
                     "StringEquals":{"aws:SourceAccount":"ACCOUNT"}}}]}"#;
    call("PUT", "/logs?policy").body(policy.replace("ACCOUNT", account))
}

/// A store with a bucket, and one that takes its logs.
async fn store() -> Client {
    let client = Client::with_bucket().await;
    client.send(call("PUT", "/logs")).await.ok();
    client.send(policy(&number(&client))).await.ok();
    client
}

/// The lines of all logs, and their keys.
async fn written(client: &Client) -> (Vec<String>, Vec<String>) {
    client.s3.flush_access_log().await;
    let list = client.get("/logs").await.ok();
    let keys: Vec<String> = list.tags("Key").into_iter().map(str::to_owned).collect();
    let mut lines = Vec::new();
    for key in &keys {
        let log = client.get(&format!("/logs/{key}")).await.ok();
        lines.extend(log.text().lines().map(str::to_owned));
    }
    (lines, keys)
}

#[tokio::test]
async fn a_configuration_is_shown_and_taken_away() {
    let client = store().await;
    let empty = client.get("/bucket?logging").await.ok();
    assert!(empty.text().ends_with("></BucketLoggingStatus>"));
    client.send(set(&document("logs", "log/", ""))).await.ok();
    let shown = client.get("/bucket?logging").await.ok();
    let simple = "<TargetObjectKeyFormat><SimplePrefix></SimplePrefix></TargetObjectKeyFormat>";
    let expected = document("logs", "log/", simple);
    assert!(shown.text().ends_with(&expected), "{}", shown.text());
    let none = set("<BucketLoggingStatus/>");
    assert_eq!(client.send(none).await.ok().status, 200);
    let empty = client.get("/bucket?logging").await.ok();
    assert!(empty.text().ends_with("></BucketLoggingStatus>"));
}

#[tokio::test]
async fn buckets_must_be_there_and_let_logs_in() {
    let client = store().await;
    let to = |target: &str, prefix: &str| set(&document(target, prefix, ""));
    let absent = client.send(to("absent", "log/")).await;
    absent.refused(400, "InvalidTargetBucketForLogging");
    let elsewhere = client.send(to("logs", "other/")).await;
    elsewhere.refused(403, "AccessDenied");
    client.send(call("PUT", "/shut")).await.ok();
    let shut = client.send(to("shut", "log/")).await;
    shut.refused(403, "AccessDenied");
    let undigested = call("PUT", "/bucket?logging").body(document("logs", "log/", ""));
    let undigested = client.send(undigested).await;
    undigested.refused(400, "InvalidRequest");

    let payer =
        "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>";
    let payment = |payer: &str| call("PUT", "/logs?requestPayment").body(payer.to_owned());
    client.send(payment(payer)).await.ok();
    let paid = client.send(to("logs", "log/")).await;
    paid.refused(400, "InvalidArgument");
    let payer = payer.replace("Requester<", "BucketOwner<");
    client.send(payment(&payer)).await.ok();
    client.send(encrypted_by("aws:kms")).await.ok();
    let encrypted = client.send(to("logs", "log/")).await;
    encrypted.refused(400, "InvalidArgument");
}

fn encrypted_by(algorithm: &str) -> Call {
    let document = format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
         <SSEAlgorithm>{algorithm}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>\
         </ServerSideEncryptionConfiguration>"
    );
    call("PUT", "/logs?encryption").body(document)
}

#[tokio::test]
async fn logs_are_encrypted_with_the_stores_key_where_their_bucket_says_so() {
    let client = store().await;
    client.send(encrypted_by("AES256")).await.ok();
    client.send(set(&document("logs", "log/", ""))).await.ok();
    client.put("/bucket/key", "1").await.sent();
    let (lines, keys) = written(&client).await;
    assert!(lines[0].contains(" REST.PUT.OBJECT key "), "{lines:?}");
    let log = client.get(&format!("/logs/{}", keys[0])).await.ok();
    assert_eq!(log.header("x-amz-server-side-encryption"), "AES256");
    assert_eq!(log.header("content-type"), "text/plain");
    // A key that is not the store's is not for the service to use.
    client.send(encrypted_by("aws:kms")).await.ok();
    client.put("/bucket/key", "1").await.sent();
    client.s3.flush_access_log().await;
    assert_eq!(client.s3.access_log_stats().dropped, 1);
}

#[tokio::test]
async fn policies_that_keep_all_but_services_out_let_logs_in() {
    let client = store().await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject",
        "Resource":"arn:aws:s3:::logs/log/*"},
        {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::logs/*",
        "Condition":{"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}},
        {"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":"arn:aws:s3:::logs/*",
        "Condition":{"BoolIfExists":{"aws:SecureTransport":"false"}}}]}"#;
    client
        .send(call("PUT", "/logs?policy").body(policy))
        .await
        .ok();
    client.send(set(&document("logs", "log/", ""))).await.ok();
}

/// What follows the operation in the line of it about a key.
fn about<'a>(lines: &'a [String], operation: &str, key: &str) -> &'a str {
    let wanted = format!(" {operation} {key} ");
    let mut found = lines.iter().filter_map(|line| line.split_once(&wanted));
    let (_, rest) = found
        .next()
        .unwrap_or_else(|| panic!("{wanted}: {lines:#?}"));
    assert!(found.next().is_none(), "{wanted}: {lines:#?}");
    rest
}

#[tokio::test]
async fn each_key_of_many_deleted_has_a_line() {
    let client = store().await;
    client.put("/bucket/a%20key", "12345").await;
    client.send(set(&document("logs", "log/", ""))).await.ok();
    let keys = "<Delete><Object><Key>a key</Key></Object><Object><Key>gone</Key></Object>\
        <Object><Key>gone</Key><VersionId>0123456789abcdef0123456789abcdef</VersionId></Object>\
        <Object><Key>odd</Key><VersionId>?</VersionId></Object></Delete>";
    let delete = call("POST", "/bucket?delete").proven(keys);
    let deleted = client.send(delete).await.sent().ok();
    let id = deleted.header("x-amz-request-id");
    let (lines, _) = written(&client).await;
    assert_eq!(lines.len(), 5, "{lines:#?}");
    let end = "- - - - - - - - cairn SigV4 - AuthHeader localhost:9000 - - -";
    let start = |line: &String| {
        line.starts_with("owner-id bucket [") && line.contains(&format!("owner-id {id} "))
    };
    assert!(lines.iter().all(start), "{lines:#?}");
    let whole = about(&lines, "REST.POST.MULTI_OBJECT_DELETE", "-");
    assert!(whole.starts_with("\"POST /bucket?delete HTTP/1.1\" 200 - "));
    assert_eq!(
        about(&lines, "BATCH.DELETE.OBJECT", "a%20key"),
        format!("- 204 {end}")
    );
    let odd = about(&lines, "BATCH.DELETE.OBJECT", "odd");
    assert_eq!(odd, format!("- 404 NoSuchVersion {}", &end[2..]));
    let versions = lines.iter().filter(|line| line.contains(" gone "));
    let versions: Vec<&str> = versions
        .map(|line| line.split(' ').nth(18).unwrap())
        .collect();
    assert_eq!(versions, ["-", "0123456789abcdef0123456789abcdef"]);
}

#[tokio::test]
async fn sources_of_copies_are_logged_where_they_lie() {
    let client = store().await;
    client.put("/bucket/source", "12345").await;
    client.send(call("PUT", "/other")).await.ok();
    client.send(set(&document("logs", "log/", ""))).await.ok();
    // The bucket that the copy goes to has no log of its own.
    let copy = |source: &str| call("PUT", "/other/copy").header("x-amz-copy-source", source);
    client.send(copy("bucket/source")).await.sent().ok();
    let gone = client.send(copy("bucket/gone")).await.sent();
    gone.refused(404, "NoSuchKey");
    let failed = copy("bucket/source?versionId=null").header("x-amz-copy-source-if-match", "\"x\"");
    let failed = client.send(failed).await.sent();
    failed.refused(412, "PreconditionFailed");
    let begun = client.send(call("POST", "/bucket/key?uploads")).await;
    let upload = begun.tag("UploadId").to_owned();
    let part = format!("/bucket/key?partNumber=1&uploadId={upload}");
    let part = call("PUT", part).header("x-amz-copy-source", "/other/copy");
    client.send(part).await.sent().ok();
    let (lines, _) = written(&client).await;
    let end = "- - - - - cairn SigV4 - AuthHeader localhost:9000 - - -";
    let ends: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split_once(" REST.COPY.OBJECT_GET "))
        .map(|(_, end)| end)
        .collect();
    let expected = [
        format!("source - 200 - - 5 {end}"),
        format!("gone - 404 NoSuchKey - - {end}"),
        format!(
            "source - 412 PreconditionFailed - - - - - - null {}",
            &end[10..]
        ),
    ];
    assert_eq!(ends, expected);
    // The part's source lies where there is no log, and the part itself where there is one.
    about(&lines, "REST.COPY.PART", "key");
    assert!(!lines.iter().any(|line| line.contains("PART_GET")));
    let onto = call("PUT", "/bucket/copy").header("x-amz-copy-source", "bucket/source");
    client.send(onto).await.sent().ok();
    let (lines, _) = written(&client).await;
    about(&lines, "REST.COPY.OBJECT", "copy");
}

#[tokio::test]
async fn lists_let_logs_in_where_they_count() {
    let client = store().await;
    let writers = call("PUT", "/listed")
        .header("x-amz-object-ownership", "ObjectWriter")
        .header("x-amz-acl", "log-delivery-write");
    client.send(writers).await.ok();
    client.send(set(&document("listed", "", ""))).await.ok();
}

#[tokio::test]
async fn only_the_owner_sets_it() {
    let client = store().await;
    let other = client.account("other").await;
    let everybody = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
        "Action":["s3:PutBucketLogging","s3:GetBucketLogging"],"Resource":"arn:aws:s3:::bucket"}]}"#;
    client
        .send(call("DELETE", "/bucket?publicAccessBlock"))
        .await
        .ok();
    client
        .send(call("PUT", "/bucket?policy").body(everybody))
        .await
        .ok();
    let shown = client.send_as(&other, call("GET", "/bucket?logging")).await;
    shown.ok();
    let set = client
        .send_as(&other, set(&document("logs", "log/", "")))
        .await;
    set.refused(403, "AccessDenied");
}

#[tokio::test]
async fn each_request_leaves_a_line() {
    let client = store().await;
    client.put("/bucket/before", "1").await.sent();
    client
        .send(set(&document("logs", "log/", "")))
        .await
        .sent()
        .ok();
    client.put("/bucket/a%20key", "12345").await.sent();
    let get = call("GET", "/bucket/a%20key?x-id=GetObject")
        .header("user-agent", "tool \"1\"")
        .header("range", "bytes=1-2");
    let read = client.send(get).await.sent().ok();
    let id = read.header("x-amz-request-id").to_owned();
    client.get("/bucket/a%20key").await.sent().ok();
    let gone = client.get("/bucket/gone").await.sent();
    gone.refused(404, "NoSuchKey");
    let nobody = client
        .send_raw(call("GET", "/bucket/a%20key").unsigned())
        .await;
    nobody.sent().refused(403, "AccessDenied");
    client.get("/bucket?versioning").await.sent().ok();
    let (lines, keys) = written(&client).await;
    assert_eq!(keys.len(), 1);
    assert!(
        keys[0].starts_with("log/20") && keys[0].len() == "log/".len() + 36,
        "{keys:?}"
    );
    let starts: Vec<&str> = lines
        .iter()
        .map(|line| line.split(" [").next().unwrap())
        .collect();
    assert_eq!(starts, ["owner-id bucket"; 6]);
    let about = |operation: &str, status: &str| {
        let wanted = format!(" {operation} ");
        let has =
            |line: &&String| line.contains(&wanted) && line.contains(&format!("\" {status} "));
        lines
            .iter()
            .find(has)
            .unwrap_or_else(|| panic!("{wanted}: {lines:#?}"))
    };
    let put = about("REST.PUT.OBJECT", "200");
    assert!(
        put.contains(" a%20key \"PUT /bucket/a%20key HTTP/1.1\" 200 - - 5 7 7 "),
        "{put}"
    );
    let get = about("REST.GET.OBJECT", "206");
    let expected = format!(
        "owner-id {id} REST.GET.OBJECT a%20key \"GET /bucket/a%20key?x-id=GetObject HTTP/1.1\" 206 \
         - 2 5 7 7 \"-\" \"tool %221%22\" - cairn SigV4 - AuthHeader localhost:9000 - - -"
    );
    assert!(get.ends_with(&expected), "{get}");
    let whole = about("REST.GET.OBJECT", "200");
    assert!(whole.contains(" 200 - 5 5 7 7 "), "{whole}");
    let gone = about("REST.GET.OBJECT", "404");
    assert!(gone.contains(" 404 NoSuchKey "), "{gone}");
    let nobody = about("REST.GET.OBJECT", "403");
    assert!(nobody.contains(" - - "), "{nobody}");
    assert!(nobody.contains(" 403 AccessDenied "), "{nobody}");
    about("REST.GET.VERSIONING", "200");
    assert_eq!(client.s3.access_log_stats().lines, 6);
}

#[tokio::test]
async fn partitioned_keys_tell_whose_log_it_is() {
    let client = store().await;
    for source in ["EventTime", "DeliveryTime"] {
        let format = format!(
            "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>{source}\
             </PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>"
        );
        client
            .send(set(&document("logs", "log/", &format)))
            .await
            .ok();
        client.put("/bucket/key", "1").await.sent();
        client.s3.flush_access_log().await;
    }
    let (_, keys) = written(&client).await;
    assert_eq!(keys.len(), 2);
    let start = format!("log/{}/us-east-1/bucket/20", number(&client));
    let starts = |key: &String| key.starts_with(&start);
    assert!(keys.iter().all(starts), "{keys:?}");
    assert!(
        keys.iter().any(|key| key.contains("-00-00-00-")),
        "{keys:?}"
    );
}

#[tokio::test]
async fn what_may_not_be_delivered_any_more_is_dropped() {
    let client = store().await;
    client.send(set(&document("logs", "log/", ""))).await.ok();
    client.put("/bucket/key", "1").await.sent();
    client.send(call("DELETE", "/logs?policy")).await.ok();
    let (lines, _) = written(&client).await;
    assert!(lines.is_empty());
    assert_eq!(client.s3.access_log_stats().dropped, 1);
    // A bucket that goes takes its log with it.
    client.send(policy(&number(&client))).await.ok();
    client.send(call("DELETE", "/bucket/key")).await.sent().ok();
    client.send(call("DELETE", "/bucket")).await.sent().ok();
    written(&client).await;
    assert_eq!(client.s3.access_log_stats().dropped, 3);
}
