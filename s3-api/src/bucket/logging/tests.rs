use super::super::document::{from_request, to_bytes};
use super::*;
use crate::error::Code;

fn read(inside: &str) -> Result<Logging, S3Error> {
    from_request(format!("<BucketLoggingStatus>{inside}</BucketLoggingStatus>").as_bytes())
}

fn enabled(more: &str) -> String {
    format!(
        "<LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>a/</TargetPrefix>{more}\
         </LoggingEnabled>"
    )
}

#[track_caller]
fn shows(given: &str, shown: &str) {
    let logging = read(given).unwrap();
    let text = String::from_utf8(to_bytes(&logging).to_vec()).unwrap();
    let expected = format!("{shown}</BucketLoggingStatus>");
    assert!(text.ends_with(&expected), "{text}");
    assert_eq!(Logging::from_stored(text.as_bytes()), Some(logging));
}

#[test]
fn what_is_read_is_shown() {
    let simple = "<TargetObjectKeyFormat><SimplePrefix></SimplePrefix></TargetObjectKeyFormat>";
    let partitioned = |source: &str| {
        format!(
            "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>{source}\
             </PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>"
        )
    };
    shows("", ">");
    shows(&enabled(""), &enabled(simple));
    for given in [
        simple,
        &partitioned("EventTime"),
        &partitioned("DeliveryTime"),
    ] {
        shows(&enabled(given), &enabled(given));
    }
    let grants = "<TargetGrants><Grant><Grantee><ID>x</ID></Grantee><Permission>READ</Permission>\
                  </Grant></TargetGrants>";
    shows(&enabled(grants), &enabled(simple));
}

#[test]
fn what_is_no_such_document_is_refused() {
    for wrong in [
        "<Else/>",
        "<LoggingEnabled/>",
        "<LoggingEnabled><TargetBucket>logs</TargetBucket></LoggingEnabled>",
        &enabled("<Else/>"),
        &enabled("<TargetGrants><Grant><Permission>READ</Permission></Grant></TargetGrants>"),
        &enabled("<TargetObjectKeyFormat/>"),
        &enabled("<TargetObjectKeyFormat><PartitionedPrefix/></TargetObjectKeyFormat>"),
        &enabled(
            "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>Now\
             </PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>",
        ),
    ] {
        assert_eq!(
            read(wrong).unwrap_err().code(),
            Code::MalformedXML,
            "{wrong}"
        );
    }
    let long = enabled("").replace("a/", &"x".repeat(LOG_PREFIX_BYTES_MAX + 1));
    assert_eq!(read(&long).unwrap_err().code(), Code::InvalidArgument);
}
