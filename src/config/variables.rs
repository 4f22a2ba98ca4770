//! Variables of the environment that look like settings and are none.

use std::fmt;

use super::effective::FILE_VARIABLE;
use super::origin::nearest;
use super::table::SETTINGS;

const PREFIX: &str = "CAIRN_";
/// Of commands that are not about settings.
const OTHERS: [&str; 4] = [
    "CAIRN_CERTIFICATE",
    "CAIRN_SECRET_KEY",
    "CAIRN_SERVER",
    "CAIRN_TOKEN",
];
/// Of the project's own tests.
const OF_TESTS: &str = "CAIRN_TEST_";

/// One that nothing reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub(crate) name: String,
    /// What was most likely meant.
    pub(crate) meant: Option<String>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.meant {
            Some(meant) => write!(f, "{name}: no setting is called so; did you mean {meant}?"),
            None => write!(f, "{name}: no setting is called so"),
        }
    }
}

pub(crate) fn of_process() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}

/// In the order of their names. Kubernetes makes variables of this beginning too where a service is
/// called cairn: those are left alone.
pub(crate) fn unknown(names: impl Iterator<Item = String>) -> Vec<Unknown> {
    let known: Vec<String> = known().collect();
    let is_unknown = |name: &String| {
        name.strip_prefix(PREFIX)
            .is_some_and(|rest| !is_of_a_service(rest))
            && !name.starts_with(OF_TESTS)
            && !known.contains(name)
    };
    let mut names: Vec<String> = names.filter(is_unknown).collect();
    names.sort();
    let unknown = names.into_iter().map(|name| {
        let ends = known.iter().filter_map(|known| known.strip_prefix(PREFIX));
        let near = name
            .strip_prefix(PREFIX)
            .and_then(|rest| nearest(rest, ends));
        let meant = near.map(|end| format!("{PREFIX}{end}"));
        Unknown { name, meant }
    });
    unknown.collect()
}

fn known() -> impl Iterator<Item = String> {
    let settings = SETTINGS.iter().flat_map(|setting| {
        let files = setting.file_variables().into_iter();
        setting.variables().chain(files.map(|(_, name)| name))
    });
    let others = OTHERS.into_iter().chain([FILE_VARIABLE]);
    settings.chain(others.map(str::to_owned))
}

/// `SERVICE_HOST`, `SERVICE_PORT`, `SERVICE_PORT_S3`, `PORT`, `PORT_9000_TCP`, `PORT_9000_TCP_ADDR`
/// and so on, with the rest of the service's name before them or not.
fn is_of_a_service(rest: &str) -> bool {
    let is_port = |rest: &str| {
        let mut parts = rest.split('_');
        let number = parts.next().unwrap_or_default();
        number.parse::<u16>().is_ok() && matches!(parts.next(), Some("TCP" | "UDP" | "SCTP"))
    };
    rest.ends_with("SERVICE_HOST")
        || rest.contains("SERVICE_PORT")
        || rest == "PORT"
        || rest.ends_with("_PORT")
        || rest.split("PORT_").skip(1).any(is_port)
}
