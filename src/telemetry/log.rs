//! The log on standard error: human, with colours only on a terminal, or JSON.

use std::env;
use std::io::{self, IsTerminal};
use std::panic;

use tracing::error;
use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Call once, before anything logs.
pub(crate) fn start(config: &LogConfig) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&config.level))
        .with_writer(io::stderr);
    match config.format {
        LogFormat::Human => {
            let colours = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none();
            builder.with_ansi(colours).init();
        }
        LogFormat::Json => builder.json().init(),
    }
    // A panic is one log line like any other, not loose text between JSON lines.
    panic::set_hook(Box::new(|panicked| {
        error!(
            place = panicked.location().map(tracing::field::display),
            "panic: {}",
            panicked.payload_as_str().unwrap_or("no message")
        );
    }));
}
