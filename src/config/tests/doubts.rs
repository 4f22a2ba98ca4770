//! What a file says that may be wrong, and only a store knows.

use super::*;

#[test]
fn what_only_a_store_can_have_is_a_doubt() {
    let text = r#"
[[policy]]
name = "readers"
document = { Statement = [{ Effect = "Allow", Action = "s3:Get*", Resource = "*" }] }
[[policy]]
name = "guest"
limits = { objects = 7 }
[[policy]]
name = "gone"
limits = { objects = 7 }
[[group]]
name = "staff"
policies = ["readers", "AmazonS3ReadOnlyAccess", "arn:aws:iam::111122223333:policy/team/readers"]
[[user]]
name = "anna"
policies = ["reader"]
groups = [
    "staff",
    "Stuff",
]
[[bucket]]
name = "photos"
config = { logging = { LoggingEnabled = { TargetBucket = "logs", TargetPrefix = "" } } }
[[bucket]]
name = "videos"
config = { logging = { LoggingEnabled = { TargetBucket = "photos", TargetPrefix = "" } } }
"#;
    let expected = [
        (
            8,
            "policy \"gone\" is neither declared nor ready-made; a server starts only if",
        ),
        (
            16,
            "user \"anna\": policy \"reader\" is neither declared nor ready-made (did you mean readers?)",
        ),
        (19, "user \"anna\": group \"Stuff\" is not declared"),
        (
            23,
            "bucket \"photos\": logging: bucket \"logs\" is not declared",
        ),
    ];
    assert_doubts(text, &expected);
}

/// Keys of encrypted objects, names with a store's number, and actions nobody has.
#[test]
fn what_a_bucket_names_and_only_a_store_can_have_is_a_doubt() {
    let text = r#"
[[policy]]
name = "typed"
document = { Statement = [{ Effect = "Allow", Action = "s3:GetObjekt", Resource = "*" }] }
[[bucket]]
name = "photos"
policy = { Statement = [{ Effect = "Allow", Principal = { AWS = ["arn:aws:iam::111122223333:user/zoe", "444455556666"] }, Action = "s3:ListBucket", Resource = "arn:aws:s3:::photos" }] }
[bucket.config]
encryption = { Rules = [{ ApplyServerSideEncryptionByDefault = { SSEAlgorithm = "aws:kms", KMSMasterKeyID = "arn:aws:kms:us-east-1:1:key/gone" } }] }
[[bucket]]
name = "videos"
[bucket.config]
encryption = { Rules = [{ ApplyServerSideEncryptionByDefault = { SSEAlgorithm = "aws:kms", KMSMasterKeyID = "aws/s3" } }] }
[[bucket]]
name = "films"
[bucket.config]
encryption = { Rules = [{ ApplyServerSideEncryptionByDefault = { SSEAlgorithm = "aws:kms" } }] }
"#;
    let expected = [
        (
            2,
            "policy \"typed\": no request asks for the action s3:GetObjekt",
        ),
        (
            7,
            "bucket \"photos\": policy: principal \"arn:aws:iam::111122223333:user/zoe\" is known only to a store; a server starts only if",
        ),
        (
            9,
            "bucket \"photos\": encryption: KMS key \"gone\" is made by `cairn kms key add`; a server starts only if",
        ),
    ];
    assert_doubts(text, &expected);
}

#[test]
fn receivers_of_events_have_to_be_set() {
    let place = tempfile::tempdir().unwrap();
    let text = r#"
[webhook]
known = "http://localhost:1"
[[bucket]]
name = "photos"
[bucket.config.notification]
QueueConfigurations = [
    { QueueArn = "arn:cairn:sqs::known:webhook", Events = ["s3:ObjectCreated:*"] },
    { QueueArn = "arn:cairn:sqs::unknown:webhook", Events = ["s3:ObjectRemoved:*"] },
]
"#;
    let path = file(place.path(), text);
    let refused = fault(gather(&["--data", "d", "--config", &path], &[]).check());
    let says = "bucket \"photos\": notification: there is no webhook \"unknown\"";
    assert!(
        refused.starts_with(&path) && refused.contains(says),
        "{refused}"
    );
    // A variable may set it.
    let both = (
        "CAIRN_WEBHOOK",
        "known=http://localhost:1 unknown=http://localhost:2",
    );
    gather(&["--data", "d", "--config", &path], &[both])
        .check()
        .unwrap();
    let effective = Effective::of_file(Path::new(&path));
    assert_eq!(effective.faults(), []);
    let doubts = effective.doubts();
    assert!(
        doubts.len() == 1 && doubts[0].to_string().contains(says),
        "{doubts:?}"
    );
}

/// Nothing is wrong with the file, but these lines of it may be.
fn assert_doubts(text: &str, expected: &[(usize, &str)]) {
    let place = tempfile::tempdir().unwrap();
    let path = file(place.path(), text);
    let effective = Effective::of_file(Path::new(&path));
    assert_eq!(effective.faults(), []);
    let doubts: Vec<String> = effective.doubts().iter().map(ToString::to_string).collect();
    assert_eq!(doubts.len(), expected.len(), "{doubts:#?}");
    for (doubt, (line, says)) in doubts.iter().zip(expected) {
        assert!(
            doubt.starts_with(&format!("{path}:{line}: ")),
            "{line}: {doubt}"
        );
        assert!(doubt.contains(*says), "{says}: {doubt}");
    }
}
