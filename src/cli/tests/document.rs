//! `docs/COMMANDS.md` is made from the definitions that clap has. The test fails where the document
//! says anything else. To write it anew: `CAIRN_WRITE_DOCS=1 cargo test -p cairn --bin cairn document`.

use std::fmt::Write;
use std::fs;

use clap::{Arg, Command};

use super::operations::{By, OPERATIONS};
use super::*;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/COMMANDS.md");
/// What every command has that asks a server, which is told once.
const SHARED: [&str; 5] = ["data", "server", "token", "certificate", "wanted"];

#[test]
fn the_document_says_what_the_commands_say() {
    let mut cli = Cli::command();
    cli.build();
    let found = fs::read_to_string(PATH).unwrap();
    let expected = within(&found, "commands", &commands(&cli));
    let expected = within(&expected, "operations", &operations());
    if std::env::var_os("CAIRN_WRITE_DOCS").is_some() {
        fs::write(PATH, &expected).unwrap();
    } else {
        assert!(
            found == expected,
            "docs/COMMANDS.md is stale: CAIRN_WRITE_DOCS=1 cargo test -p cairn --bin cairn document"
        );
    }
}

fn within(document: &str, part: &str, text: &str) -> String {
    let (begin, end) = (
        format!("<!-- generated: {part} -->\n"),
        format!("<!-- end: {part} -->\n"),
    );
    let (front, rest) = document.split_once(&begin).unwrap();
    let (_, back) = rest.split_once(&end).unwrap();
    format!("{front}{begin}\n{}\n\n{end}{back}", text.trim())
}

fn commands(cli: &Command) -> String {
    let mut text = "| command | does |\n| --- | --- |\n".to_owned();
    for noun in nouns(cli) {
        let name = noun.get_name();
        let _ = writeln!(
            text,
            "| [`cairn {name}`](#cairn-{name}) | {} |",
            about(noun)
        );
    }
    for noun in nouns(cli) {
        let name = noun.get_name();
        let _ = write!(text, "\n## cairn {name}\n\n{}.\n\n", about(noun));
        let help = noun.get_after_help().map(ToString::to_string);
        let examples = examples::document(&help.unwrap_or_default());
        assert!(!examples.is_empty(), "{name} has no example");
        let _ = writeln!(text, "{examples}");
        match noun.has_subcommands() {
            true => verbs(noun, &format!("cairn {name}"), &mut text),
            false => leaf(noun, &format!("cairn {name}"), &mut text),
        }
    }
    text
}

/// `help` is told of before them: it has all of these again.
fn nouns(cli: &Command) -> impl Iterator<Item = &Command> {
    cli.get_subcommands().filter(|it| it.get_name() != "help")
}

fn verbs(noun: &Command, path: &str, text: &mut String) {
    for verb in nouns(noun) {
        let path = format!("{path} {}", verb.get_name());
        match verb.has_subcommands() {
            true => verbs(verb, &path, text),
            false => leaf(verb, &path, text),
        }
    }
}

/// How it is typed, what it does, and what may be given.
fn leaf(command: &Command, path: &str, text: &mut String) {
    let mut typed = path.to_owned();
    for argument in command.get_positionals() {
        let name = placeholder(argument);
        let many = match argument
            .get_num_args()
            .is_some_and(|it| it.max_values() > 1)
            || matches!(argument.get_action(), clap::ArgAction::Append)
        {
            true => "…",
            false => "",
        };
        typed.push_str(&match argument.is_required_set() {
            true => format!(" {name}{many}"),
            false => format!(" [{name}]{many}"),
        });
    }
    let _ = write!(text, "**`{typed}`**: {}.\n\n", about(command));
    if command.get_name() == "server" || path == "cairn config show" {
        text.push_str("Its flags are the settings of [CONFIGURATION.md](CONFIGURATION.md).\n\n");
        return;
    }
    let own = command.get_arguments().filter(|it| !is_shared(it, path));
    let lines: Vec<String> = own.map(line).collect();
    if !lines.is_empty() {
        let _ = write!(text, "{}\n\n", lines.join("\n"));
    }
}

fn is_shared(argument: &Arg, path: &str) -> bool {
    let id = argument.get_id().as_str();
    // Of these two the folder is another thing.
    let has_a_folder = ["cairn restore", "cairn health"].contains(&path) && id == "data";
    ["help", "version"].contains(&id) || (SHARED.contains(&id) && !has_a_folder)
}

fn line(argument: &Arg) -> String {
    let name = placeholder(argument);
    let shown = match (argument.get_long(), argument.get_action().takes_values()) {
        (None, _) => name,
        (Some(long), true) => format!("--{long} {name}"),
        (Some(long), false) => format!("--{long}"),
    };
    let help = argument.get_help().map(ToString::to_string);
    let mut line = format!("- `{shown}`: {}", help.unwrap_or_default());
    let known: Vec<String> = argument
        .get_possible_values()
        .iter()
        .map(|it| format!("`{}`", it.get_name()))
        .collect();
    if argument.get_action().takes_values() && !known.is_empty() {
        line.push_str(&format!(": {}", known.join(", ")));
    }
    if let ([default], true) = (
        argument.get_default_values(),
        argument.get_action().takes_values(),
    ) {
        line.push_str(&format!(" (`{}` unless given)", default.to_string_lossy()));
    }
    line
}

fn placeholder(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(" ")
}

fn about(command: &Command) -> String {
    command.get_about().unwrap().to_string()
}

fn operations() -> String {
    let mut text = "| operation | command |\n| --- | --- |\n".to_owned();
    for (operation, by) in OPERATIONS {
        let by = match by {
            By::Command(path) => format!("`cairn {path}`"),
            By::Not(why) => format!("none: {why}"),
        };
        let _ = writeln!(text, "| {operation} | {by} |");
    }
    text
}
