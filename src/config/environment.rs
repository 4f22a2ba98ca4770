//! Settings in variables of the environment, and in files that those name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::effective::Chosen;
use super::origin::{Fault, Origin};
use super::setting::Setting;
use super::table::SETTINGS;
use crate::secret_file::{self, CONTAINER_SECRETS};

/// How the environment is asked.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

pub(crate) fn of_process(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

pub(super) fn of_environment(environment: Environment<'_>) -> (Vec<Chosen>, Vec<Fault>) {
    let (mut chosen, mut faults) = (Vec::new(), Vec::new());
    for setting in SETTINGS {
        match value_of(setting, environment) {
            Ok(found) => chosen.extend(found.map(|(name, text)| {
                let values = setting.split(&text);
                Chosen::new(setting, values, Origin::Environment(name))
            })),
            Err(fault) => faults.push(fault),
        }
    }
    (chosen, faults)
}

/// The strongest variable that is set, and the value. One that names a file is as strong as the one
/// with the value itself: both at once are a mistake.
fn value_of(
    setting: &Setting,
    environment: Environment<'_>,
) -> Result<Option<(String, String)>, Fault> {
    let files = setting.file_variables();
    for name in setting.variables() {
        let of_file = files.iter().find(|(value, _)| *value == name);
        let of_file = of_file.map(|(_, of_file)| of_file.clone());
        let path = of_file.and_then(|of_file| {
            let path = environment(&of_file).filter(|path| !path.is_empty());
            Some((path?, of_file))
        });
        match (environment(&name), path) {
            (None, None) => {}
            (Some(_), Some((_, of_file))) => {
                let origins = vec![Origin::Environment(name), Origin::Environment(of_file)];
                return Err(Fault::between(origins, "both are set, only one can count"));
            }
            (Some(value), None) => {
                let text = value.into_string().map_err(|_| {
                    Fault::placed(&Origin::Environment(name.clone()), "not valid UTF-8")
                })?;
                return Ok(Some((name, text)));
            }
            (None, Some((path, of_file))) => {
                let path = file(&of_file, PathBuf::from(path));
                let read = secret_file::load_text(&path, "put the value into it, and nothing else");
                let text = read
                    .map_err(|error| Fault::placed(&Origin::Environment(of_file.clone()), error))?;
                return Ok(Some((of_file, text)));
            }
        }
    }
    Ok(None)
}

/// A name alone is that of one of the container's secrets, as MinIO has it, if there is such a one.
fn file(variable: &str, path: PathBuf) -> PathBuf {
    let of_container = Path::new(CONTAINER_SECRETS).join(&path);
    let is_minios = variable.starts_with("MINIO_") && path.is_relative();
    match is_minios && of_container.is_file() {
        true => of_container,
        false => path,
    }
}
