//! The commands that administrate, by all three ways: the socket of a running server, the folder of
//! one that does not run, and a token over HTTP. They do the same.

#![allow(clippy::unwrap_used)]

#[path = "manage/buckets.rs"]
mod buckets;
#[path = "manage/policies.rs"]
mod policies;
mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

use serde_json::{Value, json};
use support::console::log_in;
use support::http::{connect, read_answer};
use support::server::{Server, cairn, command_with_root, run};
use support::way::Way;

const READ: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}]}"#;

/// Everything once, and all of it undone.
fn everything(way: &Way<'_>, place: &Path) {
    people(way, place);
    way.does("user add anna --no-key");
    standing_and_tags(way);
    policies::odd_policies(way, place);
    way.does("user remove anna");
    bounds_of_people(way, place);
    buckets::made_bounded_and_told(way, place);
    emptied(way);
    accounts(way);
}

fn people(way: &Way<'_>, place: &Path) {
    let file = place.join("read.json");
    fs::write(&file, READ).unwrap();
    let file = file.to_str().unwrap();
    let made = way.json("user add anna --access-key ANNAKEY --secret-key anna-secret");
    assert_eq!(made["user"]["name"], "anna");
    assert_eq!(made["key"]["id"], "ANNAKEY");
    let made = way.does("user add bert --policy AmazonS3ReadOnlyAccess");
    assert!(made.contains("secret key\t"), "{made}");
    assert!(made.contains("policies\tAmazonS3ReadOnlyAccess"), "{made}");
    way.refuses("user add anna", 1, &["EntityAlreadyExists", "next: "]);
    way.refuses("user show nobody", 1, &["nobody", "user list"]);
    nothing_half_made(way);
    let listed = way.does("user list");
    let names: Vec<&str> = listed
        .lines()
        .filter_map(|it| it.split('\t').next())
        .collect();
    assert_eq!(names, ["anna", "bert"]);
    searched(way);

    way.does(&format!(
        "policy add photos-read {file} --description photos"
    ));
    way.refuses(
        &format!("policy add photos-read {file}"),
        1,
        &["photos-read"],
    );
    way.does("group add readers");
    way.does("policy attach photos-read --group readers");
    let ended = way.run("policy test anna s3:GetObject --on photos/a");
    assert_eq!(ended.status.code(), Some(3), "{}", ended.stderr);
    let joined = way.does("group join readers anna bert");
    assert_eq!(joined, "group readers: in it now: anna, bert\n");
    let anna = "anna\tenabled\treaders\t1\t-\t-\t20";
    assert!(way.does("user list").starts_with(anna));
    way.refuses("group leave readers anna nobody", 1, &["nobody"]);
    let members = &way.json("group show readers")["members"];
    assert_eq!(members.as_array().unwrap().len(), 2, "{members}");
    let tested = way.does("policy test anna s3:GetObject --on photos/a");
    let fields: Vec<&str> = tested.trim_end().split('\t').collect();
    assert_eq!(
        fields[..3],
        ["s3:GetObject", "arn:aws:s3:::photos/a", "allowed"]
    );
    assert!(fields[3].contains("photos-read Read"), "{tested}");
    way.does("group leave readers bert");
    assert_eq!(way.json("group show readers")["members"][0]["name"], "anna");
    let shown = way.json("policy show photos-read");
    assert_eq!(
        shown["document"],
        serde_json::from_str::<Value>(READ).unwrap()
    );
    way.does(&format!("policy set photos-read {file}"));
    policies::versions(way, place);
    policies::held(way);
    // Inside of somebody.
    way.does(&format!("policy add own {file} --user bert"));
    way.refuses(
        &format!("policy add own {file} --user bert"),
        1,
        &["policy set"],
    );
    let inside = way.json("policy list --user bert");
    assert_eq!(inside["policies"], json!(["own"]));
    way.does("policy remove own --user bert");
    way.does("policy detach AmazonS3ReadOnlyAccess --user bert");
    let again = "policy detach AmazonS3ReadOnlyAccess --user bert";
    way.refuses(again, 1, &["not attached to bert", "holder list"]);
    way.refuses("policy detach nope --user bert", 1, &["NoSuchEntity"]);
    way.refuses("policy remove photos-read", 1, &["policy detach"]);

    keys(way);
    let set = way.fed("user password anna", "correct horse battery\n");
    assert!(set.status.success(), "{}", set.stderr);
    assert!(!set.stdout.contains("correct"), "{}", set.stdout);
    assert_eq!(way.json("user show anna")["has_password"], true);
    let short = way.fed("user password anna", "short\n");
    assert_eq!(short.status.code(), Some(1), "{}", short.stderr);
    assert!(short.stderr.contains("password: "), "{}", short.stderr);
    assert_eq!(way.fed("user password anna", "").status.code(), Some(2));
    let made = way.json("user password anna --generate");
    assert_eq!(made["password"].as_str().unwrap().len(), 24);
    way.does("user password anna --remove");
    assert_eq!(way.json("user show anna")["has_password"], false);

    way.does("user rename anna ann");
    way.refuses("user show anna", 1, &["anna"]);
    for line in [
        "user remove ann",
        "user remove bert",
        "group remove readers",
    ] {
        way.does(line);
    }
    way.does("policy remove photos-read");
    assert_eq!(way.does("user list"), "");
    assert_eq!(way.json("group list"), json!({ "items": [], "next": null }));
}

/// Lists of what has names, for what is called so.
fn searched(way: &Way<'_>) {
    for (typed, one) in [
        ("user list --search ER", "bert"),
        ("user list --search ANNAKEY", "anna"),
        ("policy list --search s3readonly", "AmazonS3ReadOnlyAccess"),
    ] {
        let found = way.json(typed);
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{typed}");
        assert_eq!(found["items"][0]["name"], one, "{typed}");
    }
    for typed in ["group list", "account list"] {
        let found = way.json(&format!("{typed} --search n&o%20such"));
        assert_eq!(found["items"], json!([]), "{typed}");
    }
    let both = "policy list --search a --user anna";
    way.refuses(both, 2, &["cannot be used with"]);
}

/// ANNAKEY is somebody's.
fn nothing_half_made(way: &Way<'_>) {
    // Of what is refused for a name that is wrong, nothing is done.
    way.refuses("user add x --policy IAMFullAccess --group no", 1, &["no"]);
    way.refuses("user add x --policy nope", 1, &["nope"]);
    way.refuses("user show x", 1, &["NoSuchEntity"]);
    way.refuses("group add x --policy nope", 1, &["nope"]);
    way.refuses("group show x", 1, &["NoSuchEntity"]);
    way.refuses("user add x --access-key ODD", 2, &["go together"]);
    // Nor of what is refused for its key.
    let odd = "user add x --access-key A --secret-key odd-secret";
    way.refuses(odd, 2, &["--access-key \"A\"", "3 to 128"]);
    let taken = "user add x --access-key ANNAKEY --secret-key other-secret";
    way.refuses(taken, 1, &["ANNAKEY"]);
    way.refuses("user show x", 1, &["NoSuchEntity"]);
}

/// Of anna, who is there.
fn standing_and_tags(way: &Way<'_>) {
    let said = way.does("user disable anna");
    assert!(said.starts_with("user anna disabled: "), "{said}");
    assert!(way.json("user show anna")["suspended"].is_string());
    assert!(way.does("user show anna").contains("state\tdisabled"));
    assert!(way.does("user list").contains("anna\tdisabled"));
    assert_eq!(way.does("user enable anna"), "user anna enabled\n");
    assert!(way.json("user show anna")["suspended"].is_null());
    way.refuses("user disable nobody", 1, &["nobody", "user list"]);

    let said = way.does("user tag set anna team=red desk=12");
    assert_eq!(said, "user anna has these tags now: desk=12, team=red\n");
    way.does("user tag set anna team=blue");
    way.does("user tag remove anna desk");
    assert_eq!(
        way.json("user show anna")["tags"],
        json!({ "team": "blue" })
    );
    way.refuses("user tag set anna team", 2, &["KEY=VALUE"]);
    let said = way.does("user tag remove anna team");
    assert_eq!(said, "user anna has no tags now\n");
}

/// What limits people, and what is taken from them.
fn bounds_of_people(way: &Way<'_>, place: &Path) {
    let file = place.join("read.json");
    way.does(&format!("policy add few {}", file.display()));
    let none = json!({
        "storage": null, "objects": null, "requests_per_second": null, "largest_object": null,
    });
    assert_eq!(way.json("policy limits show few"), none);
    way.does("policy limits set few --storage 10GB --rate 100");
    let set = way.json("policy limits set few --objects 5 --largest 1.5GiB");
    let all = json!({
        "storage": 10_000_000_000_u64, "objects": 5, "requests_per_second": 100,
        "largest_object": 3_u64 << 29,
    });
    assert_eq!(set, all, "what is not given stays");
    let shown = way.does("policy limits set few --storage 0");
    assert_eq!(
        shown,
        "storage\tno bound\nobjects\t5\nrequests\t100/s\nlargest object\t1.5 GiB\n"
    );
    let refused = ["--rate 2000000: ", "1 to 1000000"];
    way.refuses("policy limits set few --rate 2000000", 2, &refused);
    way.refuses("policy limits set few --largest lots", 2, &["--largest"]);
    way.refuses(
        "policy limits show none",
        1,
        &["NoSuchEntity", "policy list"],
    );

    way.does("user add dora --no-key --policy few --tag team=blue --boundary few");
    let dora = way.json("user show dora");
    assert_eq!(dora["tags"], json!({ "team": "blue" }));
    assert!(dora["boundary"].as_str().unwrap().ends_with("policy/few"));
    assert_eq!(dora["limits"]["requests_per_second"], 100);
    way.does("user boundary remove dora");
    way.does("user boundary set dora AmazonS3ReadOnlyAccess");
    let shown = way.does("user show dora");
    assert!(
        shown.contains("boundary\tarn:aws:iam::aws:policy/"),
        "{shown}"
    );
    assert!(
        shown.contains("limits\t5 objects, 100 requests a second"),
        "{shown}"
    );
    way.does("user move dora /staff/");
    assert!(
        way.json("user show dora")["arn"]
            .as_str()
            .unwrap()
            .ends_with("user/staff/dora")
    );
    way.refuses("user second-factor remove dora", 1, &["NoSecondFactor"]);
    way.refuses("user add x --tag team", 2, &["--tag \"team\"", "KEY=VALUE"]);
    way.does("group add blue");
    way.does("group rename blue green");
    way.does("group move green /staff/");
    assert!(
        way.json("group show green")["arn"]
            .as_str()
            .unwrap()
            .ends_with("group/staff/green")
    );
    way.does("group remove green");

    way.does("bucket add dolls");
    way.does("bucket holder set dolls dora");
    assert_eq!(way.json("bucket show dolls")["counts_for"], "dora");
    let held = way.does("user show dora");
    assert!(
        held.contains("holds\t0 B in 0 objects, 1 bucket\n"),
        "{held}"
    );
    way.does("bucket holder remove dolls");
    assert_eq!(way.json("bucket show dolls")["counts_for"], Value::Null);
    way.refuses("bucket holder set dolls nobody", 1, &["nobody"]);
    way.does("bucket remove dolls");
    way.does("policy limits remove few");
    assert_eq!(way.json("policy limits show few"), none);
    way.does("user remove dora");
    way.does("policy remove few");
}

fn emptied(way: &Way<'_>) {
    way.does("bucket add old --versioning");
    assert_eq!(way.does("bucket upload list old"), "");
    way.refuses("bucket upload remove old key none", 1, &["NoSuchUpload"]);
    way.refuses("bucket empty old", 2, &["0 versions", "say --yes"]);
    way.refuses("bucket empty nowhere --yes", 1, &["there is no bucket"]);
    let report = way.json("bucket empty old --yes");
    assert_eq!(
        (&report["deleted"], &report["versions_left"]),
        (&json!(0), &json!(0))
    );
    let shown = way.does("bucket empty old --yes");
    assert!(
        shown.starts_with("versions deleted\t0\nuploads given up\t0\n"),
        "{shown}"
    );
    way.does("bucket remove old");
}

fn keys(way: &Way<'_>) {
    let made = way.json("key add anna --expires 30d --description later");
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["secret"].as_str().unwrap().len(), 40);
    way.refuses("key add anna", 1, &["AccessKeysPerUser"]);
    way.refuses(
        "key add anna --expires soon",
        2,
        &["--expires \"soon\": ", "90d"],
    );
    let past = "key add anna --expires 2020-01-01T00:00:00Z";
    way.refuses(
        past,
        2,
        &["--expires 2020-01-01T00:00:00Z: ", "expired already"],
    );
    let unknown = "key disable anna UNKNOWN";
    way.refuses(unknown, 1, &["UNKNOWN", "next: cairn key list anna shows"]);
    way.does("key disable anna ANNAKEY");
    let listed = way.does("key list anna");
    let lines: Vec<Vec<&str>> = listed.lines().map(|it| it.split('\t').collect()).collect();
    let of = |id: &str| lines.iter().find(|line| line[0] == id).unwrap();
    assert_eq!(of("ANNAKEY")[1], "disabled");
    assert_eq!((of(id)[1], of(id)[6]), ("enabled", "later"));
    assert!(!listed.contains("anna-secret"), "secrets are not listed");
    way.does("key enable anna ANNAKEY");
    way.does(&format!("key remove anna {id}"));
    let told = way.does("key add anna --expires 2099-01-01T00:00:00Z");
    assert!(told.ends_with("expires\t2099-01-01T00:00:00Z\n"), "{told}");
    let second = told.lines().next().unwrap().split('\t').nth(1).unwrap();
    way.does(&format!("key remove anna {second}"));
    way.refuses(&format!("key remove anna {id}"), 1, &["cannot be found"]);
}

fn accounts(way: &Way<'_>) {
    let made = way.json(
        "account add carl --id carl-id --display-name Carl --email carl@example.com --access-key \
         CARLKEY --secret-key carl-secret",
    );
    assert_eq!(
        (&made["id"], &made["number"]),
        (&json!("carl-id"), &Value::Null)
    );
    way.json("account add one --number 111122223333");
    way.refuses("account add two --number 12", 1, &["twelve digits"]);
    let names = way.json("account list");
    let names = names["items"].as_array().unwrap();
    let names: Vec<&str> = names
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["carl", "one", "root"]);
    // An account without a number takes policies like a user, and goes by its name here.
    way.does("policy attach AmazonS3ReadOnlyAccess --user carl");
    let listed = way.json("policy list --user carl");
    assert_eq!(
        listed["attached_policies"][0]["name"],
        "AmazonS3ReadOnlyAccess"
    );
    way.refuses(
        "policy attach AmazonS3ReadOnlyAccess --user one",
        1,
        &["root may do everything"],
    );
    way.does("key disable carl CARLKEY");
    assert_eq!(way.json("key list carl")["items"][0]["active"], false);
    assert_eq!(
        way.json("key list one")["items"].as_array().unwrap().len(),
        1
    );
    way.refuses("user remove carl", 1, &["cairn account remove carl"]);
    way.refuses("account remove root", 1, &["cannot be removed"]);
    way.does("account remove carl");
    way.does("account remove one");
}

#[test]
fn commands_do_the_same_on_a_folder_through_the_socket_and_by_a_token() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    fs::create_dir(&data).unwrap();
    everything(&Way::Data(&data), place.path());

    let mut command = command_with_root(&data);
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let socket = data.join("admin.sock");
    let there = fs::metadata(&socket).unwrap();
    assert!(there.file_type().is_socket());
    assert_eq!(there.permissions().mode() & 0o777, 0o600);
    everything(&Way::Data(&data), place.path());
    let token = log_in(console);
    everything(&Way::Token(console, &token), place.path());

    // What came by which way is told apart.
    let audited = place.path().join("audited");
    fs::create_dir(&audited).unwrap();
    let mut stream = connect(console);
    write!(
        stream,
        "GET /api/v1/audit?limit=1000 HTTP/1.1\r\nhost: {console}\r\nauthorization: Bearer \
         {token}\r\n\r\n"
    )
    .unwrap();
    let log: Value = serde_json::from_str(&read_answer(&mut stream).body).unwrap();
    for from in ["command line", "socket", "127.0.0.1"] {
        let entries = log["items"].as_array().unwrap().iter();
        let made = entries
            .filter(|it| it["action"] == "CreateUser" && it["outcome"] == "done")
            .filter(|it| it["from"] == from)
            .count();
        // One of them was taken away again, for its key was somebody's.
        assert_eq!(made, 5, "{from}");
    }
    let ended = server.stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(!socket.exists(), "it goes with its server");
    // And nothing was left that should not be.
    let check = run(cairn(Path::new(env!("CARGO_BIN_EXE_cairn")))
        .args(["check", "--data"])
        .arg(&data));
    assert!(check.status.success(), "{}", check.stdout);
}
