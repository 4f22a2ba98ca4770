//! Lists of people where there are many, of a server, through its socket.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::console::log_in;
use support::http::{connect, read_answer};
use support::server::{Server, command_with_root};

/// As many of each as an account may have.
const USERS: usize = 10_000;
const GROUPS: usize = 300;
const POLICIES: usize = 1_500;
const MAKERS: usize = 16;
const ROUNDS: usize = 21;
/// What a page may take, at the median.
const PAGE_MAX: Duration = Duration::from_millis(50);

/// One connection of the root.
struct Client {
    stream: TcpStream,
    console: SocketAddr,
    token: String,
}

impl Client {
    fn new(console: SocketAddr, token: &str) -> Client {
        Client {
            stream: connect(console),
            token: token.to_owned(),
            console,
        }
    }

    fn ask(&mut self, request: &str, body: &Value) -> Value {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let head = format!(
            "{request} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-length: {}\r\n\r\n",
            self.console,
            self.token,
            body.len()
        );
        self.stream.write_all((head + &body).as_bytes()).unwrap();
        let answer = read_answer(&mut self.stream);
        let is_fine = (200..300).contains(&answer.status);
        assert!(is_fine, "{request}: {} {}", answer.status, answer.body);
        serde_json::from_str(&answer.body).unwrap_or(Value::Null)
    }

    /// The median and the slowest of some rounds.
    fn time(&mut self, path: &str) -> (Duration, Duration) {
        let request = format!("GET /api/v1{path}");
        let mut taken: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                let begun = Instant::now();
                self.ask(&request, &Value::Null);
                begun.elapsed()
            })
            .collect();
        taken.sort();
        (taken[ROUNDS / 2], taken[ROUNDS - 1])
    }

    /// The cursors of all pages of a hundred, and how many things are on them.
    fn cursors(&mut self, list: &str) -> (Vec<String>, usize) {
        let (mut cursors, mut count) = (vec![String::new()], 0);
        loop {
            let cursor = cursors.last().unwrap();
            let page = self.ask(&format!("GET /api/v1{list}?cursor={cursor}"), &Value::Null);
            count += page["items"].as_array().unwrap().len();
            match page["next"].as_str() {
                Some(next) => cursors.push(next.to_owned()),
                None => return (cursors, count),
            }
        }
    }
}

/// All of a kind, over several connections.
fn make(at: (SocketAddr, &str), list: &str, count: usize, one: fn(usize) -> Value) {
    each(at, count, |client, number| {
        client.ask(&format!("POST /api/v1{list}"), &one(number));
    });
}

/// Something for each number, over several connections.
fn each(at: (SocketAddr, &str), count: usize, what: impl Fn(&mut Client, usize) + Sync) {
    let what = &what;
    thread::scope(|scope| {
        for maker in 0..MAKERS {
            scope.spawn(move || {
                let mut client = Client::new(at.0, at.1);
                for number in (maker..count).step_by(MAKERS) {
                    what(&mut client, number);
                }
            });
        }
    });
}

/// Somebody who is no root: its policies are asked about everybody on a page.
fn auditor(root: &mut Client) -> Client {
    for number in 0..10 {
        let attached = format!("PUT /api/v1/users/user-00000/attached/policy-{number:05}");
        root.ask(&attached, &Value::Null);
    }
    let lists = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "iam:List*", "Resource": "*" },
        { "Effect": "Deny", "Action": "iam:ListAccessKeys",
          "Resource": "arn:aws:iam::*:user/*-000*7" },
    ] });
    root.ask("PUT /api/v1/users/user-00000/policies/lists", &lists);
    let token = json!({ "name": "auditor", "expires_in": 3600 });
    let made = root.ask("POST /api/v1/users/user-00000/tokens", &token);
    Client::new(root.console, made["token"].as_str().unwrap())
}

/// What a process has in memory, in KiB.
fn resident_kib(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process().id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}

#[test]
#[ignore = "soak: makes ten thousand users"]
fn a_page_is_there_at_once_wherever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command_with_root(folder.path());
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    // Once: so many logins at a time would be guesses.
    let token = log_in(console);
    let at = (console, token.as_str());
    let begun = Instant::now();
    let before = resident_kib(&server);
    make(
        at,
        "/users",
        USERS,
        |n| json!({ "name": format!("user-{n:05}") }),
    );
    println!(
        "{USERS} users in {:.1?}; memory {before} KiB before, {} KiB after",
        begun.elapsed(),
        resident_kib(&server)
    );
    make(
        at,
        "/groups",
        GROUPS,
        |n| json!({ "name": format!("group-{n:05}") }),
    );
    // What their list tells of them.
    each(at, USERS, |client, n| {
        let key = format!("POST /api/v1/users/user-{n:05}/keys");
        client.ask(&key, &json!({}));
        for group in [n % GROUPS, (n + 1) % GROUPS] {
            let member = format!("PUT /api/v1/groups/group-{group:05}/members/user-{n:05}");
            client.ask(&member, &Value::Null);
        }
    });
    make(at, "/policies", POLICIES, |n| {
        let document = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
            "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::bucket-{n}/*") }] });
        json!({ "name": format!("policy-{n:05}"), "document": document })
    });
    let mut client = Client::new(at.0, at.1);
    let mut slow = Vec::new();
    for (list, least) in [
        ("/users", USERS),
        ("/groups", GROUPS),
        ("/policies", POLICIES),
    ] {
        let (cursors, count) = client.cursors(list);
        assert!(count >= least, "{list}: {count}");
        let last = cursors.len() - 1;
        for at in [0, last / 2, last] {
            let path = format!("{list}?cursor={}", cursors[at]);
            let (median, slowest) = client.time(&path);
            println!(
                "{list} page {}: {median:.2?}, at most {slowest:.2?}",
                at + 1
            );
            if median > PAGE_MAX {
                slow.push(path);
            }
        }
        let (median, slowest) = client.time(&format!("{list}?limit=1000"));
        println!("{list} a thousand at once: {median:.2?}, at most {slowest:.2?}");
    }
    let (median, slowest) = auditor(&mut client).time("/users");
    println!("/users as an auditor: {median:.2?}, at most {slowest:.2?}");
    if median > PAGE_MAX {
        slow.push("/users as an auditor".to_owned());
    }
    let (median, slowest) = client.time("/users/user-05000");
    println!("one user: {median:.2?}, at most {slowest:.2?}");
    assert!(slow.is_empty(), "{slow:?}");
    server.stop_unharmed();
}
