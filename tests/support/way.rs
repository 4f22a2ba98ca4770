//! Commands that administrate, and the ways they get to a server.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::process::Ended;
use super::server::{PASSWORD, USER, cairn, run};

/// How commands get to the server.
pub(crate) enum Way<'a> {
    Data(&'a Path),
    /// Without the root credential that tests have in their environment.
    Bare(&'a Path),
    Token(SocketAddr, &'a str),
}

impl Way<'_> {
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
        command
            .args(line.split(' '))
            .env("CAIRN_ROOT_USER", USER)
            .env("CAIRN_ROOT_PASSWORD", PASSWORD);
        match self {
            Way::Data(data) => command.arg("--data").arg(data),
            Way::Bare(data) => command
                .env_remove("CAIRN_ROOT_USER")
                .env_remove("CAIRN_ROOT_PASSWORD")
                .arg("--data")
                .arg(data),
            Way::Token(address, token) => command
                .args(["--server", &format!("http://{address}")])
                .env("CAIRN_TOKEN", token),
        };
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ended {
        run(&mut self.command(line))
    }

    #[track_caller]
    pub(crate) fn does(&self, line: &str) -> String {
        let ended = self.run(line);
        assert!(ended.status.success(), "{line}: {}", ended.stderr);
        assert_eq!(ended.stderr, "", "{line}");
        ended.stdout
    }

    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> Value {
        let shown = self.does(&format!("{line} --json"));
        assert_eq!(shown.lines().count(), 1, "{line}: {shown}");
        serde_json::from_str(&shown).unwrap()
    }

    /// A drive that is nearly full on the machine of the test is worth a word, and exit code 3.
    #[track_caller]
    pub(crate) fn status(&self) -> Value {
        let ended = self.run("status --json");
        let code = ended.status.code();
        assert!(matches!(code, Some(0 | 3)), "{code:?}: {}", ended.stderr);
        serde_json::from_str(&ended.stdout).unwrap()
    }

    #[track_caller]
    pub(crate) fn refuses(&self, line: &str, code: i32, says: &[&str]) {
        let ended = self.run(line);
        assert_eq!(ended.status.code(), Some(code), "{line}: {}", ended.stderr);
        for text in says {
            assert!(ended.stderr.contains(text), "{line}: {}", ended.stderr);
        }
        assert_eq!(ended.stdout, "", "{line}");
    }

    /// Gives a bucket rules of lifecycle by a file in this place; returns them.
    #[track_caller]
    pub(crate) fn sets_rules(&self, bucket: &str, place: &Path) -> Value {
        let rules = json!([{
            "ID": "old", "Status": "Enabled", "Filter": { "Prefix": "" },
            "Expiration": { "Days": 30 },
        }]);
        let file = place.join("rules.json");
        fs::write(&file, json!({ "Rules": rules }).to_string()).unwrap();
        let file = file.to_str().unwrap();
        self.does(&format!("bucket config set {bucket} lifecycle {file}"));
        rules
    }

    /// With something on standard input.
    pub(crate) fn fed(&self, line: &str, input: &str) -> Ended {
        let mut command = self.command(line);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let ended = child.wait_with_output().unwrap();
        Ended {
            status: ended.status,
            stdout: String::from_utf8(ended.stdout).unwrap(),
            stderr: String::from_utf8(ended.stderr).unwrap(),
        }
    }
}
