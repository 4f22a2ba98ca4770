use super::*;

fn held(bucket: &str, user: &str, bytes: u64) -> Held {
    Held {
        bucket: bucket.to_owned(),
        user: User {
            kind: "user",
            name: user.to_owned(),
        },
        limit_bytes: (user == "ben").then_some(500),
        usage: UsageRow {
            objects: 1,
            versions: 2,
            bytes,
            upload_bytes: 1,
            uploads: 1,
        },
        quota: Quota {
            bytes_max: (bytes == 10).then_some(100),
            objects_max: (bytes == 25).then_some(1),
        },
    }
}

fn three() -> [Held; 3] {
    [
        held("a", "anna", 10),
        held("b", "ben", 30),
        held("c", "anna", 25),
    ]
}

#[test]
fn nobody_is_named_unless_it_is_wanted() {
    let text = text(&three(), 0).unwrap();
    assert!(text.contains("\ncairn_buckets 3\n"), "{text}");
    assert!(text.contains("\ncairn_stored_bytes 65\n"), "{text}");
    assert!(text.contains("\ncairn_upload_bytes 3\n"), "{text}");
    // That one has no room for another object is told all the same.
    assert!(text.contains("\ncairn_buckets_near_quota 1\n"), "{text}");
    for name in ["\"a\"", "\"b\"", "anna", "ben"] {
        assert!(!text.contains(name), "{name} in {text}");
    }
}

#[test]
fn the_largest_are_named() {
    let text = text(&three(), 2).unwrap();
    assert!(
        text.contains("cairn_bucket_bytes{bucket=\"b\"} 31"),
        "{text}"
    );
    assert!(
        text.contains("cairn_bucket_bytes{bucket=\"c\"} 26"),
        "{text}"
    );
    assert!(!text.contains("bucket=\"a\""), "{text}");
    assert!(
        text.contains("cairn_user_bytes{kind=\"user\",user=\"anna\"} 37"),
        "{text}"
    );
    assert!(
        text.contains("cairn_user_buckets{kind=\"user\",user=\"anna\"} 2"),
        "{text}"
    );
    assert!(
        text.contains("cairn_user_bytes{kind=\"user\",user=\"ben\"} 31"),
        "{text}"
    );
    assert!(
        text.contains("cairn_user_limit_bytes{kind=\"user\",user=\"ben\"} 500"),
        "{text}"
    );
    assert!(
        !text.contains("limit_bytes{kind=\"user\",user=\"anna\"}"),
        "{text}"
    );
}

#[test]
fn a_quota_stands_beside_what_it_bounds() {
    let text = text(&three(), 9).unwrap();
    assert!(
        text.contains("cairn_bucket_quota_bytes{bucket=\"a\"} 100"),
        "{text}"
    );
    assert!(!text.contains("quota_bytes{bucket=\"b\"}"), "{text}");
}

/// An account may be called like a user.
#[test]
fn a_name_is_told_with_what_it_names() {
    let mut all = three();
    all[2].user.kind = "account";
    let text = text(&all, 9).unwrap();
    for line in [
        "cairn_user_bytes{kind=\"user\",user=\"anna\"} 11",
        "cairn_user_bytes{kind=\"account\",user=\"anna\"} 26",
    ] {
        assert!(text.contains(line), "no {line} in {text}");
    }
}
