//! Directives of the log. Those that would let nothing through without anybody having meant it are
//! refused: a word that is no level is the name of a crate to the filter.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::origin::nearest;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
/// What logs: our own crates and those of others, and the audit log.
const TARGETS: [&str; 9] = [
    "admin",
    "audit",
    "cairn",
    "h2",
    "hyper_util",
    "identity",
    "pipeline",
    "s3_api",
    "storage_engine",
];

pub(super) fn log_level(text: &str) -> Result<String, String> {
    let directives: Vec<&str> = text.split(',').map(str::trim).collect();
    for directive in &directives {
        check(directive)?;
    }
    let text = directives.join(",");
    EnvFilter::try_new(&text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// `LEVEL`, `TARGET`, or `TARGET=LEVEL`; a target may say more in brackets.
fn check(directive: &str) -> Result<(), String> {
    let end = directive.rfind([']', '}']).map_or(0, |end| end + 1);
    let (front, level) = match directive.get(end..).and_then(|rest| rest.find('=')) {
        Some(at) => (&directive[..end + at], Some(&directive[end + at + 1..])),
        None => (directive, None),
    };
    if let Some(level) = level.filter(|level| !is_level(level)) {
        return Err(unknown("level", level, &LEVELS));
    }
    let target = front.split(['[', '{']).next().unwrap_or_default();
    let name = target.split("::").next().unwrap_or_default();
    let is_lone_level = level.is_none() && is_level(front);
    match is_lone_level || TARGETS.contains(&name) || (name.is_empty() && front.len() > 1) {
        true => Ok(()),
        false if level.is_some() => Err(unknown("target", target, &TARGETS)),
        false => Err(unknown(
            "level",
            target,
            &[&LEVELS[..], &TARGETS[..]].concat(),
        )),
    }
}

fn is_level(text: &str) -> bool {
    text.parse::<LevelFilter>().is_ok() && !text.is_empty()
}

fn unknown(kind: &str, name: &str, known: &[&str]) -> String {
    let near = match nearest(name, known.iter().copied()) {
        Some(near) => format!("; did you mean {near}?"),
        None => String::new(),
    };
    let expected = match kind {
        "level" => format!("expected {}, or TARGET=LEVEL", LEVELS.join(", ")),
        _ => format!("expected one of {}", TARGETS.join(", ")),
    };
    format!("there is no {kind} {name:?}{near}; {expected}")
}

#[cfg(test)]
mod tests;
