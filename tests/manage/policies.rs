//! Policies by command: versions, holders, and actions that nobody has.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::READ;
use super::support::way::Way;

/// Of the policy `photos-read`, which was set once since it was made.
pub(super) fn versions(way: &Way<'_>, place: &Path) {
    let wider = READ.replace("s3:GetObject", "s3:Get*");
    let file = place.join("wider.json");
    fs::write(&file, &wider).unwrap();
    way.does(&format!("policy set photos-read {}", file.display()));
    let listed = way.does("policy version list photos-read");
    let cells = listed.lines().map(|line| line.split('\t').collect());
    let rows: Vec<Vec<&str>> = cells.collect();
    let counts: Vec<&[&str]> = rows.iter().map(|row| &row[..2]).collect();
    assert_eq!(counts, [["3", "yes"], ["2", "no"], ["1", "no"]]);
    let older = way.json("policy version show photos-read 1");
    assert_eq!(
        older["document"],
        serde_json::from_str::<Value>(READ).unwrap()
    );
    let shown = way.does("policy version show photos-read 3");
    assert!(shown.contains("\"s3:Get*\""), "{shown}");
    let set = way.does("policy version set photos-read 1");
    assert_eq!(set, "version 1 of policy photos-read counts now\n");
    let counting = way.json("policy show photos-read");
    assert_eq!(counting["version"], 1);
    assert_eq!(counting["document"], older["document"]);
    let list = "cairn policy version list photos-read shows";
    way.refuses("policy version set photos-read 9", 1, &[list]);
    way.refuses("policy version show photos-read 9", 1, &[list]);
    way.refuses("policy version set photos-read two", 2, &["two"]);
    let unknown = "policy version list nothing";
    way.refuses(unknown, 1, &["nothing", "policy list"]);
}

/// Who has `photos-read`, and what that lets them do.
pub(super) fn held(way: &Way<'_>) {
    way.does("user boundary set bert photos-read");
    let holders = way.does("policy holder list photos-read");
    assert_eq!(holders, "group\treaders\tattached\nuser\tbert\tboundary\n");
    way.refuses("policy holder list nothing", 1, &["nothing", "policy list"]);
    let may = way.does("user permission list anna");
    let cells: Vec<&str> = may.trim_end().split('\t').collect();
    let wanted = ["allow", "s3:GetObject", "photos/*", "-", "group readers"];
    assert_eq!(cells[..5], wanted);
    assert!(cells[5].ends_with(":policy/photos-read"), "{may}");
    let may = way.json("user permission list bert");
    let statements = may["items"].as_array().unwrap();
    let sources: Vec<&Value> = statements.iter().map(|it| &it["source"]).collect();
    assert!(sources.contains(&&json!("boundary")), "{may}");
    assert!(sources.contains(&&json!("identity")), "{may}");
    let may = way.does("user permission list bert");
    assert!(may.contains("\tboundary\t"), "{may}");
    assert!(may.contains("\tuser\t"), "{may}");
    way.refuses("user permission list nobody", 1, &["nobody", "user list"]);
    way.does("user boundary remove bert");
}

/// They are taken, and whoever gives them is told.
pub(super) fn odd_policies(way: &Way<'_>, place: &Path) {
    let odd = place.join("odd.json");
    fs::write(&odd, READ.replace("s3:GetObject", "s3:GetObjekt")).unwrap();
    let odd = odd.to_str().unwrap();
    for line in [
        format!("policy add odd {odd}"),
        format!("policy set odd {odd}"),
        format!("policy add odd {odd} --user anna"),
        format!("policy set odd {odd} --user anna"),
        format!("key add anna --policy {odd}"),
    ] {
        let ended = way.run(&line);
        assert!(ended.status.success(), "{line}: {}", ended.stderr);
        let says = "warning: no request asks for the action s3:GetObjekt";
        assert!(ended.stderr.contains(says), "{line}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("is s3:GetObject meant?"),
            "{}",
            ended.stderr
        );
    }
    let ended = way.run("policy test anna s3:GetObjekt --on photos/a");
    assert_eq!(ended.status.code(), Some(0), "her own policy allows it");
    assert!(
        ended.stderr.contains("warning: no request asks"),
        "{}",
        ended.stderr
    );
    let shown = way.run("policy show odd --json");
    assert!(
        shown.stdout.contains("\"near\":\"s3:GetObject\""),
        "{}",
        shown.stdout
    );
    assert_eq!(shown.stderr, "");
    way.does("policy remove odd --user anna");
    way.does("policy remove odd");
    let keys = way.json("key list anna");
    let keys = keys["items"].as_array().unwrap();
    let odd = keys.iter().find(|key| key["restricted"] == true).unwrap();
    way.does(&format!("key remove anna {}", odd["id"].as_str().unwrap()));
}
