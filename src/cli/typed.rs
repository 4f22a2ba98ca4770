//! The command line of this process, or what is wrong with it.

use std::process::ExitCode;

use clap::{Command, CommandFactory, FromArgMatches};

use super::{Cli, JsonArgs, examples};
use crate::client::Failure;
use crate::manage::fail;

const JSON: &str = "--json";

/// The command, or the exit code where there is none. Programs that want JSON are told so of what
/// they have typed, too.
pub(crate) fn typed() -> Result<Cli, ExitCode> {
    let mut command = command();
    let found = command.try_get_matches_from_mut(std::env::args_os());
    let error = match found.and_then(|found| Cli::from_arg_matches(&found)) {
        Ok(cli) => return Ok(cli),
        Err(error) => error.format(&mut command),
    };
    let is_wanted = std::env::args_os().any(|it| it == JSON);
    match is_wanted && error.use_stderr() {
        true => Err(fail(
            &Failure::Usage(plain(&error)),
            &JsonArgs { wanted: true },
        )),
        // Help, a version, or what is wrong, as clap shows it.
        false => error.exit(),
    }
}

/// The command line as it is defined, with those examples beneath each verb that are about it.
pub(crate) fn command() -> Command {
    Cli::command().mut_subcommands(|noun| {
        let path = format!("cairn {}", noun.get_name());
        let help = noun.get_after_help().map(ToString::to_string);
        with_examples(noun, &path, &help.unwrap_or_default())
    })
}

fn with_examples(noun: Command, path: &str, help: &str) -> Command {
    noun.mut_subcommands(|verb| {
        let path = format!("{path} {}", verb.get_name());
        let verb = match examples::about(help, &path) {
            Some(examples) => verb.after_help(examples),
            None => verb,
        };
        with_examples(verb, &path, help)
    })
}

/// Its first paragraph: what is wrong, without how it is used.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    let said = text.split("\n\n").next().unwrap_or_default();
    let said = said.strip_prefix("error: ").unwrap_or(said);
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
