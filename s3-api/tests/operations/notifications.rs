//! Event notifications: set, shown, and what changes leave for whoever is to be told.

use crate::support::{Call, Client, call};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use pipeline::events::{Courier, Undelivered};
use s3_api::{Client as Sender, OnlyTried, Scheme};
use std::sync::{Arc, Mutex};

const TARGET: &str = "hook";

/// Takes every message, or none.
#[derive(Debug, Default)]
struct Receiver {
    heard: Mutex<Vec<Bytes>>,
    is_down: bool,
}

impl Courier for Receiver {
    fn targets(&self) -> Vec<String> {
        vec![TARGET.to_owned()]
    }

    fn send<'a>(&'a self, _: &'a str, message: Bytes) -> BoxFuture<'a, Result<(), Undelivered>> {
        let outcome = match self.is_down {
            true => Err(Undelivered::Unreachable("it is down".into())),
            false => Ok(()),
        };
        self.heard.lock().unwrap().push(message);
        ready(outcome).boxed()
    }
}

/// A store with a bucket, and who is told.
async fn store(is_down: bool) -> (Client, Arc<Receiver>) {
    let receiver = Arc::new(Receiver {
        is_down,
        ..Receiver::default()
    });
    let courier = Arc::clone(&receiver);
    let client = Client::set(|config| config.courier = courier).await;
    client.send(call("PUT", "/bucket")).await.ok();
    (client, receiver)
}

fn configuration(events: &[&str], filter: &str) -> String {
    let events = events.iter().map(|event| format!("<Event>{event}</Event>"));
    let events: String = events.collect();
    format!(
        "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <QueueConfiguration><Id>rule</Id><Queue>arn:cairn:sqs::{TARGET}:webhook</Queue>\
         {events}{filter}</QueueConfiguration></NotificationConfiguration>"
    )
}

fn set(document: &str) -> Call {
    call("PUT", "/bucket?notification").body(document.to_owned())
}

async fn asking(events: &[&str], filter: &str) -> Client {
    let (client, _) = store(false).await;
    client.send(set(&configuration(events, filter))).await.ok();
    client
}

/// Names and keys of all events, in their order.
async fn events(client: &Client) -> Vec<(String, String)> {
    let page = client.engine.events(TARGET, None, 1000).await.unwrap();
    let named = page.events.into_iter().map(|event| {
        let note = String::from_utf8_lossy(&event.row.note).into_owned();
        assert!(
            note.contains("bucket") && note.contains("owner-id"),
            "{note}"
        );
        let key = String::from_utf8(event.row.key).unwrap();
        (format!("{:?}", event.row.happened), key)
    });
    named.collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = expected.iter();
    pairs
        .map(|(event, key)| ((*event).to_owned(), (*key).to_owned()))
        .collect()
}

const EVERYTHING: [&str; 4] = [
    "s3:ObjectCreated:*",
    "s3:ObjectRemoved:*",
    "s3:ObjectTagging:*",
    "s3:ObjectAcl:Put",
];

#[tokio::test]
async fn a_configuration_is_shown_as_it_was_set() {
    let (client, receiver) = store(false).await;
    let empty = client.get("/bucket?notification").await.ok();
    assert!(empty.text().ends_with("></NotificationConfiguration>"));
    let filter = "<Filter><S3Key><FilterRule><Name>Prefix</Name><Value>in/</Value></FilterRule>\
                  </S3Key></Filter>";
    let document = configuration(&["s3:ObjectCreated:Put"], filter);
    client.send(set(&document)).await.ok();
    let shown = client.get("/bucket?notification").await.ok();
    assert!(shown.text().ends_with(&document), "{}", shown.text());

    // The target was told once, though the configuration is set again.
    client.send(set(&document)).await.ok();
    let heard = receiver.heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 1);
    let test: serde_json::Value = serde_json::from_slice(&heard[0]).unwrap();
    assert_eq!(test["Event"], "s3:TestEvent");
    assert_eq!(test["Bucket"], "bucket");
    assert_eq!(test["RequestId"].as_str().unwrap().len(), 16);

    client.send(set("<NotificationConfiguration/>")).await.ok();
    client.put("/bucket/in/key", "1").await;
    assert!(events(&client).await.is_empty());
}

#[tokio::test]
async fn targets_must_be_there_and_listen() {
    let (client, receiver) = store(true).await;
    let document = configuration(&["s3:ObjectCreated:*"], "");
    let refused = client.send(set(&document)).await;
    let refused = refused.refused(400, "InvalidArgument");
    assert_eq!(refused.tag("ArgumentName1"), "arn:cairn:sqs::hook:webhook");
    assert_eq!(refused.tag("ArgumentValue1"), "it is down");
    let sentence = "Unable to validate the following destination configurations";
    assert_eq!(
        refused.tag("Message"),
        format!("{sentence}: arn:cairn:sqs::hook:webhook: it is down")
    );
    let other = document.replace(":hook:", ":other:");
    let unknown = client.send(set(&other)).await;
    let unknown = unknown.refused(400, "InvalidArgument");
    let reason = "The destination does not exist: the server has no webhook of this name";
    assert_eq!(unknown.tag("ArgumentValue1"), reason);
    assert_eq!(
        unknown.tag("Message"),
        format!("{sentence}: arn:cairn:sqs::other:webhook: {reason}")
    );
    assert_eq!(receiver.heard.lock().unwrap().len(), 1);

    let skip = |document: &str| set(document).header("x-amz-skip-destination-validation", "true");
    client.send(skip(&document)).await.ok();
    assert_eq!(receiver.heard.lock().unwrap().len(), 1);
    let odd = set(&document).header("x-amz-skip-destination-validation", "yes");
    client.send(odd).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn only_those_who_may_set_it() {
    let (client, _) = store(false).await;
    let other = client.account("other").await;
    let document = configuration(&["s3:ObjectCreated:*"], "");
    let set = client.send_as(&other, set(&document)).await;
    set.refused(403, "AccessDenied");
    let get = client.send_as(&other, call("GET", "/bucket?notification"));
    get.await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn every_change_of_an_object_is_told() {
    let client = asking(&EVERYTHING, "").await;
    client.put("/bucket/put", "1").await;
    let copy = call("PUT", "/bucket/copy").header("x-amz-copy-source", "bucket/put");
    client.send(copy).await.ok();
    let tags = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
    client
        .send(call("PUT", "/bucket/put?tagging").body(tags))
        .await
        .ok();
    client
        .send(call("DELETE", "/bucket/put?tagging"))
        .await
        .ok();
    let begun = client
        .send(call("POST", "/bucket/parts?uploads"))
        .await
        .ok();
    let upload = begun.tag("UploadId").to_owned();
    let part = format!("/bucket/parts?partNumber=1&uploadId={upload}");
    let etag = client.put(&part, "1").await.header("etag").replace('"', "");
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>\
         </CompleteMultipartUpload>"
    );
    let complete = call("POST", format!("/bucket/parts?uploadId={upload}")).body(list);
    client.send(complete.clone()).await.ok();
    // The same request again is the same upload, and nothing has happened.
    client.send(complete).await.ok();
    client.send(call("DELETE", "/bucket/put")).await.ok();
    client.send(call("DELETE", "/bucket/put")).await.ok();
    let list = "<Delete><Object><Key>copy</Key></Object><Object><Key>parts</Key></Object></Delete>";
    client
        .send(call("POST", "/bucket?delete").body(list).md5())
        .await
        .ok();
    let expected = [
        ("Created", "put"),
        ("Created", "copy"),
        ("Changed", "put"),
        ("Changed", "put"),
        ("Created", "parts"),
        ("Deleted", "put"),
        ("Deleted", "copy"),
        ("Deleted", "parts"),
    ];
    assert_eq!(events(&client).await, pairs(&expected));
}

#[tokio::test]
async fn markers_and_versions_are_told_apart() {
    let client = asking(&["s3:ObjectRemoved:DeleteMarkerCreated"], "").await;
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    client
        .send(call("PUT", "/bucket?versioning").body(versioning))
        .await
        .ok();
    let version = client.put("/bucket/key", "1").await;
    let version = version.header("x-amz-version-id").to_owned();
    client.send(call("DELETE", "/bucket/key")).await.ok();
    let gone = call("DELETE", format!("/bucket/key?versionId={version}"));
    client.send(gone).await.ok();
    assert_eq!(events(&client).await, pairs(&[("Hidden", "key")]));
}

#[tokio::test]
async fn lists_are_told_of_only_where_they_change() {
    let (client, _) = store(false).await;
    let owned = call("PUT", "/bucket?ownershipControls").body(
        "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>\
         </OwnershipControls>",
    );
    client.send(owned).await.ok();
    client
        .send(call("DELETE", "/bucket?publicAccessBlock"))
        .await
        .ok();
    client
        .send(set(&configuration(&["s3:ObjectAcl:Put"], "")))
        .await
        .ok();
    client.put("/bucket/key", "1").await;
    let list = |canned: &str| call("PUT", "/bucket/key?acl").header("x-amz-acl", canned);
    client.send(list("private")).await.ok();
    client.send(list("public-read")).await.ok();
    client.send(list("public-read")).await.ok();
    client.send(list("private")).await.ok();
    let expected = [("Changed", "key"), ("Changed", "key")];
    assert_eq!(events(&client).await, pairs(&expected));
}

#[tokio::test]
async fn filters_choose_keys() {
    let filter = "<Filter><S3Key><FilterRule><Name>prefix</Name><Value>in/</Value></FilterRule>\
                  <FilterRule><Name>suffix</Name><Value>.jpg</Value></FilterRule></S3Key></Filter>";
    let client = asking(&["s3:ObjectCreated:Put"], filter).await;
    for key in ["in/a.jpg", "in/a.png", "out/a.jpg", "in/b.jpg"] {
        client.put(&format!("/bucket/{key}"), "1").await;
    }
    let expected = [("Created", "in/a.jpg"), ("Created", "in/b.jpg")];
    assert_eq!(events(&client).await, pairs(&expected));
}

#[tokio::test]
async fn a_note_tells_who_and_from_where() {
    let client = asking(&["s3:ObjectCreated:Put"], "").await;
    let mut request = call("PUT", "/bucket/key").body("1").signed();
    request.extensions_mut().insert(Sender {
        address: "192.0.2.7".parse().unwrap(),
        scheme: Scheme::Http,
    });
    let reply = client.send_raw(request).await.ok();
    let id = reply.header("x-amz-request-id").to_owned();
    let page = client.engine.events(TARGET, None, 1).await.unwrap();
    let note = String::from_utf8_lossy(&page.events[0].row.note).into_owned();
    assert!(note.contains("192.0.2.7") && note.contains(&id), "{note}");
}

/// As the admin interface does, which stores it a moment later.
#[tokio::test]
async fn what_is_only_tried_is_told_and_not_stored() {
    let (client, receiver) = store(false).await;
    let document = configuration(&["s3:ObjectCreated:Put"], "");
    let mut tried = set(&document).signed();
    tried.extensions_mut().insert(OnlyTried);
    client.send_raw(tried).await.ok();
    assert_eq!(receiver.heard.lock().unwrap().len(), 1);
    let shown = client.get("/bucket?notification").await.ok();
    assert!(shown.text().ends_with("></NotificationConfiguration>"));
    let stored = set(&document).header("x-amz-skip-destination-validation", "true");
    client.send(stored).await.ok();
    assert_eq!(receiver.heard.lock().unwrap().len(), 1);
    let shown = client.get("/bucket?notification").await.ok();
    assert!(shown.text().ends_with(&document), "{}", shown.text());
}
