//! `cairn server`, as typed. Its flags are made from the table of settings.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

use crate::config::{Chosen, FILE_VARIABLE, Kind, Origin, SETTINGS, Setting};

const EPHEMERAL: &str = "ephemeral";

/// Flags that choose settings, and which file to read.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerArgs {
    pub(crate) config: Option<PathBuf>,
    /// Of a server that leaves nothing behind.
    pub(crate) ephemeral: bool,
    pub(crate) given: Vec<Chosen>,
}

impl Args for ServerArgs {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help(format!(
                "File with settings [env: {FILE_VARIABLE}] [default: config.toml in the data \
                 folder, if it is there]"
            ));
        let ephemeral = Arg::new(EPHEMERAL)
            .long(EPHEMERAL)
            .action(ArgAction::SetTrue)
            .conflicts_with("data")
            .help(
                "For tests: serve from a new folder that is removed at the end, on a free port of \
                 this machine, and print endpoint and keys as one line of JSON",
            );
        SETTINGS
            .iter()
            .filter_map(argument)
            .fold(command.arg(file).arg(ephemeral), Command::arg)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ServerArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut args = ServerArgs::default();
        args.update_from_arg_matches(matches)?;
        Ok(args)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.config = matches.get_one::<PathBuf>("config").cloned();
        self.ephemeral = matches.get_flag(EPHEMERAL);
        let given = SETTINGS
            .iter()
            .filter_map(|setting| given(setting, matches));
        self.given = given.collect();
        Ok(())
    }
}

fn argument(setting: &'static Setting) -> Option<Arg> {
    setting.flag()?;
    let argument = Arg::new(setting.name)
        .long(setting.name)
        .value_name(setting.placeholder)
        .help(help(setting));
    Some(match setting.kind {
        // --sigv2 says yes; --sigv2=false says no to a file that says yes.
        Kind::Switch => argument
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true"),
        kind if kind.is_list() => argument.action(ArgAction::Append),
        _ => argument,
    })
}

fn help(setting: &Setting) -> String {
    let mut text = setting.about.to_owned();
    if setting.kind.is_list() {
        text.push_str("; may be given several times");
    }
    let variables: Vec<String> = setting.variables().collect();
    text.push_str(&format!(" [env: {}]", variables.join(", ")));
    if let Some(default) = setting.default {
        text.push_str(&format!(" [default: {default}]"));
    }
    text
}

fn given(setting: &'static Setting, matches: &ArgMatches) -> Option<Chosen> {
    let flag = setting.flag()?;
    let typed = matches.get_many::<String>(setting.name)?;
    let values = typed.flat_map(|text| setting.split(text)).collect();
    Some(Chosen::new(setting, values, Origin::Flag(flag)))
}
