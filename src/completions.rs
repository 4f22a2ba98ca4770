//! `cairn completions`: what a shell needs to complete commands and flags.

use std::process::ExitCode;

use crate::cli::{self, CompletionsArgs};
use crate::output::say;

pub(crate) fn run(args: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(), "cairn", &mut script);
    say(&String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}
