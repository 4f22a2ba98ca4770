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

/// OPERATIONS.md names the two that do not.
#[test]
fn every_command_but_two_takes_json() {
    let mut todo = vec![(String::new(), Cli::command())];
    let (mut takes, mut others) = (0, Vec::new());
    while let Some((name, command)) = todo.pop() {
        if !command.has_subcommands() {
            let mut flags = command.get_arguments();
            match flags.any(|it| it.get_long() == Some("json")) {
                true => takes += 1,
                false => others.push(name.clone()),
            }
        }
        let beneath = command.get_subcommands().cloned();
        todo.extend(beneath.map(|it| (format!("{name} {}", it.get_name()), it)));
    }
    others.sort_unstable();
    assert_eq!(others, [" completions", " server"]);
    assert!(takes > 90, "{takes} commands only");
}

#[test]
fn kinds_of_configurations_are_named_where_one_is_mistyped() {
    let error = parse("cairn bucket config show x lifecylce").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(error.to_string().contains("lifecycle"), "{error}");
}

/// Beneath each verb stand the examples of its noun that are about it, as far as there are any.
#[test]
fn verbs_show_their_own_examples() {
    let help = |path: &[&str]| {
        let mut command = command();
        let mut found = &mut command;
        for word in path {
            found = found.find_subcommand_mut(word).unwrap();
        }
        let help = found.get_after_help().map(ToString::to_string);
        help.unwrap_or_default()
    };
    let add = help(&["bucket", "add"]);
    assert!(add.starts_with("Example:\n  cairn bucket add "), "{add}");
    let config = help(&["bucket", "config"]);
    assert!(config.lines().count() > 3, "{config}");
    let set = help(&["bucket", "config", "set"]);
    assert_eq!(set.lines().count(), 2, "{set}");
    assert!(help(&["bucket"]).contains("bucket config set"));
    // One word that begins another.
    let run = help(&["lifecycle", "run"]);
    assert!(!run.contains("runs"), "{run}");
    assert_eq!(help(&["bucket", "holder", "set"]), "");
}

/// `cairn help bucket add` is `cairn bucket add --help`.
#[test]
fn help_is_a_command_too() {
    for line in [
        "cairn help",
        "cairn help bucket add",
        "cairn bucket help add",
    ] {
        let error = parse(line).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DisplayHelp, "{line}");
    }
    let by = |line: &str| {
        let told = parse(line).unwrap_err().to_string();
        told.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(by("cairn help bucket add"), by("cairn bucket add --help"));
    assert_eq!(
        parse("cairn help buckets").unwrap_err().kind(),
        ErrorKind::InvalidSubcommand
    );
}
