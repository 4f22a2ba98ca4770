//! The server binary.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::process::{Ended, Process};

pub(crate) const USER: &str = "test-user";
pub(crate) const PASSWORD: &str = "test-password";

/// A running server, killed when dropped.
pub(crate) struct Server {
    process: Process,
    pub(crate) address: SocketAddr,
}

/// `cairn server` on a free port with JSON logs, and nothing of this environment's settings.
pub(crate) fn command(data: &Path) -> Command {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command
        .args(["server", "--listen", "127.0.0.1:0", "--log-format", "json"])
        .arg("--data")
        .arg(data)
        // Tests run side by side, and its address is always the same one.
        .env("CAIRN_CONSOLE", "off");
    command
}

/// The same with a root credential from the environment.
pub(crate) fn command_with_root(data: &Path) -> Command {
    let mut command = command(data);
    command
        .env("CAIRN_ROOT_USER", USER)
        .env("CAIRN_ROOT_PASSWORD", PASSWORD);
    command
}

pub(crate) fn cairn(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CAIRN_") || text.starts_with("MINIO_ROOT_") {
            command.env_remove(name);
        }
    }
    command
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Server {
        let mut process = Process::start(command);
        let address = address_of(&mut process, "listening");
        Server { process, address }
    }

    /// Where it listens for visitors of websites, if it was told to.
    pub(crate) fn website_address(&mut self) -> SocketAddr {
        address_of(&mut self.process, "listening for websites")
    }

    /// Where the console is, if there is one.
    pub(crate) fn console_address(&mut self) -> SocketAddr {
        address_of(&mut self.process, "listening for the console")
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    pub(crate) fn process_mut(&mut self) -> &mut Process {
        &mut self.process
    }

    /// SIGTERM, and the end that follows.
    pub(crate) fn stop(self) -> Ended {
        self.process.signal(libc::SIGTERM);
        self.process.wait()
    }

    /// The same, for a server to which nothing was done that is its own fault.
    pub(crate) fn stop_unharmed(self) {
        let ended = self.stop();
        assert!(ended.status.success(), "{}", ended.stderr);
        let mut lines = ended.stderr.lines();
        let damage = lines.find(|line| line.contains("\"level\":\"ERROR\""));
        assert_eq!(damage, None, "nothing that was done was the server's fault");
    }

    /// SIGKILL: the process gets no chance to do anything more.
    pub(crate) fn kill(self) {
        self.process.kill();
    }

    pub(crate) fn wait(self) -> Ended {
        self.process.wait()
    }
}

/// The address in the log line with that message.
fn address_of(process: &mut Process, message: &str) -> SocketAddr {
    process.wait_for_log(|line| address_in(line, message))
}

/// Of either form of the log.
fn address_in(line: &str, message: &str) -> Option<SocketAddr> {
    let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else {
        let (_, rest) = line.split_once(message)?;
        let address = rest.trim_start().strip_prefix("address=")?;
        return address.split(' ').next()?.parse().ok();
    };
    let fields = &line;
    let address = fields["address"].as_str()?;
    (fields["message"] == message).then(|| address.parse().unwrap())
}

/// Runs a command that is expected to end by itself.
pub(crate) fn run(command: &mut Command) -> Ended {
    Process::start(command).wait()
}
