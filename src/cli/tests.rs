use super::*;

use clap::CommandFactory;
use clap::error::ErrorKind;

mod document;
mod operations;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split(' '))
}

#[test]
fn the_command_line_is_well_made() {
    Cli::command().debug_assert();
}

/// One word for one act; those of other days, and of other programs, are understood.
#[test]
fn other_words_for_the_same_are_understood() {
    for line in [
        "cairn token create x",
        "cairn token delete x",
        "cairn kms key create x",
        "cairn bucket config get x cors",
        "cairn policy update x file",
        "cairn quota clear x",
    ] {
        assert!(parse(line).is_ok(), "{line}");
    }
    let help = Cli::command().render_long_help().to_string();
    assert!(!help.contains("create"), "{help}");
}

/// What a noun has is made, listed, shown, set and removed by these words and no others.
#[test]
fn verbs_are_one_set() {
    const OTHERS: [&str; 12] = [
        "create", "new", "make", "delete", "rm", "del", "get", "ls", "describe", "update", "clear",
        "reset",
    ];
    let mut todo = vec![Cli::command()];
    while let Some(command) = todo.pop() {
        for verb in command.get_subcommands() {
            let name = verb.get_name();
            assert!(!OTHERS.contains(&name), "{} {name}", command.get_name());
            todo.push(verb.clone());
        }
    }
}

#[test]
fn kinds_of_configurations_are_named_where_one_is_mistyped() {
    let error = parse("cairn bucket config show x lifecylce").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(error.to_string().contains("lifecycle"), "{error}");
}
