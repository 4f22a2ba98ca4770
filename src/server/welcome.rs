//! What somebody at a terminal is told first: where the doors are, and what to do next.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;

use super::ways::Ways;
use crate::config::ServerConfig;
use crate::health::reachable;

/// Without any secret: who looks over a shoulder may read it.
#[derive(Debug)]
pub(super) struct Welcome {
    s3: Option<String>,
    console: Option<String>,
}

impl Welcome {
    pub(super) fn of(ways: &Ways, config: &ServerConfig) -> Welcome {
        let scheme = super::scheme(config).name();
        let url = |address: &SocketAddr| format!("{scheme}://{}", reachable(*address));
        let (s3, console) = ways.doors();
        let base = config.console_base.as_str();
        Welcome {
            s3: match &config.public_url {
                Some(url) => Some(url.to_string()),
                None => s3.first().map(url),
            },
            console: console.first().map(|address| url(address) + base),
        }
    }

    /// Once somebody can come in. A log is no place for it, and a pipe has nobody to tell.
    pub(super) fn tell(&self, is_first_start: bool) {
        if io::stdout().is_terminal() {
            // Whoever closed standard output does not want to know.
            let _ = io::stdout().write_all(self.text(is_first_start).as_bytes());
        }
    }

    fn text(&self, is_first_start: bool) -> String {
        let mut text = String::new();
        let doors = [("S3", &self.s3), ("Console", &self.console)];
        let doors = doors
            .iter()
            .filter_map(|(name, url)| Some((name, url.as_deref()?)));
        let doors: Vec<String> = doors.map(|(name, url)| format!("{name}: {url}")).collect();
        let _ = writeln!(text, "{}", doors.join("   "));
        if is_first_start {
            text.push_str(match self.console {
                Some(_) => {
                    "Next: log in to the console with these keys and create a bucket, or see \
                     `cairn bucket add --help`.\n"
                }
                None => "Next: create a bucket: see `cairn bucket add --help`.\n",
            });
        }
        text
    }
}

#[cfg(test)]
mod tests;
