//! What documents name exists.

use std::collections::BTreeMap;

use crate::tree::{fail_if_any, files, root};

/// Endings by which a word in backticks is taken for a file of this repository.
const ENDINGS: [&str; 6] = [".rs", ".md", ".toml", ".sh", ".py", ".yml"];
/// Files of a data folder, not of the repository.
const OF_A_DATA_FOLDER: [&str; 2] = ["cairn.toml", "config.toml"];

#[test]
fn paths_named_in_documents_exist() {
    let mut broken = Vec::new();
    for document in files("md") {
        let folder = document
            .path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        for (number, line) in document.text.lines().enumerate() {
            for path in named_paths(line) {
                // From the root, as prose has it, or from the document, as links have it.
                let exists = root().join(path).exists() || root().join(folder).join(path).exists();
                if !exists {
                    broken.push(format!("{}:{}: {path}", document.path, number + 1));
                }
            }
        }
    }
    fail_if_any(&broken, "named in a document, but there is no such path");
}

/// Words in backticks that look like paths of the repository, and the targets of relative links.
fn named_paths(line: &str) -> Vec<&str> {
    let quoted = line
        .split('`')
        .skip(1)
        .step_by(2)
        .flat_map(str::split_whitespace);
    let quoted = quoted.map(|word| word.trim_end_matches([',', ';', ':', '.']));
    let linked = line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split_once(')')?.0;
        let target = target.split_once('#').map_or(target, |(path, _)| path);
        (!target.is_empty() && !target.contains("://")).then_some(target)
    });
    quoted
        .filter(|word| is_path_of_ours(word))
        .chain(linked)
        .collect()
}

fn is_path_of_ours(word: &str) -> bool {
    let plain = word
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
    let outside = word.starts_with(['/', '-', '.']) && !word.starts_with(".ci/");
    let has_ending = ENDINGS.iter().any(|ending| word.ends_with(ending));
    let in_a_folder_of_ours = word
        .split_once('/')
        .is_some_and(|(first, _)| !first.is_empty() && root().join(first).is_dir());
    let elsewhere = OF_A_DATA_FOLDER.contains(&word);
    plain && !outside && !elsewhere && (has_ending || in_a_folder_of_ours)
}

#[test]
fn paths_are_told_from_other_words() {
    let line = "see `src/main.rs`, `make test`, `/metrics`, [it](docs/A.md#part), `a/b`, \
        `./data`, `tests/`, [web](https://example.org/x.md) and `Cargo.toml`.";
    assert_eq!(
        named_paths(line),
        ["src/main.rs", "tests/", "Cargo.toml", "docs/A.md"]
    );
}

#[test]
fn links_lead_to_headings_that_there_are() {
    let documents = files("md");
    let headings: BTreeMap<&str, Vec<String>> = documents
        .iter()
        .map(|document| (&*document.path, anchors(&document.text)))
        .collect();
    let mut broken = Vec::new();
    for document in &documents {
        let folder = document
            .path
            .rsplit_once('/')
            .map_or(String::new(), |(folder, _)| format!("{folder}/"));
        for (path, anchor) in linked_headings(&document.text) {
            let target = match path {
                "" => document.path.clone(),
                path => format!("{folder}{path}"),
            };
            let there = headings
                .get(&*target)
                .is_some_and(|all| all.iter().any(|it| it == anchor));
            if !there {
                broken.push(format!("{}: {path}#{anchor}", document.path));
            }
        }
    }
    fail_if_any(&broken, "a link leads to a heading that is not there");
}

/// A page that is too long to be read through begins with what is in it: all of it.
#[test]
fn contents_of_long_pages_are_whole() {
    let mut broken = Vec::new();
    for document in files("md") {
        let Some((_, listed)) = document.text.split_once("\n## What is where\n\n- ") else {
            continue;
        };
        let listed = listed.split("\n## ").next().unwrap();
        let listed: Vec<&str> = linked_headings(listed).map(|(_, anchor)| anchor).collect();
        let chapters = document
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("## "));
        let missing = chapters
            .filter(|chapter| *chapter != "What is where")
            .filter(|chapter| !listed.contains(&&*anchor(chapter)));
        broken.extend(missing.map(|chapter| format!("{}: {chapter}", document.path)));
    }
    fail_if_any(&broken, "not in the list of contents at the beginning");
}

/// Targets of links within this document, and into others by a relative path: path and anchor.
fn linked_headings(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let targets = text.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    targets
        .filter(|target| !target.contains("://"))
        .filter_map(|target| target.split_once('#'))
}

fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' '))
        .map(anchor)
        .collect()
}

/// How a heading is called in links: small letters, hyphens for spaces, and no other signs.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|sign| match sign {
        ' ' => Some('-'),
        '-' | '_' => Some(sign),
        sign if sign.is_alphanumeric() => Some(sign.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

#[test]
fn headings_are_named_as_links_name_them() {
    assert_eq!(
        anchor("When the drive is full, or read-only"),
        "when-the-drive-is-full-or-read-only"
    );
    let links = "[a](#b) [c](D.md#e-f) [g](https://h/#i) [j](K.md)";
    let found: Vec<_> = linked_headings(links).collect();
    assert_eq!(found, [("", "b"), ("D.md", "e-f")]);
}
