//! Variables of the environment that look like settings and are none.

use super::effective::FILE_VARIABLE;
use super::origin::nearest;
use super::table::SETTINGS;

const PREFIX: &str = "CAIRN_";
/// Of commands that are not about settings.
const OTHERS: [&str; 1] = ["CAIRN_SECRET_KEY"];

/// Those that are most likely mistyped, with what was meant. Only those: others make variables of
/// this name too, Kubernetes for each of its services.
pub(crate) fn mistyped(names: impl Iterator<Item = String>) -> Vec<(String, String)> {
    let known = SETTINGS.iter().map(|setting| setting.variable());
    let mut known: Vec<String> = known.collect();
    known.push(FILE_VARIABLE.to_owned());
    known.extend(OTHERS.map(str::to_owned));
    let typed = names.filter(|name| name.starts_with(PREFIX) && !known.contains(name));
    let meant = typed.filter_map(|name| {
        let ends = known.iter().filter_map(|known| known.strip_prefix(PREFIX));
        let end = nearest(name.strip_prefix(PREFIX)?, ends)?;
        let meant = format!("{PREFIX}{end}");
        Some((name, meant))
    });
    meant.collect()
}
