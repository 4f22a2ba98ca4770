//! What a file says is to exist.

use super::*;
use identity::model::Limits;

const ALL: &str = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

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

const SERVER: &str = r#"
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
keys = [{ access-key = "ANNA", secret-key = "anna's-secret" }]

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
"#;

#[test]
fn policies_users_and_buckets_are_read() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("all.json"), ALL).unwrap();
    let secret = place.path().join("bert.secret");
    fs::write(&secret, "bert's-secret-key\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let declared = declared(place.path(), SERVER);
    let readers: serde_json::Value =
        serde_json::from_str(declared.policies[0].it.document.as_deref().unwrap()).unwrap();
    assert_eq!(readers["Statement"][0]["Action"], "s3:Get*");
    let [_, all, guest] = &declared.policies[..] else {
        panic!("{:?}", declared.policies);
    };
    assert_eq!(all.it.document.as_deref(), Some(ALL));
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
    let [readers] = &declared.users[0].it.policies[..] else {
        panic!("{:?}", declared.users);
    };
    assert_eq!(readers.it, "readers");
    assert!(
        readers.origin.to_string().ends_with(":17"),
        "{:?}",
        readers.origin
    );
    let key = &declared.users[1].it.keys[0];
    assert_eq!(
        (&*key.access, key.secret.expose()),
        ("BERT", "bert's-secret-key")
    );
    check_the_rest(&declared);
}

fn check_the_rest(declared: &Declared) {
    let bucket = &declared.buckets[0];
    assert_eq!(bucket.it.quota_bytes, Some(10 << 30));
    assert!(bucket.it.object_lock && bucket.it.versioning.is_none());
    let configurations: Vec<String> = bucket
        .it
        .configurations
        .iter()
        .map(|it| format!("{} {}", it.it.0, it.it.1))
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
            "[[bucket]]\nname = \"aaa\"\nversioning = \"on\"\n",
            3,
            "versioning: invalid value: string \"on\", expected true, false, \"enabled\" or",
        ),
        (
            "[[bucket]]\nname = \"aaa\"\nquota = \"1 gallon\"\n",
            3,
            "quota: \"1 gallon\": expected bytes",
        ),
        (
            "[[bucket]]\nname = \"aaa\"\nquota = -1\n",
            3,
            "quota: invalid value: integer `-1`, expected bytes",
        ),
        (
            "[[bucket]]\nname = \"aaa\"\nobject-lock = true\nversioning = \"suspended\"\n",
            1,
            "cannot be off or suspended",
        ),
        ("[bucket]\nname = \"a\"\n", 1, "[[bucket]]"),
        (
            "[[bucket]]\nname = \"aaa\"\nconfig = { lifecyle = {} }\n",
            3,
            "Known: versioning, lifecycle",
        ),
        (
            "[[bucket]]\nname = \"aaa\"\nconfig = { cors = { Rules = [] } }\n",
            3,
            "cors: Rules: There is no such field",
        ),
        (
            "[[bucket]]\nname = \"aaa\"\npolicy = \"{}\"\nconfig = { policy = {} }\n",
            1,
            "policy is declared twice",
        ),
        (
            "[[bucket]]\nname = \"aaa\"\nconfig = { cors = \"none.json\" }\n",
            3,
            "none.json",
        ),
        (
            "[[bucket]]\nname = \"aaa\"\npolicy = \"{\"\n",
            3,
            "not JSON",
        ),
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
            "\n[[user]]\nname = \"a\"\nkeys = [{ access-key = \"AKEY\" }]\n",
            4,
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
fn fields_with_a_value_that_cannot_be_are_named() {
    let place = tempfile::tempdir().unwrap();
    for (text, line, says) in [
        (
            "[[bucket]]\nname = \"aaa\"\nversioning = 1\n",
            3,
            "versioning: invalid type: integer `1`, expected true, false, ",
        ),
        (
            "[[bucket]]\nname = \"aaa\"\nobject-lock = \"yes\"\n",
            3,
            "object-lock: invalid type: string \"yes\", expected true or false",
        ),
        (
            "[[bucket]]\nname = \"aaa\"\ntags = { a = 1 }\n",
            3,
            "tags.a: invalid type: integer `1`, expected a text",
        ),
        (
            "[[user]]\nname = \"a\"\ngroups = \"staff\"\n",
            3,
            "groups: invalid type: string \"staff\", expected a list",
        ),
    ] {
        let told = refused(place.path(), text);
        let place = place.path().join("settings.toml");
        let begins = format!("{}:{line}: {says}", place.display());
        assert!(told.starts_with(&begins), "{told}");
    }
}

/// As commands and the interface say it, and as S3 does.
#[test]
fn versioning_is_said_in_either_way() {
    let place = tempfile::tempdir().unwrap();
    for (word, versioning) in [
        ("true", Versioning::Enabled),
        ("\"enabled\"", Versioning::Enabled),
        ("\"Enabled\"", Versioning::Enabled),
        ("\"suspended\"", Versioning::Suspended),
        ("false", Versioning::Off),
    ] {
        let text = format!("[[bucket]]\nname = \"aaa\"\nversioning = {word}\n");
        let declared = declared(place.path(), &text);
        assert_eq!(
            declared.buckets[0].it.versioning,
            Some(versioning),
            "{word}"
        );
    }
}

#[test]
fn a_file_with_the_secret_of_a_user_is_for_its_owner_alone() {
    let place = tempfile::tempdir().unwrap();
    let text = "[[user]]\nname = \"a\"\nkeys = [{ access-key = \"AKEY\", secret-key = \"hidden-secret\" }]\n";
    let path = file(place.path(), text);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
    let faults = Effective::of_file(Path::new(&path)).faults();
    assert!(faults[0].to_string().contains("chmod 600"), "{faults:?}");
    assert!(!format!("{:?}", declared(place.path(), text)).contains("hidden"));
}

#[test]
fn all_that_is_wrong_is_told_at_once_in_the_order_of_lines() {
    let place = tempfile::tempdir().unwrap();
    let path = file(
        place.path(),
        r#"region = "eu west"

[[bucket]]
name = "UPPER"

[[bucket]]
name = "photos"
[bucket.config]
lifecycle = { Rules = [{ ID = "new", Status = "Enabled", Filter = {}, Expiration = { Days = 1 } }, { ID = "old" }] }
encryption = { Rules = [{ ApplyServerSideEncryptionByDefault = { SSEAlgorithm = "DES" } }] }

[[policy]]
name = "bad policy"
document = { Version = "2012-10-17", Statement = [{ Effect = "Alow", Action = "*", Resource = "*" }] }

[[group]]
name = "of all!"

[[account]]
name = "one"
number = "12"

[[user]]
name = "bad name!"
policies = ["arn:aws:iam::aws:policy/AdministratorAcces"]
keys = [
    { access-key = "A/B", secret-key = "long-enough" },
    { access-key = "TWICE", secret-key = "long-enough" },
    { access-key = "TWICE", secret-key = "long-enough" },
]

[webhook]
mail = "http://localhost:1"
a = "ftp://x"
"#,
    );
    let effective = gather(
        &["--data", "d", "--config", &path, "--log-level", "loud"],
        &[],
    );
    let faults: Vec<String> = effective.faults().iter().map(ToString::to_string).collect();
    let expected = [
        (1, "region"),
        (3, "bucket \"UPPER\": name: expected 3 to 63"),
        (
            9,
            "bucket \"photos\": lifecycle: Rules.1: Status: expected Enabled or Disabled",
        ),
        (
            10,
            "bucket \"photos\": encryption: Rules.0: SSEAlgorithm: expected AES256",
        ),
        (
            12,
            "policy \"bad policy\": The specified value for policyName",
        ),
        (14, "policy \"bad policy\": document: "),
        (16, "group \"of all!\": "),
        (19, "account \"one\": An account number has twelve digits"),
        (23, "user \"bad name!\": The specified value for userName"),
        (
            25,
            "AdministratorAcces\" is neither declared nor ready-made (did you mean AdministratorAccess?)",
        ),
        (27, "key \"A/B\": The access key must not contain any of"),
        (29, "key \"TWICE\" is declared twice"),
        (34, "webhook \"a=ftp://x\": expected an address"),
    ];
    assert_eq!(faults.len(), expected.len() + 1, "{faults:#?}");
    for (fault, (line, says)) in faults.iter().zip(expected) {
        assert!(
            fault.starts_with(&format!("{path}:{line}: ")),
            "{line}: {fault}"
        );
        assert!(fault.contains(says), "{says}: {fault}");
        assert!(
            !fault.contains("long-enough") && !fault.contains("XML"),
            "{fault}"
        );
    }
    // Flags come last.
    let last = faults.last().unwrap();
    assert!(last.starts_with("--log-level \"loud\": "), "{last}");
}
