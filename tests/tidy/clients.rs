//! `docs/CLIENTS.md` tells of the checks that there are: it is written by a run, and a check that was
//! added, renamed or taken away since then must not go unnoticed.

use std::collections::BTreeMap;
use std::fs;

use crate::tree::{fail_if_any, files, root};

const FOLDER: &str = "tests/clients/";

#[test]
fn the_page_about_clients_lists_the_checks_that_there_are() {
    let page = fs::read_to_string(root().join("docs/CLIENTS.md")).unwrap();
    let told = checks_of_page(&page);
    let there = checks_of_sources();
    let mut broken = Vec::new();
    for (source, checks) in &there {
        if told.get(source) != Some(checks) {
            broken.push(format!(
                "{source}: {checks:?}, told of: {:?}",
                told.get(source)
            ));
        }
    }
    let gone = told.keys().filter(|source| !there.contains_key(*source));
    broken.extend(gone.map(|source| format!("{source}: told of, but not there")));
    fail_if_any(
        &broken,
        "run `make clients-matrix`, the page is out of date",
    );
}

#[test]
fn every_script_of_checks_is_run() {
    let tests = fs::read_to_string(root().join("tests/server_clients.rs")).unwrap();
    let sources = checks_of_sources();
    let forgotten = sources
        .keys()
        .map(|source| source.trim_start_matches(FOLDER))
        .filter(|source| !tests.contains(&format!("\"{source}\"")));
    let forgotten: Vec<_> = forgotten.map(str::to_owned).collect();
    fail_if_any(&forgotten, "not run by tests/server_clients.rs");
}

/// The names of the checks by the file that they are in, each list sorted.
type Checks = BTreeMap<String, Vec<String>>;

fn checks_of_sources() -> Checks {
    let mut found = Checks::new();
    let languages = [
        // How a check begins, and what follows its name.
        ("py", "@check\ndef ", '('),
        ("js", "\ncheck(\"", '"'),
        ("rs", ".check(\"", '"'),
    ];
    for (extension, begin, end) in languages {
        for source in files(extension) {
            if !source.path.starts_with(FOLDER) {
                continue;
            }
            // A call may be broken after its bracket.
            let text = match extension {
                "rs" => source
                    .text
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .replace("( ", "("),
                _ => source.text,
            };
            let names = text.split(begin).skip(1);
            let mut names: Vec<_> = names
                .map(|rest| rest.split(end).next().unwrap().to_owned())
                .collect();
            names.sort();
            if !names.is_empty() {
                found.insert(source.path, names);
            }
        }
    }
    found
}

fn checks_of_page(page: &str) -> Checks {
    let mut found = Checks::new();
    let mut source = None;
    for line in page.lines() {
        let named = line
            .strip_prefix('`')
            .and_then(|line| line.strip_suffix("`:"));
        if let Some(named) = named {
            source = Some(named.to_owned());
        } else if let (Some(source), Some(check)) = (&source, line.strip_prefix("- ")) {
            let name = check.split(" (not run").next().unwrap().replace(' ', "_");
            let of_another = check.starts_with("and the ");
            let checks: &mut Vec<_> = found.entry(source.clone()).or_default();
            checks.extend((!of_another).then_some(name));
        }
    }
    found.values_mut().for_each(|checks| checks.sort());
    found
}
