//! `docs/CONFIGURATION.md` is made from the table of settings, as far as it is about them. The test
//! fails where the document says anything else. To write it anew:
//! `CAIRN_WRITE_DOCS=1 cargo test -p cairn --bin cairn document`.

use std::fmt::Write;

use super::super::setting::Effect;
use super::*;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/CONFIGURATION.md");
const BEGIN: &str = "<!-- generated: settings -->\n";
const END: &str = "<!-- end: settings -->\n";

#[test]
fn the_document_says_what_the_table_says() {
    let found = fs::read_to_string(PATH).unwrap();
    let (front, rest) = found.split_once(BEGIN).unwrap();
    let (_, back) = rest.split_once(END).unwrap();
    let expected = format!("{front}{BEGIN}\n{}\n{END}{back}", settings());
    if std::env::var_os("CAIRN_WRITE_DOCS").is_some() {
        fs::write(PATH, &expected).unwrap();
    } else {
        assert!(
            found == expected,
            "docs/CONFIGURATION.md is stale: CAIRN_WRITE_DOCS=1 cargo test -p cairn --bin cairn document"
        );
    }
}

fn settings() -> String {
    let mut text = "| setting | flag | environment | value | default | changed by |\n\
        | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for setting in SETTINGS {
        let name = setting.name;
        let flag = setting.flag().map_or_else(
            || "none: it is a secret".to_owned(),
            |flag| format!("`{flag}`"),
        );
        let files = setting.file_variables().into_iter();
        let variables = setting.variables().chain(files.map(|(_, name)| name));
        let variables = variables.map(|name| format!("`{name}`"));
        let variables = variables.collect::<Vec<_>>().join(", ");
        let default = setting
            .default
            .map_or_else(|| "none".to_owned(), |text| format!("`{text}`"));
        let effect = match setting.effect {
            Effect::Reload => "reload",
            Effect::Restart => "restart",
        };
        let _ = writeln!(
            text,
            "| `{name}` | {flag} | {variables} | {} | {default} | {effect} |",
            form(setting)
        );
    }
    text.push('\n');
    for setting in SETTINGS {
        let _ = writeln!(text, "- **`{}`**: {}.", setting.name, setting.about);
    }
    text
}

fn form(setting: &Setting) -> String {
    let placeholder = setting.placeholder;
    match setting.kind {
        Kind::Text | Kind::Path => format!("`{placeholder}`"),
        Kind::List(_) | Kind::Paths(_) => format!("list of `{placeholder}`"),
        Kind::Pairs(_) | Kind::PathPairs(_) => format!("table of `{placeholder}`"),
        Kind::Whole { .. } => format!("{}, `{placeholder}`", setting.kind.expected()),
        Kind::Choice(known) => format!("`{}`", known.join("`, `")),
        Kind::Switch => setting.kind.expected(),
    }
}
