//! The command line of this process, or what is wrong with it.

use std::process::ExitCode;

use clap::Parser;

use super::{Cli, JsonArgs};
use crate::client::Failure;
use crate::manage::fail;

const JSON: &str = "--json";

/// The command, or the exit code where there is none. Programs that want JSON are told so of what
/// they have typed, too.
pub(crate) fn typed() -> Result<Cli, ExitCode> {
    let error = match Cli::try_parse() {
        Ok(cli) => return Ok(cli),
        Err(error) => error,
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

/// Its first paragraph: what is wrong, without how it is used.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    let said = text.split("\n\n").next().unwrap_or_default();
    let said = said.strip_prefix("error: ").unwrap_or(said);
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
