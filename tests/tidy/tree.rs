//! The files that the rules are about.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file, by its path from the root of the repository.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file with this extension, except what is built and what is hidden.
pub(crate) fn files(extension: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if is_left_out(&path) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(Source {
                    path: relative(&path),
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no .{extension} file under {:?}", root());
    found
}

pub(crate) fn parse(source: &Source) -> syn::File {
    syn::parse_file(&source.text).unwrap_or_else(|e| panic!("{}: {e}", source.path))
}

/// What `cargo metadata` says of the workspace's own packages.
pub(crate) fn packages() -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

pub(crate) fn fail_if_any(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

fn is_left_out(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    // `data` is where `make run` keeps objects, `target` where cargo builds by default,
    // `node_modules` and `dist` where npm does.
    let built = [
        "target",
        "data",
        "corpus",
        "artifacts",
        "node_modules",
        "dist",
    ]
    .contains(&name.as_ref());
    name.starts_with('.') || (built && path.is_dir() && !is_source(path))
}

/// A source folder may bear one of these names too.
fn is_source(path: &Path) -> bool {
    path.ancestors()
        .skip(1)
        .take_while(|above| *above != root())
        .any(|above| above.file_name().is_some_and(|n| n == "src"))
}

fn relative(path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root()).unwrap().to_owned();
    path.to_str().unwrap().to_owned()
}
