//! Every command that the documents show is run, block by block in their order, against a real
//! server on one folder.
//!
//! A block counts if a line of it begins with one of [`OURS`]. What a comment before it says:
//! `<!-- run: stopped -->` while no server runs on the folder; `<!-- run: server -->` the command is
//! the server for what follows; `<!-- run: not, WHY -->` not at all. Documents name one folder, one
//! machine and the usual ports, which are replaced by those of the test.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::server::{PASSWORD, Server, USER, cairn, command_with_root};

const OURS: [&str; 4] = ["cairn ", "aws ", "curl ", "docker "];

/// Where documents say the data is, and where what else they name is.
const FOLDER: &str = "/srv/cairn";
const BACKUPS: &str = "/backup/cairn";
const S3: &str = "127.0.0.1:9000";
const CONSOLE: &str = "127.0.0.1:9001";

/// Commands of a document are shell: what is asked of these names goes to the binary that is tested
/// and to the clients of the cache. Exit code 3 says that there was something to tell.
const SHELL: &str = r#"
set -eu
cairn() { "$CAIRN_BINARY" "$@" || { code=$?; test $code -eq 3 || return $code; }; }
aws() { "$CAIRN_CLIENTS/python" -m awscli "$@"; }
curl() { "$CAIRN_CLIENTS/debian" curl "$@"; }
jq() { "$CAIRN_CLIENTS/debian" jq "$@"; }
"#;

#[derive(Debug, PartialEq, Eq)]
enum How {
    Running,
    Stopped,
    Server,
    Not,
}

struct Block {
    /// File and line.
    place: String,
    how: How,
    text: String,
}

/// What runs, and what documents call it.
struct Stage {
    place: tempfile::TempDir,
    server: Option<Server>,
    s3: String,
    console: String,
}

impl Stage {
    fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }

    fn files(&self) -> PathBuf {
        self.place.path().join("files")
    }

    fn replaced(&self, text: &str) -> String {
        let backups = self.place.path().join("backups");
        text.replace(FOLDER, self.data().to_str().unwrap())
            .replace(BACKUPS, backups.to_str().unwrap())
            .replace(S3, &self.s3)
            .replace(CONSOLE, &self.console)
            .replace("ROOT-USER", USER)
            .replace("ROOT-PASSWORD", PASSWORD)
    }

    fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            let ended = server.stop();
            assert!(ended.status.success(), "{}", ended.stderr);
        }
    }

    fn start(&mut self, command: &mut Command) {
        self.stop();
        let command = command
            .env("CAIRN_LOG_FORMAT", "json")
            .env("CAIRN_CONSOLE", "127.0.0.1:0");
        let mut server = Server::start(command);
        self.s3 = server.address.to_string();
        self.console = server.console_address().to_string();
        self.server = Some(server);
    }

    fn usual_server(&mut self) {
        if self.server.is_none() {
            let mut command = command_with_root(&self.data());
            self.start(&mut command);
        }
    }

    /// Each document begins with one bucket and nothing else.
    fn begin(&mut self) {
        self.stop();
        for folder in ["data", "data-restored", "backups"] {
            let _ = fs::remove_dir_all(self.place.path().join(folder));
        }
        self.usual_server();
        self.run(&Block {
            place: "at the beginning".to_owned(),
            how: How::Running,
            text: "cairn bucket add photos".to_owned(),
        });
    }

    /// The command of a block that is a server, on free ports.
    fn server_of(&mut self, block: &Block) {
        let text = self.replaced(&block.text);
        let line = text.lines().next().unwrap();
        let words = line.split_whitespace().skip(1);
        let words = words.map(|word| match word.starts_with("127.0.0.1:") {
            true => "127.0.0.1:0".to_owned(),
            false => word.to_owned(),
        });
        let words: Vec<String> = words.collect();
        let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
        command
            .args(&words)
            .env("CAIRN_ROOT_USER", USER)
            .env("CAIRN_ROOT_PASSWORD", PASSWORD);
        if !text.contains("--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        self.start(&mut command);
    }

    fn run(&self, block: &Block) {
        let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
        let mut shell = cairn(Path::new("sh"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                shell.env_remove(name);
            }
        }
        let script = format!("{SHELL}{}", self.replaced(&block.text));
        let done = shell
            .args(["-c", &script])
            .current_dir(self.files())
            .env("CAIRN_BINARY", env!("CARGO_BIN_EXE_cairn"))
            .env("CAIRN_CLIENTS", &clients)
            .env("CAIRN_ROOT_USER", USER)
            .env("CAIRN_ROOT_PASSWORD", PASSWORD)
            .env("CAIRN_DATA", self.data())
            .env("AWS_ACCESS_KEY_ID", USER)
            .env("AWS_SECRET_ACCESS_KEY", PASSWORD)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_CONFIG_FILE", clients.join("aws.config"))
            .env("AWS_PAGER", "")
            // Who has to go through a proxy to reach this machine reaches something else.
            .env("no_proxy", "127.0.0.1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        let complained = String::from_utf8_lossy(&done.stderr);
        let (place, text) = (&block.place, &block.text);
        assert!(
            done.status.success(),
            "{place}:\n{text}\n{said}\n{complained}"
        );
    }
}

fn is_ours(line: &str) -> bool {
    OURS.iter().any(|begin| line.starts_with(begin))
}

/// All blocks of a document in which something of ours is run.
fn blocks(name: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut how, mut block): (Option<How>, Option<Block>) = (None, None);
    for (at, line) in text.lines().enumerate() {
        if let Some(mut inside) = block.take() {
            if line.starts_with("```") {
                if inside.text.lines().any(is_ours) {
                    blocks.push(inside);
                }
            } else {
                inside.text.push_str(line);
                inside.text.push('\n');
                block = Some(inside);
            }
            continue;
        }
        if let Some(said) = line.strip_prefix("<!-- run: ") {
            let said = said.strip_suffix(" -->").unwrap();
            how = Some(match said {
                "stopped" => How::Stopped,
                "server" => How::Server,
                not if not.starts_with("not, ") => How::Not,
                _ => panic!("{name}:{}: run: {said}?", at + 1),
            });
        } else if line.starts_with("```") {
            block = Some(Block {
                place: format!("{name}:{}", at + 2),
                how: how.take().unwrap_or(How::Running),
                text: String::new(),
            });
        }
        // A command that stands in no block would be run by nobody.
        let indented = line.trim_start();
        let is_code = line.starts_with("    ");
        assert!(
            !(is_code && is_ours(indented)),
            "{name}:{}: give it a fence",
            at + 1
        );
    }
    blocks
}

fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md")];
    let docs = fs::read_dir(root.join("docs")).unwrap();
    let mut docs: Vec<PathBuf> = docs.map(|entry| entry.unwrap().path()).collect();
    docs.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    docs.sort();
    paths.extend(docs);
    let read = paths.into_iter().map(|path| {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        (name, fs::read_to_string(&path).unwrap())
    });
    read.collect()
}

/// What documents take for granted that a reader has.
fn files(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}]}"#;
    let lifecycle = r#"{"Rules":[{"ID":"old","Status":"Enabled","Filter":{"Prefix":"logs/"},"Expiration":{"Days":30}}]}"#;
    let settings = "region = \"us-east-1\"\n";
    for (name, text) in [
        ("policy.json", policy),
        ("lifecycle.json", lifecycle),
        ("config.toml", settings),
        ("cat.jpg", "a cat\n"),
        ("password.txt", "correct horse battery\n"),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn every_command_that_is_documented_works() {
    let mut stage = Stage {
        place: tempfile::tempdir().unwrap(),
        server: None,
        s3: S3.to_owned(),
        console: CONSOLE.to_owned(),
    };
    files(&stage.files());
    let mut run = 0;
    for (name, text) in documents() {
        let blocks = blocks(&name, &text);
        if blocks.is_empty() {
            continue;
        }
        stage.begin();
        for block in blocks {
            match block.how {
                How::Not => continue,
                How::Server => {
                    stage.server_of(&block);
                    run += 1;
                    continue;
                }
                How::Running => stage.usual_server(),
                How::Stopped => {
                    // There is a folder, and it was served before.
                    stage.usual_server();
                    stage.stop();
                }
            }
            stage.run(&block);
            run += 1;
        }
    }
    stage.stop();
    assert!(run > 15, "only {run} blocks were found");
}

#[test]
fn blocks_are_found_with_what_is_said_of_them() {
    let text = "```sh\nmake run\n```\n\n<!-- run: stopped -->\n```sh\ncairn check\n```\ntext\n\
        <!-- run: not, for a reason -->\n```\naws s3 ls\n```\n```sh\n# a\ncairn a \\\n  b\n```\n";
    let found = blocks("a.md", text);
    let found: Vec<(&str, &How)> = found.iter().map(|it| (&*it.place, &it.how)).collect();
    assert_eq!(
        found,
        [
            ("a.md:7", &How::Stopped),
            ("a.md:12", &How::Not),
            ("a.md:15", &How::Running)
        ]
    );
}
