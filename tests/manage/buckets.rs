//! Buckets, what they may hold, and all they can be told.

use std::path::Path;

use serde_json::{Value, json};

use super::support::way::Way;

pub(super) fn made_bounded_and_told(way: &Way<'_>, place: &Path) {
    let shown = way.json("bucket add photos --versioning --quota-objects 5");
    way.refuses(
        "bucket add photos --quota-objects 1",
        1,
        &["there is a bucket \"photos\" already", "next: "],
    );
    assert_eq!(way.json("bucket show photos"), shown);
    assert_eq!(shown["versioning"], "enabled");
    assert_eq!(shown["quota"], json!({ "bytes": null, "objects": 5 }));
    way.refuses(
        "bucket add No",
        2,
        &["\"No\" is no name", "InvalidBucketName", "next: "],
    );
    for line in ["bucket show b1", "quota show b1", "bucket remove b1"] {
        way.refuses(line, 2, &["\"b1\" is no name", "3 to 63"]);
    }
    for line in [
        "bucket show nowhere",
        "quota show nowhere",
        "bucket config list nowhere",
    ] {
        let says = [
            "there is no bucket \"nowhere\"",
            "NoSuchBucket",
            "bucket list",
        ];
        way.refuses(line, 1, &says);
    }
    let listed = way.does("bucket list");
    assert!(
        listed.starts_with("photos\t0\t0 B\t5 objects\tenabled\troot\t"),
        "{listed}"
    );
    let set = way.json("quota set photos --bytes 10GiB");
    assert_eq!(set, json!({ "bytes": 10_u64 << 30, "objects": 5 }));
    let shown = way.does("quota show photos");
    assert_eq!(shown, "size\t0 B of 10.0 GiB\nobjects\t0 of 5\n");
    let set = way.json("quota set photos --bytes 10GB --objects 0");
    assert_eq!(set, json!({ "bytes": 10_000_000_000_u64, "objects": null }));
    let set = way.json("quota set photos --bytes 0");
    assert_eq!(
        set,
        json!({ "bytes": null, "objects": null }),
        "0 is no bound"
    );
    way.refuses(
        "quota set photos --bytes 1.5",
        2,
        &["--bytes \"1.5\": ", "1 GiB"],
    );
    way.does("quota remove photos");
    assert_eq!(
        way.json("quota show photos"),
        json!({ "bytes": null, "objects": null })
    );

    let rules = configured(way, place);
    let got = way.json("bucket config show photos lifecycle");
    assert_eq!(got["Rules"], rules);
    let tags = r#"{"TagSet":[{"Key":"a","Value":"b"}]}"#;
    let set = way.fed("bucket config set photos tagging", tags);
    assert!(set.status.success(), "{}", set.stderr);
    way.does("bucket config remove photos tagging");
    way.refuses("bucket config show photos tagging", 1, &["NoSuchTagSet"]);
    way.refuses(
        "bucket config show photos nothing",
        2,
        &["versioning, lifecycle"],
    );
    let of_another = place.join("rules.json");
    way.refuses(
        &format!("bucket config set photos cors {}", of_another.display()),
        1,
        &["Rules: ", "CORSRules"],
    );
    let status = way.status();
    assert_eq!(status["stats"]["totals"]["buckets"], 1);
    way.does("bucket remove photos");
    assert_eq!(way.does("bucket list"), "");
}

/// Gives a bucket rules, which it returns, and looks at all that it has.
fn configured(way: &Way<'_>, place: &Path) -> Value {
    let set = |kinds: &Value| {
        let items = kinds["items"].as_array().unwrap().iter();
        let set = items.filter(|it| it["is_set"] == true);
        let set: Vec<String> = set
            .map(|it| it["kind"].as_str().unwrap().to_owned())
            .collect();
        set
    };
    let before = set(&way.json("bucket config list photos"));
    assert!(before.contains(&"versioning".to_owned()), "{before:?}");
    assert!(!before.contains(&"lifecycle".to_owned()), "{before:?}");
    let rules = way.sets_rules("photos", place);
    let after = set(&way.json("bucket config list photos"));
    assert!(after.contains(&"lifecycle".to_owned()), "{after:?}");
    let listed = way.does("bucket config list photos");
    assert_eq!(listed.lines().count(), 14, "{listed}");
    let versioning = "versioning\tyes\t{\"Status\":\"Enabled\"}\n";
    assert!(listed.starts_with(versioning), "{listed}");
    let documents = way.json("bucket config list photos");
    assert_eq!(documents["items"][0]["document"]["Status"], "Enabled");
    rules
}
