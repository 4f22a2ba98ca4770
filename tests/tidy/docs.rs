//! What documents name exists.

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
