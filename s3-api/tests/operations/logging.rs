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
    let encryption = "<ServerSideEncryptionConfiguration><Rule>\
        <ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
        </ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    client
        .send(call("PUT", "/logs?encryption").body(encryption))
        .await
        .ok();
    let encrypted = client.send(to("logs", "log/")).await;
    encrypted.refused(400, "InvalidArgument");
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
