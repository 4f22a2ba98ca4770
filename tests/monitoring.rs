//! The dashboard and the alerts: what they ask for is there, and Prometheus understands them.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use support::http::{connect, get, read_answer};
use support::server::{PASSWORD, Server, USER, command_with_root};
use support::signed::ask;

const ALERTS: &str = "monitoring/alerts.yaml";
const DASHBOARD: &str = "monitoring/grafana.json";

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Names of metrics in a text, as they are asked for.
fn metrics_of(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let words = words.filter(|word| word.starts_with("cairn_") || word.starts_with("process_"));
    words.map(str::to_owned).collect()
}

/// The values that something asks a label for, where it names one exactly.
fn values_of(text: &str, label: &str) -> BTreeSet<String> {
    let begin = format!("{label}=\"");
    let values = text.replace("\\\"", "\"");
    let values = values.split(&begin).skip(1);
    let values = values.filter_map(|rest| rest.split('"').next());
    let values = values.filter(|value| !value.is_empty());
    values.map(str::to_owned).collect()
}

/// A bucket of the server's account, and a user who makes one herself.
const DECLARED: &str = r#"
[[bucket]]
name = "bounded"
quota = "1 MiB"

[[user]]
name = "anna"
policies = ["AmazonS3FullAccess", "user"]
keys = [{ access-key = "ANNAKEY", secret-key = "anna-secret-key" }]
"#;

/// A server that has had a request of each kind that is asked for.
fn busy_server(folder: &Path) -> (Server, String) {
    let config = folder.join("cairn.conf");
    fs::write(&config, DECLARED).unwrap();
    let mut command = command_with_root(&folder.join("data"));
    command.args(["--console", "127.0.0.1:0", "--metrics-names", "10"]);
    let mut server = Server::start(command.arg("--config").arg(&config));
    let console = server.console_address();
    let keys = (USER, PASSWORD);
    let put = ask("PUT", server.address, "/bounded/key", keys, "body");
    assert_eq!(put.status, 200, "{}", put.body);
    let head = ask("HEAD", server.address, "/bounded/missing", keys, "");
    assert_eq!(head.status, 404);
    let read = ask("GET", server.address, "/bounded/key", keys, "");
    assert_eq!(read.body, "body");
    let anna = ("ANNAKEY", "anna-secret-key");
    for (path, body) in [("/hers", ""), ("/hers/key", "a longer body")] {
        let put = ask("PUT", server.address, path, anna, body);
        assert_eq!(put.status, 200, "{}", put.body);
    }
    let mut stream = connect(console);
    let login = format!(r#"{{"name":"{USER}","password":"{PASSWORD}"}}"#);
    let length = login.len();
    write!(
        stream,
        "POST /api/v1/session HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n{login}"
    )
    .unwrap();
    assert_eq!(read_answer(&mut stream).status, 201);
    let shown = get(server.address, "/metrics").body;
    (server, shown)
}

#[test]
fn whatever_is_asked_for_is_there() {
    let place = tempfile::tempdir().unwrap();
    let (_server, shown) = busy_server(place.path());
    let there = metrics_of(&shown);
    let mut missing = Vec::new();
    for path in [ALERTS, DASHBOARD] {
        let asked = text(path);
        let names = metrics_of(&asked);
        assert!(names.len() > 10, "{path} asks for {names:?} only");
        let gone = names.difference(&there);
        missing.extend(gone.map(|name| format!("{path}: {name}")));
        for operation in values_of(&asked, "operation") {
            if !shown.contains(&format!("operation=\"{operation}\"")) {
                missing.push(format!("{path}: the operation {operation}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?} in\n{shown}");
}

/// Whoever is woken by an alert looks at the dashboard; and there is more that somebody looks after.
#[test]
fn what_alerts_watch_is_on_the_dashboard() {
    let shown = metrics_of(&text(DASHBOARD));
    let mut watched = metrics_of(&text(ALERTS));
    watched.extend(
        [
            "cairn_drive_free_bytes",
            "cairn_drive_reserve_bytes",
            "cairn_tls_certificate_not_after_seconds",
            "cairn_jobs_running",
            "cairn_jobs_failed_total",
            "cairn_backup_last_success_seconds",
            "cairn_scrub_last_success_seconds",
            "cairn_slowed_keys_total",
            "cairn_slowed_users_total",
            "cairn_slowed_addresses_total",
            "cairn_slowed_requests_total",
            "cairn_slowed_memory_total",
            "cairn_build_info",
        ]
        .map(str::to_owned),
    );
    let missing: Vec<_> = watched.difference(&shown).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Panels neither cover each other nor share a number, and each asks for the servers that are chosen.
#[test]
fn the_dashboard_is_laid_out() {
    let dashboard: serde_json::Value = serde_json::from_str(&text(DASHBOARD)).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
    for panel in panels {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}");
        let [x, y, w, h] =
            ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
        assert!(x + w <= 24, "{title}");
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(cells.insert(cell), "{title} covers another one at {cell:?}");
        }
        for target in panel["targets"].as_array().into_iter().flatten() {
            let asked = target["expr"].as_str().unwrap();
            let names = metrics_of(asked).len();
            let chosen = asked.matches("instance=~\"$instance\"").count();
            assert!(names > 0 && chosen >= names, "{title}: {asked}");
        }
    }
}

/// Rates are made of counters, and Prometheus knows them by their type.
#[test]
fn totals_are_counters_and_counters_are_totals() {
    let place = tempfile::tempdir().unwrap();
    let (_server, shown) = busy_server(place.path());
    let types = shown
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE cairn_"))
        .filter_map(|line| line.split_once(' '));
    let (mut totals, mut wrong) = (0, Vec::new());
    for (name, kind) in types {
        let is_total = name.ends_with("_total");
        totals += usize::from(is_total);
        if is_total != (kind == "counter") {
            wrong.push(format!("cairn_{name} is a {kind}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(totals > 35, "{totals} counters only");
}

#[test]
fn names_are_shown_where_they_are_wanted_and_nowhere_else() {
    let place = tempfile::tempdir().unwrap();
    let (_server, shown) = busy_server(place.path());
    for line in [
        "cairn_bucket_bytes{bucket=\"bounded\"} 4",
        "cairn_bucket_quota_bytes{bucket=\"bounded\"} 1048576",
        // Hers, although the bucket belongs to the server's account.
        "cairn_user_bytes{kind=\"user\",user=\"anna\"} 13",
        "cairn_user_buckets{kind=\"user\",user=\"anna\"} 1",
        "cairn_user_bytes{kind=\"account\",user=\"root\"} 4",
        "cairn_objects 2",
    ] {
        assert!(shown.lines().any(|it| it == line), "no {line} in\n{shown}");
    }
    let other = tempfile::tempdir().unwrap();
    let server = Server::start(&mut command_with_root(other.path()));
    let made = ask("PUT", server.address, "/secretive", (USER, PASSWORD), "");
    assert_eq!(made.status, 200, "{}", made.body);
    let shown = get(server.address, "/metrics").body;
    assert!(shown.contains("\ncairn_buckets 1\n"), "{shown}");
    assert!(!shown.contains("secretive"), "{shown}");
}

/// Every metric of ours is in the document, and none that is not there.
#[test]
fn the_document_tells_of_every_metric() {
    let place = tempfile::tempdir().unwrap();
    let (_server, shown) = busy_server(place.path());
    let families = shown
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "));
    let families = families.filter_map(|line| line.split(' ').next());
    let families: BTreeSet<String> = families
        .filter(|name| name.starts_with("cairn_"))
        .map(str::to_owned)
        .collect();
    let document = text("docs/OPERATIONS.md");
    let told: BTreeSet<String> = told_of(&document);
    let forgotten: Vec<_> = families.difference(&told).collect();
    assert!(forgotten.is_empty(), "not in the document: {forgotten:?}");
    let gone: Vec<_> = told.difference(&families).collect();
    assert!(gone.is_empty(), "in the document only: {gone:?}");
}

/// What stands in the first column of a table; `_bytes` there is what ends the name before it.
fn told_of(document: &str) -> BTreeSet<String> {
    let cells = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `cairn_"));
    let mut told = BTreeSet::new();
    for cell in cells {
        let line = format!("`cairn_{cell}");
        let (names, meaning) = line.split_once(" | ").unwrap();
        let names: Vec<String> = metrics_of(names).into_iter().collect();
        for ending in ["_bytes", "_live_bytes"] {
            if meaning.contains(&format!("`{ending}`")) {
                told.extend(names.iter().map(|name| format!("{name}{ending}")));
            }
        }
        told.extend(names);
    }
    told
}

#[test]
fn prometheus_understands_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for check in [
        ["check", "rules", ALERTS],
        ["check", "config", "monitoring/prometheus.yaml"],
    ] {
        let done = Command::new(root.join("tests/clients/debian"))
            .arg("promtool")
            .args(check)
            .current_dir(root)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        let wrong = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}\n{wrong}");
        assert!(said.contains("SUCCESS"), "{said}");
    }
}
