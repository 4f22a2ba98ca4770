//! Cairn: a self-hosted, S3-compatible object store.
//!
//! This package only composes: command line, configuration, listeners, telemetry, shutdown. It must
//! not know any rule of S3 (`s3-api`) or of storage (`storage-engine`).

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod admin_socket;
mod amounts;
mod background;
mod care;
mod cli;
mod client;
mod completions;
mod config;
mod connect;
mod console;
mod credentials;
mod declare;
mod ephemeral;
mod exit;
mod folder;
mod front;
mod health;
mod limits;
mod manage;
mod master_key;
mod observe;
mod oidc;
mod output;
mod pages;
mod progress;
mod proxies;
mod reload;
mod route;
mod secret_file;
mod serve;
mod server;
mod signals;
mod system;
mod telemetry;
mod tls;
mod trust;
mod webhook;

use std::process::ExitCode;

use cli::Command;

/// For RocksDB too, whose allocations are this process's as well. Decision 16 has the figures.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = match cli::typed() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match cli.command {
        Command::Server(args) => server::run(args),
        Command::Check(args) => care::check(&args),
        Command::Scrub(args) => care::scrub(&args),
        Command::Backup(args) => care::backup(&args),
        Command::Restore(args) => care::restore(&args),
        Command::Lifecycle(command) => manage::lifecycle::run(&command),
        Command::Events(command) => manage::events::run(&command),
        Command::Kms(command) => manage::kms::run(&command),
        Command::User(command) => manage::user::run(&command),
        Command::Group(command) => manage::group::run(&command),
        Command::Policy(command) => manage::policy::run(&command),
        Command::Key(command) => manage::key::run(&command),
        Command::Token(command) => manage::token::run(&command),
        Command::Session(command) => manage::session::run(&command),
        Command::Profile(command) => manage::profile::run(&command),
        Command::Job(command) => manage::job::run(&command),
        Command::Audit(command) => manage::audit::run(&command),
        Command::Setting(command) => manage::setting::run(&command),
        Command::Account(command) => manage::account::run(&command),
        Command::Bucket(command) => manage::bucket::run(&command),
        Command::Quota(command) => manage::quota::run(&command),
        Command::Status(args) => manage::status::run(&args),
        Command::Health(args) => health::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Config(command) => config::run(&command),
    }
}
