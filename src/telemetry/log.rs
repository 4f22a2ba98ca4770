//! The log on standard error: human, with colours only on a terminal, or JSON.

mod named;

use std::env;
use std::io::{self, IsTerminal};
use std::panic;

use tracing::error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format;

use crate::config::{LogFormat, ServerConfig};
use named::{Form, Named};

/// Sets what is logged from now on.
pub(crate) struct Level(Box<dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync>);

impl Level {
    /// By directives that have been checked.
    pub(crate) fn set(&self, directives: &str) -> Result<(), String> {
        (self.0)(EnvFilter::new(directives))
    }
}

/// Call once, before anything logs.
pub(crate) fn start(config: &ServerConfig) -> Level {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&config.live.log_level))
        .with_writer(io::stderr);
    let level = match config.log_format {
        LogFormat::Human => {
            let colours = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none();
            // The form wants to know of colours itself, because it writes into a text first.
            let form = Named::new(Form::Human, format::format().with_ansi(colours));
            let builder = builder.with_ansi(colours).event_format(form);
            let builder = builder.with_filter_reloading();
            let handle = builder.reload_handle();
            builder.init();
            Level(Box::new(move |filter| told(handle.reload(filter))))
        }
        LogFormat::Json => {
            // Flat: what is said stands beside when and by whom, and is found by its name alone.
            let builder = builder.json().flatten_event(true);
            let builder = builder.map_event_format(|json| Named::new(Form::Json, json));
            let builder = builder.with_filter_reloading();
            let handle = builder.reload_handle();
            builder.init();
            Level(Box::new(move |filter| told(handle.reload(filter))))
        }
    };
    // A panic is one log line like any other, not loose text between JSON lines.
    panic::set_hook(Box::new(|panicked| {
        error!(
            place = panicked.location().map(tracing::field::display),
            "panic: {}",
            panicked.payload_as_str().unwrap_or("no message")
        );
    }));
    level
}

fn told(done: Result<(), tracing_subscriber::reload::Error>) -> Result<(), String> {
    done.map_err(|error| error.to_string())
}
