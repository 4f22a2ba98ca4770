//! The console against the document of the admin interface: each operation is asked for, with each
//! field that its query and its body may have. What the console leaves out is told here, with why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::start;
use super::support::console::{done, log_in};

/// Operations that the console asks for by no call of its own.
const NOT_ASKED: [(&str, &str); 8] = [
    (
        "CheckPolicy",
        "what is typed is checked as it is typed, and again by what saves it",
    ),
    ("Download", "a link that the browser follows"),
    ("DownloadZip", "a link that the browser follows"),
    ("GetOpenApi", "for programs"),
    ("GetPolicyLimits", "they come with the policy"),
    ("LookAtDownload", "a link that the browser follows"),
    ("LookAtPreview", "a link that the browser follows"),
    ("ShowPreview", "a link that the browser follows"),
];

/// Fields, as `operation field`.
const NOT_SENT: [(&str, &str); 2] = [
    (
        "ListBuckets prefix",
        "the list is there as a whole, and found in by what names contain",
    ),
    (
        "ListPolicies scope",
        "the list is there as a whole, and narrowed at once",
    ),
];

#[test]
fn every_field_of_the_interface_is_used_by_the_console_or_left_out_for_a_reason() {
    let (_place, server, console) = start();
    let document = done(
        console,
        &log_in(console),
        "GET /api/v1/openapi.json",
        &Value::Null,
    );
    let sources = Sources::read();
    let (mut not_asked, mut not_sent) = (BTreeSet::new(), BTreeSet::new());
    let mut fields = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        // The protocol of S3 under a session.
        if path.starts_with("/s3/") {
            continue;
        }
        for (method, operation) in operations.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            let words = sources.words_of(method, path);
            if words.is_empty() {
                not_asked.insert(name.to_owned());
                continue;
            }
            let wanted = fields_of(&document, operation);
            fields += wanted.len();
            let absent = wanted.into_iter().filter(|field| !words.contains(field));
            not_sent.extend(absent.map(|field| format!("{name} {field}")));
        }
    }
    // It has looked at something.
    assert!(fields > 150, "{fields}");
    let told = |left_out: &[(&str, &str)]| -> BTreeSet<String> {
        left_out
            .iter()
            .map(|(what, _)| (*what).to_owned())
            .collect()
    };
    assert_eq!(not_asked, told(&NOT_ASKED));
    assert_eq!(not_sent, told(&NOT_SENT));
    server.stop_unharmed();
}

/// What a query and a body may have, also within.
fn fields_of(document: &Value, operation: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] == "query" {
            found.insert(parameter["name"].as_str().unwrap().to_owned());
        }
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    collect(document, body, &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(
    document: &'a Value,
    schema: &'a Value,
    within: &mut Vec<&'a str>,
    found: &mut BTreeSet<String>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        if within.contains(&reference) {
            return;
        }
        within.push(reference);
        let pointer = reference.strip_prefix('#').unwrap();
        collect(document, document.pointer(pointer).unwrap(), within, found);
        within.pop();
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        found.insert(name.clone());
        collect(document, schema, within, found);
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        for schema in schema[several].as_array().into_iter().flatten() {
            collect(document, schema, within, found);
        }
    }
    if schema["items"].is_object() {
        collect(document, &schema["items"], within, found);
    }
}

/// The calls of the console, and the types that they name.
struct Sources {
    calls: Vec<String>,
    types: BTreeMap<String, String>,
}

impl Sources {
    fn read() -> Self {
        let api = Path::new(env!("CARGO_MANIFEST_DIR")).join("admin/console/src/lib/api");
        let calls = read(&api.join("calls.ts"));
        let mut all = members_of(&calls);
        let others = [
            "client.ts",
            "session.svelte.ts",
            "live.svelte.ts",
            "../../pages/Audit.svelte",
        ];
        all.extend(others.map(|name| read(&api.join(name))));
        let mut types = BTreeMap::new();
        let folder = fs::read_dir(api.join("types")).unwrap();
        let files = folder.map(|file| read(&file.unwrap().path()));
        for text in files.chain([calls]) {
            types.extend(declarations_of(&text));
        }
        Self {
            calls: all.iter().map(|call| with_holes(call)).collect(),
            types,
        }
    }

    /// All words of the calls that ask for this, and of the types in them. None where nothing asks.
    fn words_of(&self, method: &str, path: &str) -> BTreeSet<String> {
        let segments = path.split('/').skip(1);
        let segments: Vec<&str> = segments
            .map(|it| if it.starts_with('{') { "{}" } else { it })
            .collect();
        let exact = segments.join("/");
        // Users, groups and accounts have some things in the same way.
        let shared = match segments.split_first() {
            Some((&("users" | "groups" | "accounts"), rest)) => format!("{{}}/{}", rest.join("/")),
            _ => exact.clone(),
        };
        let is_of = |call: &&String| {
            let names = |path: &str| {
                ['\'', '`']
                    .iter()
                    .any(|it| call.contains(&format!("{it}{path}{it}")))
            };
            let asks = match method {
                "get" => [
                    "'GET'", "all<", "all(", "search<", "search(", "found(", "address(",
                ]
                .iter()
                .any(|way| call.contains(way)),
                method => call.contains(&format!("'{}'", method.to_uppercase())),
            };
            asks && (names(&exact) || names(&shared))
        };
        let mut words = BTreeSet::new();
        let mut texts: Vec<&str> = self
            .calls
            .iter()
            .filter(is_of)
            .map(String::as_str)
            .collect();
        while let Some(text) = texts.pop() {
            for word in text.split(|it: char| !it.is_alphanumeric() && it != '_') {
                if words.insert(word.to_owned()) {
                    texts.extend(self.types.get(word).map(String::as_str));
                }
            }
        }
        words
    }
}

/// Without comments, which name fields, too.
fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let mut kept = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").unwrap().1;
    }
    kept.push_str(rest);
    let lines = kept
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The functions that objects of calls are made of.
fn members_of(calls: &str) -> Vec<String> {
    let mut members: Vec<String> = Vec::new();
    let mut is_within = false;
    for line in calls.lines() {
        let begins = line.strip_prefix("  ").is_some_and(|line| {
            let name = line.split(':').next().unwrap();
            line.contains(": ") && name.chars().all(char::is_alphanumeric)
        });
        match (begins, line.starts_with("  ")) {
            (true, _) => members.push(String::new()),
            (false, true) if is_within => {}
            _ => {
                is_within = false;
                continue;
            }
        }
        is_within = true;
        let member = members.last_mut().unwrap();
        member.push_str(line);
        member.push('\n');
    }
    members
}

/// Types, and what calls have in common, by their names: each ends where the next one begins.
fn declarations_of(text: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        let words: Vec<&str> = line
            .split(|it: char| !it.is_alphanumeric() && it != '_')
            .collect();
        match words[..] {
            ["export", "interface" | "type", name, ..]
            | ["async", "function", name, ..]
            | ["const", name, ..] => current = Some(name.to_owned()),
            ["export", "const", ..] => current = None,
            _ => {}
        }
        if let Some(name) = &current {
            let text = found.entry(name.clone()).or_default();
            text.push_str(line);
            text.push('\n');
        }
    }
    found
}

/// A path with `{}` wherever something is filled in.
fn with_holes(call: &str) -> String {
    let mut pieces = call.split("${");
    let mut made = pieces.next().unwrap().to_owned();
    for piece in pieces {
        made.push_str("{}");
        made.push_str(piece.split_once('}').unwrap().1);
    }
    made
}
