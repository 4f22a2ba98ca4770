//! What commands read: documents, passwords, times.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::amounts;
use crate::client::Failure;
use crate::limits::PASSWORD_LINE_BYTES_MAX;

/// Standard input, where a file is expected.
const STANDARD_INPUT: &str = "-";

/// A JSON document in a file.
pub(crate) fn document(path: &Path, bytes_max: u64) -> Result<Value, Failure> {
    let is_fed = path.as_os_str() == STANDARD_INPUT;
    let failed = |what: String| match is_fed {
        true => Failure::Local(format!("standard input: {what}")),
        false => Failure::File {
            path: path.to_owned(),
            what,
        },
    };
    let text = read(path, bytes_max).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(format!("this is not JSON: {error}")))
}

fn read(path: &Path, bytes_max: u64) -> io::Result<String> {
    let source: Box<dyn Read> = match path.as_os_str() == STANDARD_INPUT {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path)?),
    };
    let mut text = String::new();
    let read = source.take(bytes_max + 1).read_to_string(&mut text)?;
    match read as u64 <= bytes_max {
        true => Ok(text),
        false => Err(io::Error::other(format!("longer than {bytes_max} bytes"))),
    }
}

/// Typed twice where somebody sits, and not shown; else the first line of standard input.
pub(crate) fn password(whose: &str) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::Local(format!("cannot read a password: {error}"));
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        let mut input = BufReader::new(io::stdin().take(PASSWORD_LINE_BYTES_MAX));
        input.read_line(&mut line).map_err(failed)?;
        let password = line.trim_end_matches(['\n', '\r']);
        return match password.is_empty() {
            true => Err(Failure::Usage(
                "no password: give one on standard input, or --generate".to_owned(),
            )),
            false => Ok(password.to_owned()),
        };
    }
    let ask = |what: String| rpassword::prompt_password(what).map_err(failed);
    let once = ask(format!("New password of {whose}: "))?;
    match once == ask("The same again: ".to_owned())? {
        true => Ok(once),
        false => Err(Failure::Local("the two are not the same".to_owned())),
    }
}

/// An amount of bytes at a flag, where 0 is no bound, as it is in settings.
pub(crate) fn bound(flag: &str, text: &str) -> Result<Option<u64>, Failure> {
    let bytes = amounts::parse(text);
    let bytes = bytes.map_err(|what| Failure::Usage(format!("{flag} {what}")))?;
    Ok(unless_zero(bytes))
}

/// The same of what is counted.
pub(crate) fn unless_zero(count: u64) -> Option<u64> {
    (count > 0).then_some(count)
}

/// Asks whoever sits there whether it is meant, by a word to be typed again. Where nobody does it has
/// to be said beforehand.
pub(crate) fn confirm(what: &str, word: &str, flag: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::Usage(format!(
            "{what}: say {flag} if that is meant"
        )));
    }
    let failed = |error: io::Error| Failure::Local(format!("cannot ask: {error}"));
    let mut err = io::stderr();
    write!(err, "{what}. Type {word:?} if that is meant: ").map_err(failed)?;
    err.flush().map_err(failed)?;
    let mut line = String::new();
    let mut input = BufReader::new(io::stdin().take(PASSWORD_LINE_BYTES_MAX));
    input.read_line(&mut line).map_err(failed)?;
    match line.trim() == word {
        true => Ok(()),
        false => Err(Failure::Local("not meant, so nothing was done".to_owned())),
    }
}

/// A moment as the interface wants it: from now on (`90d`, `12h`), or a time.
pub(crate) fn moment(flag: &str, text: &str) -> Result<String, Failure> {
    if OffsetDateTime::parse(text, &Rfc3339).is_ok() {
        return Ok(text.to_owned());
    }
    let refuse = || refuse(flag, text);
    let from_now = span(text).map(Duration::from_secs);
    let at = from_now.and_then(|wait| SystemTime::now().checked_add(wait));
    // Beyond year 9999 there is no such text.
    let seconds = at
        .ok_or_else(refuse)?
        .duration_since(SystemTime::UNIX_EPOCH);
    let seconds = seconds.map_err(|_| refuse())?.as_secs();
    let seconds = i64::try_from(seconds).map_err(|_| refuse())?;
    let at = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| refuse())?;
    at.format(&Rfc3339).map_err(|_| refuse())
}

/// The same in seconds from now on.
pub(crate) fn seconds_left(flag: &str, text: &str) -> Result<u64, Failure> {
    let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) else {
        return span(text).ok_or_else(|| refuse(flag, text));
    };
    let left = SystemTime::from(at).duration_since(SystemTime::now());
    match left.map(|left| left.as_secs()) {
        Ok(seconds) => Ok(seconds),
        Err(_) => Err(Failure::Usage(format!("{flag} {text}: this has passed"))),
    }
}

/// A moment that has passed: so long ago (`24h`), or a time.
pub(crate) fn past(flag: &str, text: &str) -> Result<String, Failure> {
    if OffsetDateTime::parse(text, &Rfc3339).is_ok() {
        return Ok(text.to_owned());
    }
    let refuse = || {
        Failure::Usage(format!(
            "{flag} {text:?}: expected a time such as 2027-01-01T00:00:00Z, or how long ago it was, \
             such as 7d or 24h"
        ))
    };
    let ago = span(text).ok_or_else(refuse)?;
    let at = SystemTime::now().checked_sub(Duration::from_secs(ago));
    // What was before there were computers is as good as the beginning.
    let at = at.filter(|at| *at >= SystemTime::UNIX_EPOCH);
    let at = OffsetDateTime::from(at.unwrap_or(SystemTime::UNIX_EPOCH));
    at.format(&Rfc3339).map_err(|_| refuse())
}

/// `90d`, `12h` or `30m` in seconds.
fn span(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let seconds: u64 = match unit {
        "d" => 86_400,
        "h" => 3600,
        "m" => 60,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(seconds)
}

fn refuse(flag: &str, text: &str) -> Failure {
    Failure::Usage(format!(
        "{flag} {text:?}: expected a time such as 2027-01-01T00:00:00Z, or one from now on such as 90d or \
         12h"
    ))
}

#[cfg(test)]
mod tests;
