//! What a configuration file says is to exist, exists after start.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use support::process::Ended;
use support::server::{Server, cairn, command_with_root, run};
use support::signed::ask;
use support::way::Way;

const FILE: &str = r#"
[[policy]]
name = "readers"
document = { Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetBucketVersioning", Resource = "*" }] }

[[user]]
name = "anna"
policies = ["readers"]
keys = [{ access-key = "ANNAKEY", secret-key = "anna-secret-key" }]

[[group]]
name = "staff"
policies = ["readers"]

[[user]]
name = "bert"
groups = ["staff"]
keys = [{ access-key = "BERTKEY", secret-key = "bert-secret-key" }]

[[account]]
name = "carl"
keys = [{ access-key = "CARLKEY", secret-key = "carl-secret-key" }]

[[bucket]]
name = "photos"
versioning = "enabled"
quota = "8 B"
tags = { team = "red" }

[bucket.config]
lifecycle = { Rules = [{ Status = "Enabled", Filter = { Prefix = "logs/" }, Expiration = { Days = 30 } }] }
cors = "cors.json"
encryption = { Rules = [{ ApplyServerSideEncryptionByDefault = { SSEAlgorithm = "AES256" } }] }

[[bucket]]
name = "locked"
object-lock = true
config = { object-lock = { ObjectLockEnabled = "Enabled", Rule = { DefaultRetention = { Mode = "GOVERNANCE", Days = 3 } } } }

[[bucket]]
name = "open"
policy = { Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "s3:ListBucket", Resource = "arn:aws:s3:::open" }] }
"#;

fn write(place: &Path, text: &str) -> PathBuf {
    let file = place.join("settings.toml");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    file
}

fn start(place: &Path, text: &str) -> Server {
    let file = write(place, text);
    let cors = r#"{"CORSRules":[{"AllowedMethods":["GET"],"AllowedOrigins":["*"]}]}"#;
    fs::write(place.join("cors.json"), cors).unwrap();
    let mut command = command_with_root(&place.join("data"));
    Server::start(command.arg("--config").arg(file))
}

fn refused(place: &Path, text: &str) -> Ended {
    let file = write(place, text);
    run(command_with_root(&place.join("data"))
        .arg("--config")
        .arg(file))
}

fn as_anna(address: SocketAddr, path: &str) -> u16 {
    ask("GET", address, path, ("ANNAKEY", "anna-secret-key"), "").status
}

fn as_root(method: &str, address: SocketAddr, path: &str, body: &str) -> support::http::Answer {
    let root = (support::server::USER, support::server::PASSWORD);
    ask(method, address, path, root, body)
}

#[test]
fn what_is_declared_is_there_and_is_kept_up_to_date() {
    let place = tempfile::tempdir().unwrap();
    let server = start(place.path(), FILE);
    let at = server.address;
    let versioning = as_root("GET", at, "/photos?versioning", "").body;
    assert!(versioning.contains("Enabled"), "{versioning}");
    assert_eq!(as_root("PUT", at, "/photos/small", "12345678").status, 200);
    assert_ne!(
        as_root("PUT", at, "/photos/more", "9").status,
        200,
        "the quota is used up"
    );
    let lock = as_root("GET", at, "/locked?object-lock", "").body;
    assert!(
        lock.contains("Enabled") && lock.contains("<Days>3</Days>"),
        "{lock}"
    );
    for (what, says) in [
        ("tagging", "<Value>red</Value>"),
        ("lifecycle", "<Prefix>logs/</Prefix>"),
        ("cors", "<AllowedMethod>GET</AllowedMethod>"),
        ("encryption", "AES256"),
    ] {
        let answer = as_root("GET", at, &format!("/photos?{what}"), "").body;
        assert!(answer.contains(says), "{what}: {answer}");
    }
    assert_eq!(
        support::http::get(at, "/open").status,
        200,
        "anybody may list it"
    );
    assert_eq!(support::http::get(at, "/photos").status, 403);
    assert_eq!(as_anna(at, "/photos?versioning"), 200);
    assert_eq!(as_anna(at, "/photos?policy"), 403);
    let status = |keys, path| ask("GET", at, path, keys, "").status;
    let bert = ("BERTKEY", "bert-secret-key");
    assert_eq!(status(bert, "/photos?versioning"), 200, "by his group");
    assert_eq!(status(bert, "/photos?policy"), 403);
    let carl = ("CARLKEY", "carl-secret-key");
    assert_eq!(status(carl, "/photos?versioning"), 403, "no bucket of his");
    assert_eq!(ask("PUT", at, "/of-carl", carl, "").status, 200);
    assert_eq!(status(carl, "/of-carl?policy"), 404, "which he owns");
    let ended = server.stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);

    // Nothing is done that is done already.
    let ended = start(place.path(), FILE).stop();
    assert!(!ended.stderr.contains("declared, "), "{}", ended.stderr);

    // What differs is brought up to date, what is not declared any more stays.
    let changed = FILE
        .replace("s3:GetBucketVersioning", "s3:GetBucketPolicy*")
        .replace("\"enabled\"", "\"suspended\"")
        .replace("Days = 30", "Days = 31")
        .replace("anna-secret-key", "another-secret-key")
        .replace("name = \"locked\"\nobject-lock = true", "name = \"new\"")
        .replace("config = { object-lock", "# config = { object-lock");
    let server = start(place.path(), &changed);
    let at = server.address;
    let versioning = as_root("GET", at, "/photos?versioning", "").body;
    assert!(versioning.contains("Suspended"), "{versioning}");
    let rules = as_root("GET", at, "/photos?lifecycle", "").body;
    assert!(rules.contains("<Days>31</Days>"), "{rules}");
    assert_eq!(
        as_anna(at, "/photos?policy"),
        403,
        "her old secret is none any more"
    );
    let new = ("ANNAKEY", "another-secret-key");
    assert_eq!(ask("GET", at, "/photos?policy", new, "").status, 404);
    assert_eq!(as_root("GET", at, "/new?versioning", "").status, 200);
    assert_eq!(as_root("GET", at, "/locked?object-lock", "").status, 200);
    assert_eq!(support::http::get(at, "/photos/small").status, 403);
    assert_eq!(as_root("GET", at, "/photos/small", "").body, "12345678");
}

#[test]
fn what_cannot_be_made_is_named_before_anything_is_changed() {
    let place = tempfile::tempdir().unwrap();
    let text = r#"
[[bucket]]
name = "photos"

[[account]]
name = "keyless"

[[user]]
name = "u"
groups = ["no-group"]
policies = ["nowhere"]
keys = [{ access-key = "UKEY", secret-key = "u-secret-key" }]

[[bucket]]
name = "videos"
config = { object-lock = { ObjectLockEnabled = "Enabled" } }
"#;
    let ended = refused(place.path(), text);
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    let file = place.path().join("settings.toml");
    for (line, says) in [
        (
            5,
            "account \\\"keyless\\\": a new account wants at least one key",
        ),
        (
            10,
            "group \\\"no-group\\\" is not declared, and the store has none",
        ),
        (
            11,
            "policy \\\"nowhere\\\" is neither declared nor ready-made, and the store",
        ),
        (14, "bucket \\\"videos\\\": object-lock: only with"),
    ] {
        let told = format!("{}:{line}: ", file.display());
        let is_it = |error: &str| error.contains(&told) && error.contains(says);
        assert!(ended.stderr.lines().any(is_it), "{says}: {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("u-secret-key"), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("nothing has been changed"),
        "{}",
        ended.stderr
    );
    // Nothing has been: what could be made is not there either.
    let server = start(place.path(), "");
    assert_eq!(as_root("GET", server.address, "/photos", "").status, 404);
    // What the store has, may be named.
    let way = Way::Data(&place.path().join("data"));
    way.does("group add no-group");
    assert!(server.stop().status.success());
    let named = "[[user]]\nname = \"u\"\ngroups = [\"no-group\"]\n";
    assert!(start(place.path(), named).stop().status.success());
}

/// What earlier was found half way through a start, with half of it made.
#[test]
fn what_buckets_name_and_is_not_there_is_told_before_anything_is_changed() {
    let place = tempfile::tempdir().unwrap();
    // The system gives this port to nobody.
    let closed = "127.0.0.1:1";
    let text = format!(
        r#"
[webhook]
gone = "http://{closed}"
[[bucket]]
name = "first"
[[bucket]]
name = "photos"
policy = {{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Principal = {{ AWS = "arn:aws:iam::111122223333:user/zoe" }}, Action = "s3:ListBucket", Resource = "arn:aws:s3:::photos" }}] }}
[bucket.config]
encryption = {{ Rules = [{{ ApplyServerSideEncryptionByDefault = {{ SSEAlgorithm = "aws:kms", KMSMasterKeyID = "wrapping" }} }}] }}
notification = {{ QueueConfigurations = [{{ QueueArn = "arn:cairn:sqs::gone:webhook", Events = ["s3:ObjectCreated:*"] }}] }}
"#
    );
    let ended = refused(place.path(), &text);
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    let unreachable = format!("cannot be reached at {closed}");
    for says in [
        "principal \\\"arn:aws:iam::111122223333:user/zoe\\\" is known only to a store, and the store",
        "KMS key \\\"wrapping\\\" is made by `cairn kms key add`, and the store has none",
        &unreachable,
        "nothing has been changed",
    ] {
        assert!(ended.stderr.contains(says), "{says}: {}", ended.stderr);
    }
    let checked = run(cairn(Path::new(env!("CARGO_BIN_EXE_cairn")))
        .args(["config", "check"])
        .arg(place.path().join("settings.toml")));
    assert_eq!(checked.status.code(), Some(0), "{}", checked.stderr);
    for says in ["user/zoe", "KMS key \"wrapping\"", &unreachable] {
        assert!(checked.stderr.contains(says), "{says}: {}", checked.stderr);
    }
    let server = start(place.path(), "");
    assert_eq!(as_root("GET", server.address, "/first", "").status, 404);
    // What the store has, may be named.
    let way = Way::Data(&place.path().join("data"));
    way.does("kms key add wrapping");
    assert!(server.stop().status.success());
    let encrypted = text.lines().filter(|line| {
        let others = ["[webhook]", "gone = ", "policy = ", "notification = "];
        !others.iter().any(|other| line.starts_with(other))
    });
    let encrypted: Vec<&str> = encrypted.collect();
    let server = start(place.path(), &encrypted.join("\n"));
    let at = server.address;
    assert!(
        as_root("GET", at, "/photos?encryption", "")
            .body
            .contains("wrapping")
    );
    assert_eq!(as_root("PUT", at, "/photos/key", "body").status, 200);
    assert!(server.stop().status.success());
}

/// A policy names a user by the number that the store has, before there is that user.
#[test]
fn a_bucket_may_let_in_a_user_that_is_declared_with_it() {
    let place = tempfile::tempdir().unwrap();
    let server = start(place.path(), "[[user]]\nname = \"zoe\"\n");
    let way = Way::Data(&place.path().join("data"));
    let arn = way.json("user show zoe")["arn"]
        .as_str()
        .unwrap()
        .to_owned();
    way.does("user remove zoe");
    assert!(server.stop().status.success());
    let text = format!(
        r#"
[[user]]
name = "zoe"
keys = [{{ access-key = "ZOEKEY", secret-key = "zoe-secret-key" }}]
[[bucket]]
name = "photos"
policy = {{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Principal = {{ AWS = "{arn}" }}, Action = "s3:ListBucket", Resource = "arn:aws:s3:::photos" }}] }}
"#
    );
    let server = start(place.path(), &text);
    let zoe = ("ZOEKEY", "zoe-secret-key");
    assert_eq!(ask("GET", server.address, "/photos", zoe, "").status, 200);
}

/// By the same rules that hold for requests, and before there is a store.
#[test]
fn what_nobody_could_make_is_told_all_at_once_by_check_and_server() {
    let place = tempfile::tempdir().unwrap();
    let text = r#"
[[bucket]]
name = "Not A Name"
[[policy]]
name = "p"
document = { Version = "no" }
[[bucket]]
name = "bucket"
policy = "{}"
[bucket.config]
lifecycle = { Rules = [{ ID = "old" }] }
[[user]]
name = "u"
policies = ["nowhere"]
"#;
    let ended = refused(place.path(), text);
    assert_eq!(ended.status.code(), Some(2), "{}", ended.stderr);
    assert!(!place.path().join("data").exists());
    let file = place.path().join("settings.toml");
    let checked = run(cairn(Path::new(env!("CARGO_BIN_EXE_cairn")))
        .args(["config", "check"])
        .arg(&file));
    assert_eq!(checked.status.code(), Some(2));
    let (warnings, errors): (Vec<&str>, Vec<&str>) = checked
        .stderr
        .lines()
        .partition(|line| line.starts_with("warning: "));
    assert!(
        warnings[0].contains("settings.toml:14: user \"u\": policy \"nowhere\""),
        "{warnings:?}"
    );
    let told: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(errors, told);
    for (error, says) in errors.iter().zip([
        "settings.toml:2: bucket \"Not A Name\": name: expected 3 to 63",
        "settings.toml:6: policy \"p\": document: ",
        "settings.toml:9: bucket \"bucket\": policy: Missing required field",
        "settings.toml:11: bucket \"bucket\": lifecycle: Rules.0: Status: expected Enabled or",
    ]) {
        assert!(error.contains(says), "{says}: {error}");
    }
    assert_eq!(errors.len(), 4, "{errors:?}");
}

/// Of a policy with a document, and of one that is there without being declared.
#[test]
fn limits_of_declared_policies_count_and_are_kept_up_to_date() {
    let place = tempfile::tempdir().unwrap();
    let file = r#"
[[policy]]
name = "writers"
document = { Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] }
limits = { storage = "1 GiB", objects = 3, requests-per-second = 1000, largest-object = "8 B" }

[[policy]]
name = "guest"
limits = { objects = 7 }

[[user]]
name = "anna"
policies = ["writers"]
keys = [{ access-key = "ANNAKEY", secret-key = "anna-secret-key" }]
"#;
    let server = start(place.path(), file);
    let at = server.address;
    let put = |path: &str, body: &str| {
        let keys = ("ANNAKEY", "anna-secret-key");
        ask("PUT", at, path, keys, body)
    };
    assert_eq!(put("/of-anna", "").status, 200);
    assert_eq!(put("/of-anna/a", "12345678").status, 200);
    let large = put("/of-anna/b", "123456789");
    assert_eq!(large.status, 400, "{}", large.body);
    assert!(large.body.contains("EntityTooLarge"), "{}", large.body);
    let way = Way::Data(&place.path().join("data"));
    let limits = |name: &str| way.json(&format!("policy show {name}"))["limits"].clone();
    let of_writers = serde_json::json!({
        "storage": 1_u64 << 30, "objects": 3, "requests_per_second": 1000, "largest_object": 8,
    });
    assert_eq!(limits("writers"), of_writers);
    assert_eq!(limits("guest")["objects"], 7);
    assert_eq!(limits("guest")["storage"], serde_json::Value::Null);
    assert!(server.stop().status.success());

    // Nothing is done that is done already; what differs is, and what is not declared stays.
    let ended = start(place.path(), file).stop();
    assert!(!ended.stderr.contains("declared, "), "{}", ended.stderr);
    let changed = file
        .replace("largest-object = \"8 B\"", "largest-object = \"9 B\"")
        .replace(
            "[[policy]]\nname = \"guest\"\nlimits = { objects = 7 }\n",
            "",
        );
    let server = start(place.path(), &changed);
    let keys = ("ANNAKEY", "anna-secret-key");
    let put = ask("PUT", server.address, "/of-anna/b", keys, "123456789");
    assert_eq!(put.status, 200, "{}", put.body);
    let way = Way::Data(&place.path().join("data"));
    assert_eq!(way.json("policy show guest")["limits"]["objects"], 7);
    let log = server.stop().stderr;
    assert!(log.contains("limits brought up to date"), "{log}");
}

#[test]
fn limits_that_cannot_be_are_named() {
    let place = tempfile::tempdir().unwrap();
    for (limits, code, says) in [
        (
            "{ requests-per-second = 0 }",
            2,
            "requests-per-second = 0: expected 1 to 1000000",
        ),
        ("{ storage = \"10 gallons\" }", 2, "10 gallons"),
        ("{ objects = -1 }", 2, "-1"),
        ("{ size = 1 }", 2, "unknown field `size`"),
        // Nobody has such a policy, and it is not made without a document.
        ("{ objects = 1 }", 1, "policy \\\"none\\\""),
    ] {
        let text = format!("[[policy]]\nname = \"none\"\nlimits = {limits}\n");
        let ended = refused(place.path(), &text);
        assert_eq!(ended.status.code(), Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains(says), "no {says} in {}", ended.stderr);
        assert!(ended.stderr.contains("settings.toml:"), "{}", ended.stderr);
    }
}
