//! Which crate may know what: arrows go down, and what a crate must not know it cannot name.

use std::collections::HashSet;
use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

use crate::tree::{fail_if_any, files, packages};

/// From the bottom up. A crate may depend on crates of lower layers only.
const LAYERS: [&[&str]; 5] = [
    &["storage-engine"],
    &["identity", "pipeline"],
    &["s3-api"],
    &["admin"],
    &["cairn", "cairn-fuzz"],
];

struct Ignorance {
    package: &'static str,
    folder: &'static str,
    /// Neither a dependency, development included, nor an identifier of the sources.
    must_not_know: &'static [&'static str],
}

const HTTP: &str = "http";

const IGNORANCE: [Ignorance; 6] = [
    Ignorance {
        package: "storage-engine",
        folder: "storage-engine/",
        must_not_know: &[
            HTTP,
            "http_body",
            "http_body_util",
            "hyper",
            "hyper_util",
            "quick_xml",
            "aws_sigv4",
        ],
    },
    Ignorance {
        package: "identity",
        folder: "identity/",
        must_not_know: &[
            HTTP,
            "http_body",
            "http_body_util",
            "hyper",
            "hyper_util",
            "quick_xml",
            "aws_sigv4",
            "rocksdb",
            "tokio_uring",
        ],
    },
    Ignorance {
        package: "pipeline",
        folder: "pipeline/",
        must_not_know: &[
            HTTP,
            "http_body",
            "http_body_util",
            "hyper",
            "hyper_util",
            "quick_xml",
            "aws_sigv4",
            "rocksdb",
            "tokio_uring",
        ],
    },
    Ignorance {
        package: "s3-api",
        folder: "s3-api/",
        must_not_know: &["rocksdb", "tokio_uring"],
    },
    Ignorance {
        package: "admin",
        folder: "admin/",
        must_not_know: &["hyper", "hyper_util", "rocksdb", "tokio_uring"],
    },
    Ignorance {
        package: "cairn",
        folder: "src/",
        must_not_know: &["rocksdb", "tokio_uring", "quick_xml"],
    },
];

#[test]
fn arrows_between_crates_go_down() {
    let layer_of = |name: &str| LAYERS.iter().position(|layer| layer.contains(&name));
    let mut broken = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let Some(layer) = layer_of(name) else {
            broken.push(format!("{name} has no place in the layers"));
            continue;
        };
        for dependency in dependencies(&package) {
            if layer_of(&dependency).is_some_and(|below| below >= layer) {
                broken.push(format!("{name} depends on {dependency}"));
            }
        }
    }
    fail_if_any(&broken, "crates may only depend on crates beneath them");
}

#[test]
fn no_crate_depends_on_what_it_must_not_know() {
    let packages = packages();
    let mut broken = Vec::new();
    for rule in &IGNORANCE {
        let package = packages.iter().find(|p| p["name"] == rule.package);
        for dependency in dependencies(package.expect("the table names existing packages")) {
            if rule.must_not_know.contains(&&*dependency.replace('-', "_")) {
                broken.push(format!("{} depends on {dependency}", rule.package));
            }
        }
    }
    fail_if_any(&broken, "not to be known there");
}

#[test]
fn no_source_names_what_its_crate_must_not_know() {
    let mut broken = Vec::new();
    for source in files("rs") {
        let rules = IGNORANCE
            .iter()
            .filter(|rule| source.path.starts_with(rule.folder));
        for rule in rules {
            let tokens = TokenStream::from_str(&source.text).unwrap();
            let mut identifiers = HashSet::new();
            collect(tokens, &mut identifiers);
            for name in rule.must_not_know {
                if identifiers.contains(*name) {
                    broken.push(format!("{} names {name}", source.path));
                }
            }
        }
    }
    fail_if_any(&broken, "not to be known there");
}

fn dependencies(package: &serde_json::Value) -> Vec<String> {
    let listed = package["dependencies"].as_array().unwrap().iter();
    listed
        .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
        .collect()
}

/// All identifiers, inside macros too; comments and literals are none.
fn collect(tokens: TokenStream, identifiers: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(identifier) => {
                identifiers.insert(identifier.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), identifiers),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
