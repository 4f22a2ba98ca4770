//! What a file says is to exist.

use super::*;
use identity::model::Limits;

fn declared(place: &Path, text: &str) -> Declared {
    let effective = Effective::of_file(Path::new(&file(place, text)));
    assert_eq!(effective.faults(), []);
    effective.declared
}

fn refused(place: &Path, text: &str) -> String {
    let faults = Effective::of_file(Path::new(&file(place, text))).faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].to_string()
}

#[test]
fn policies_users_and_buckets_are_read() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("all.json"), "{\"Statement\": []}").unwrap();
    let secret = place.path().join("bert.secret");
    fs::write(&secret, "bert's secret key\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let declared = declared(
        place.path(),
        r#"
[[policy]]
name = "readers"
document = { Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:Get*", Resource = "*" }] }

[[policy]]
name = "all"
file = "all.json"
limits = { storage = "10 GiB", objects = 1000, requests-per-second = 20, largest-object = 1024 }

[[policy]]
name = "guest"
limits = { requests_per_second = 5 }

[[user]]
name = "anna"
policies = ["readers"]
keys = [{ access-key = "ANNA", secret-key = "anna's secret" }]

[[user]]
name = "bert"
keys = [{ access-key = "BERT", secret-key-file = "bert.secret" }]

[[bucket]]
name = "photos"
object-lock = true
quota = "10 GiB"
quota-objects = 1000
tags = { team = "red" }
config = { versioning = { Status = "Enabled" } }

[[group]]
name = "staff"

[[account]]
name = "one"
number = "111122223333"
"#,
    );
    let readers: serde_json::Value =
        serde_json::from_str(declared.policies[0].it.document.as_deref().unwrap()).unwrap();
    assert_eq!(readers["Statement"][0]["Action"], "s3:Get*");
    let [_, all, guest] = &declared.policies[..] else {
        panic!("{:?}", declared.policies);
    };
    assert_eq!(all.it.document.as_deref(), Some("{\"Statement\": []}"));
    let limits = Limits {
        storage: Some(10 << 30),
        objects: Some(1000),
        requests_per_second: Some(20),
        largest_object: Some(1024),
    };
    assert_eq!(all.it.limits, Some(limits));
    let slow = Limits {
        requests_per_second: Some(5),
        ..Limits::default()
    };
    assert_eq!((&guest.it.document, guest.it.limits), (&None, Some(slow)));
    assert_eq!(declared.policies[0].it.limits, None);
    assert_eq!(declared.users[0].it.policies, ["readers"]);
    let key = &declared.users[1].it.keys[0];
    assert_eq!(
        (&*key.access, key.secret.expose()),
        ("BERT", "bert's secret key")
    );
    let bucket = &declared.buckets[0];
    assert_eq!(bucket.it.quota_bytes, Some(10 << 30));
    assert!(bucket.it.object_lock && bucket.it.versioning.is_none());
    let configurations: Vec<String> = bucket
        .it
        .configurations
        .iter()
        .map(|(kind, value)| format!("{kind} {value}"))
        .collect();
    assert_eq!(
        configurations,
        [
            r#"tagging {"TagSet":[{"Key":"team","Value":"red"}]}"#,
            r#"versioning {"Status":"Enabled"}"#,
        ]
    );
    assert_eq!(declared.groups[0].it.name, "staff");
    assert_eq!(
        declared.accounts[0].it.number.as_deref(),
        Some("111122223333")
    );
    assert!(
        bucket.origin.to_string().ends_with(":24"),
        "{}",
        bucket.origin
    );
}

#[test]
fn what_cannot_be_is_told_with_its_line() {
    let place = tempfile::tempdir().unwrap();
    for (text, line, says) in [
        ("[[bucket]]\nnam = \"a\"\n", 2, "unknown field `nam`"),
        (
            "[[bucket]]\nversioning = \"enabled\"\n",
            1,
            "missing field `name`",
        ),
        (
            "[[bucket]]\nname = \"a\"\nversioning = \"on\"\n",
            3,
            "unknown variant `on`",
        ),
        (
            "[[bucket]]\nname = \"a\"\nquota = \"1 GB\"\n",
            3,
            "\"1 GB\": expected bytes",
        ),
        (
            "[[bucket]]\nname = \"a\"\nquota = -1\n",
            3,
            "`-1`, expected bytes",
        ),
        (
            "[[bucket]]\nname = \"a\"\nobject-lock = true\nversioning = \"suspended\"\n",
            1,
            "cannot be suspended",
        ),
        ("[bucket]\nname = \"a\"\n", 1, "[[bucket]]"),
        (
            "[[bucket]]\nname = \"a\"\nconfig = { lifecyle = {} }\n",
            1,
            "Known: versioning, lifecycle",
        ),
        (
            "[[bucket]]\nname = \"a\"\nconfig = { cors = { Rules = [] } }\n",
            1,
            "cors: Rules: There is no such field",
        ),
        (
            "[[bucket]]\nname = \"a\"\npolicy = \"{}\"\nconfig = { policy = {} }\n",
            1,
            "policy is declared twice",
        ),
        (
            "[[bucket]]\nname = \"a\"\nconfig = { cors = \"none.json\" }\n",
            1,
            "none.json",
        ),
        ("[[bucket]]\nname = \"a\"\npolicy = \"{\"\n", 1, "not JSON"),
        ("[[policy]]\nname = \"a\"\n", 1, "expected document or file"),
        (
            "[[policy]]\nname = \"a\"\nlimits = { requests-per-second = 0 }\n",
            1,
            "policy \"a\": limits: requests-per-second = 0: expected 1 to 1000000",
        ),
        (
            "[[policy]]\nname = \"a\"\n[policy.limits]\nstorage = \"ten\"\n",
            4,
            "\"ten\": expected bytes",
        ),
        (
            "[[policy]]\nname = \"a\"\nlimits = { objects = -5 }\n",
            3,
            "integer `-5`",
        ),
        (
            "[[policy]]\nname = \"a\"\nlimits = { largest = 1 }\n",
            3,
            "unknown field `largest`",
        ),
        (
            "[[policy]]\nname = \"a\"\nfile = \"none.json\"\n",
            1,
            "none.json",
        ),
        (
            "\n[[user]]\nname = \"a\"\nkeys = [{ access-key = \"A\" }]\n",
            2,
            "secret-key",
        ),
        ("[[buckets]]\nname = \"a\"\n", 1, "did you mean bucket?"),
    ] {
        let told = refused(place.path(), text);
        let place = place.path().join("settings.toml");
        let begins = format!("{}:{line}: ", place.display());
        assert!(told.starts_with(&begins) && told.contains(says), "{told}");
    }
}

#[test]
fn a_file_with_the_secret_of_a_user_is_for_its_owner_alone() {
    let place = tempfile::tempdir().unwrap();
    let text = "[[user]]\nname = \"a\"\nkeys = [{ access-key = \"A\", secret-key = \"hidden\" }]\n";
    let path = file(place.path(), text);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
    let faults = Effective::of_file(Path::new(&path)).faults();
    assert!(faults[0].to_string().contains("chmod 600"), "{faults:?}");
    assert!(!format!("{:?}", declared(place.path(), text)).contains("hidden"));
}
