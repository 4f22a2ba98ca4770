use super::*;
use crate::events::name::EventName;
use crate::events::note::Origin;
use storage_engine::hash::ETag;
use storage_engine::ids::{EventId, Sequence, VersionId};
use storage_engine::row::EventRow;

fn told(event: EventName) -> Told {
    Told {
        event,
        rule: "rule".into(),
        origin: Origin {
            bucket: "bucket".into(),
            bucket_owner: "owner".into(),
            principal: "AWS:AIDA".into(),
            address: "127.0.0.1".into(),
            request_id: "R".into(),
            host_id: "H".into(),
        },
        again: None,
        reason: None,
        tries: 0,
    }
}

fn event(happened: Happened) -> Event {
    Event {
        id: EventId {
            sequence: Sequence(0x1f),
            number: 0,
        },
        row: EventRow {
            happened,
            at: Timestamp(1_700_000_000_123),
            key: "a/red flower+ü~.jpg".as_bytes().to_vec(),
            version: Some(VersionId::Null),
            size: 300,
            etag: Some(ETag::md5([0xab; 16])),
            note: Vec::new(),
        },
    }
}

#[test]
fn a_message_reads_as_amazon_writes_it() {
    let told = told(EventName::CreatedPut);
    let message = message(&event(Happened::Created), &told, "eu-west-1");
    let expected = concat!(
        r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","#,
        r#""eventTime":"2023-11-14T22:13:20.123Z","eventName":"ObjectCreated:Put","#,
        r#""userIdentity":{"principalId":"AWS:AIDA"},"#,
        r#""requestParameters":{"sourceIPAddress":"127.0.0.1"},"#,
        r#""responseElements":{"x-amz-request-id":"R","x-amz-id-2":"H"},"#,
        r#""s3":{"s3SchemaVersion":"1.0","configurationId":"rule","bucket":{"name":"bucket","#,
        r#""ownerIdentity":{"principalId":"owner"},"arn":"arn:aws:s3:::bucket"},"#,
        r#""object":{"key":"a/red+flower%2B%C3%BC%7E.jpg","size":300,"#,
        r#""eTag":"abababababababababababababababab","versionId":"null","#,
        r#""sequencer":"000000000000001F"}}}]}"#,
    );
    assert_eq!(std::str::from_utf8(&message).unwrap(), expected);
}

#[test]
fn of_what_is_gone_there_is_neither_size_nor_tag() {
    let told = told(EventName::ExpirationDelete);
    let message = message(&event(Happened::Deleted), &told, "us-east-1");
    let value: serde_json::Value = serde_json::from_slice(&message).unwrap();
    let record = &value["Records"][0];
    assert_eq!(record["eventVersion"], "2.3");
    assert_eq!(record["eventName"], "LifecycleExpiration:Delete");
    let object = record["s3"]["object"].as_object().unwrap();
    assert!(object.get("size").is_none() && object.get("eTag").is_none());
    assert_eq!(object["versionId"], "null");
}

#[test]
fn notes_are_read_back() {
    let told = told(EventName::AclPut);
    assert_eq!(Told::read(&told.to_bytes()), Some(told));
    assert_eq!(Told::read(b"\x02"), None);
    assert_eq!(Told::read(b""), None);
}
