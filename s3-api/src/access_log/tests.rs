use super::collector::{Collector, Place};
use super::name;
use crate::bucket::logging::KeyFormat;
use crate::limits::LOG_BUFFER_BYTES_MAX;
use crate::op::{OPERATIONS, Operation};
use std::time::SystemTime;

fn operation(wanted: &str) -> &'static Operation {
    let row = OPERATIONS.iter().find(|row| row.name == wanted);
    row.unwrap()
}

#[test]
fn sources_are_named_after_what_is_made_of_them() {
    let named = |wanted: &str| name::of_source(operation(wanted));
    assert_eq!(named("CopyObject"), "REST.COPY.OBJECT_GET");
    assert_eq!(named("UploadPartCopy"), "REST.COPY.PART_GET");
}

#[test]
fn operations_are_called_as_amazon_calls_them() {
    let named = |wanted: &str| name::of(operation(wanted));
    for (operation, expected) in [
        ("GetObject", "REST.GET.OBJECT"),
        ("HeadObject", "REST.HEAD.OBJECT"),
        ("CopyObject", "REST.COPY.OBJECT"),
        ("DeleteObjects", "REST.POST.MULTI_OBJECT_DELETE"),
        ("CreateMultipartUpload", "REST.POST.UPLOADS"),
        ("UploadPart", "REST.PUT.PART"),
        ("ListObjectsV2", "REST.GET.BUCKET"),
        ("CreateBucket", "REST.PUT.BUCKET"),
        ("GetBucketVersioning", "REST.GET.VERSIONING"),
        ("GetPublicAccessBlock", "REST.GET.PUBLIC_ACCESS_BLOCK"),
        ("GetObjectLockConfiguration", "REST.GET.OBJECT_LOCK"),
        ("PutObjectTagging", "REST.PUT.OBJECT_TAGGING"),
        ("PutBucketTagging", "REST.PUT.TAGGING"),
        ("PutBucketLogging", "REST.PUT.LOGGING_STATUS"),
    ] {
        assert_eq!(named(operation), expected);
    }
}

#[test]
fn lines_without_room_are_dropped_and_counted() {
    let collector = Collector::default();
    let place = Place {
        source: "bucket".into(),
        owner: "owner".into(),
        target: "logs".into(),
        prefix: String::new(),
        keys: KeyFormat::Simple,
        day: None,
    };
    let line = "x".repeat(LOG_BUFFER_BYTES_MAX / 4);
    for _ in 0..6 {
        collector.add(place.clone(), SystemTime::now(), &line);
    }
    let stats = collector.stats();
    assert_eq!((stats.lines, stats.dropped), (6, 2));
    let taken = collector.take();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].1.lines.len(), 4 * line.len());
    collector.add(place, SystemTime::now(), "again\n");
    assert_eq!(collector.take()[0].1.lines, b"again\n");
}
