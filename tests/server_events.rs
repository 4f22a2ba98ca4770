//! Events with the real binary, a receiver that is busy for a while, and a server that is killed.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use serde_json::Value;
use storage_engine::{Engine, EngineConfig};
use support::client::Client;
use support::http;
use support::receiver::Receiver;
use support::server::{Server, cairn, command_with_root, run};
use support::until;

const ASKED: &[u8] = b"<NotificationConfiguration><QueueConfiguration><Id>all</Id>\
    <Queue>arn:cairn:sqs::hook:webhook</Queue><Event>s3:ObjectCreated:*</Event>\
    <Event>s3:ObjectRemoved:*</Event></QueueConfiguration></NotificationConfiguration>";

fn start(data: &Path, receiver: &Receiver) -> Server {
    let mut command = command_with_root(data);
    let webhook = format!("hook=http://{}/in", receiver.address);
    command.args(["--webhook", &webhook]);
    Server::start(&mut command)
}

fn prepare(server: &Server) -> Client {
    let mut client = Client::connect(server.address).unwrap();
    for (path, body) in [("/bucket", &b""[..]), ("/bucket?notification", ASKED)] {
        let reply = client.send("PUT", path, &[], body).unwrap();
        let said = String::from_utf8_lossy(&reply.body);
        assert_eq!(reply.status, 200, "{path}: {said}");
    }
    client
}

/// Keys that were told of, each with its sequencers in the order they came.
fn told(receiver: &Receiver) -> BTreeMap<String, Vec<String>> {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for message in receiver.taken() {
        let object = &message["Records"][0]["s3"]["object"];
        let text = |name: &str| object[name].as_str().map(str::to_owned);
        if let (Some(key), Some(sequencer)) = (text("key"), text("sequencer")) {
            told.entry(key).or_default().push(sequencer);
        }
    }
    told
}

fn events(data: &Path, args: &[&str]) -> String {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.arg("events").args(args).arg("--data").arg(data);
    let ended = run(&mut command);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    ended.stdout
}

#[test]
fn a_webhook_is_told_of_what_happens() {
    let (place, receiver) = (tempfile::tempdir().unwrap(), Receiver::start());
    let server = start(place.path(), &receiver);
    let mut client = prepare(&server);
    assert_eq!(receiver.taken()[0]["Event"], "s3:TestEvent");
    client.send("PUT", "/bucket/a%20key", &[], b"data").unwrap();
    client.send("DELETE", "/bucket/a%20key", &[], b"").unwrap();
    until("both", || receiver.taken().len() == 3);
    let record = |message: &Value| message["Records"][0].clone();
    let taken = receiver.taken();
    let (put, gone) = (record(&taken[1]), record(&taken[2]));
    assert_eq!(put["eventName"], "ObjectCreated:Put");
    assert_eq!(put["requestParameters"]["sourceIPAddress"], "127.0.0.1");
    assert_eq!(put["s3"]["bucket"]["name"], "bucket");
    assert_eq!(put["s3"]["configurationId"], "all");
    assert_eq!(put["s3"]["object"]["key"], "a+key");
    assert_eq!(put["s3"]["object"]["size"], 4);
    assert_eq!(gone["eventName"], "ObjectRemoved:Delete");
    until("counted", || {
        let metrics = http::get(server.address, "/metrics").body;
        metrics.contains("\ncairn_events_told_total 2\n")
    });
    assert_eq!(server.stop().status.code(), Some(0));
    assert_eq!(events(place.path(), &["list"]), "0 waiting, 0 given up\n");
}

/// Whoever was answered is told of, although the receiver was busy and the server was killed.
#[test]
fn no_event_of_an_acknowledged_change_is_lost() {
    let (place, receiver) = (tempfile::tempdir().unwrap(), Receiver::start());
    let mut acknowledged: BTreeMap<String, usize> = BTreeMap::new();
    let server = start(place.path(), &receiver);
    drop(prepare(&server));
    receiver.set_busy(true);
    let mut server = Some(server);
    for _ in 0..3 {
        let running = server.take().unwrap();
        for (key, puts) in put_until_killed(running) {
            *acknowledged.entry(key).or_default() += puts;
        }
        server = Some(start(place.path(), &receiver));
    }
    let server = server.unwrap();
    until("the receiver is asked", || receiver.refused() > 0);
    assert!(told(&receiver).is_empty());
    let total: usize = acknowledged.values().sum();
    assert!(total > 50, "only {total} puts were acknowledged");
    receiver.set_busy(false);
    until("everybody is told of", || {
        let told = told(&receiver);
        acknowledged
            .iter()
            .all(|(key, puts)| told.get(key).is_some_and(|told| told.len() >= *puts))
    });
    for (key, sequencers) in told(&receiver) {
        assert!(sequencers.is_sorted(), "{key}: {sequencers:?}");
    }
    assert_eq!(server.stop().status.code(), Some(0));
}

/// Several clients put each its own keys until the server goes from under them; how many puts of
/// each key were answered.
fn put_until_killed(server: Server) -> BTreeMap<String, usize> {
    let (address, answered) = (server.address, Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for writer in 0..4 {
            let answered = &answered;
            scope.spawn(move || {
                let Ok(mut client) = Client::connect(address) else {
                    return;
                };
                for number in 0.. {
                    let key = format!("key-{writer}-{}", number % 5);
                    let path = format!("/bucket/{key}");
                    match client.send("PUT", &path, &[], b"data") {
                        Ok(reply) if reply.status == 200 => {
                            *answered.lock().unwrap().entry(key).or_default() += 1;
                        }
                        _ => return,
                    }
                }
            });
        }
        let enough = || answered.lock().unwrap().values().sum::<usize>() > 60;
        until("enough puts", enough);
        server.kill();
    });
    answered.into_inner().unwrap()
}

#[test]
fn operators_see_what_was_given_up_and_have_it_told_again() {
    let (place, receiver) = (tempfile::tempdir().unwrap(), Receiver::start());
    let server = start(place.path(), &receiver);
    let mut client = prepare(&server);
    receiver.set_busy(true);
    client.send("PUT", "/bucket/key", &[], b"data").unwrap();
    client.send("PUT", "/bucket/other", &[], b"data").unwrap();
    until("the receiver is asked", || receiver.refused() > 0);
    assert_eq!(server.stop().status.code(), Some(0));
    let waiting = events(place.path(), &["list"]);
    assert!(waiting.starts_with("waiting\thook\t2\t20"), "{waiting}");
    bury_one(place.path());
    let listed = events(place.path(), &["list"]);
    assert!(listed.starts_with("waiting\thook\t1\t"), "{listed}");
    assert!(
        listed.contains("\tObjectCreated:Put\tbucket\tkey\t-\t"),
        "{listed}"
    );
    assert!(listed.ends_with("1 waiting, 1 given up\n"), "{listed}");
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.args(["events", "retry", "--webhook", "else", "--data"]);
    let none = run(command.arg(place.path()));
    assert_eq!(none.status.code(), Some(1), "{}", none.stdout);
    assert!(
        none.stderr.contains("next: cairn events list"),
        "{}",
        none.stderr
    );
    assert_eq!(
        events(place.path(), &["retry"]),
        "1 event will be told again by the next server on this folder\n"
    );
    bury_one(place.path());
    receiver.set_busy(false);
    let server = start(place.path(), &receiver);
    until("the one that waits is told of", || {
        told(&receiver).len() == 1
    });
    // By the server itself, at once.
    let listed = events(place.path(), &["list", "--json"]);
    let lines: Vec<Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert_eq!(lines[0]["webhook"], "hook");
    assert_eq!(lines[1]["given_up"], 1);
    let retried = events(place.path(), &["retry", "--webhook", "hook"]);
    assert_eq!(retried, "1 event told again\n");
    until("both are told of", || told(&receiver).len() == 2);
    assert_eq!(server.stop().status.code(), Some(0));
}

/// The receiver is gone for good: nothing would ever be calm again.
#[test]
fn what_was_given_up_can_be_thrown_away() {
    let (place, receiver) = (tempfile::tempdir().unwrap(), Receiver::start());
    let server = start(place.path(), &receiver);
    let mut client = prepare(&server);
    receiver.set_busy(true);
    client.send("PUT", "/bucket/key", &[], b"data").unwrap();
    client.send("PUT", "/bucket/key", &[], b"later").unwrap();
    assert_eq!(server.stop().status.code(), Some(0));
    bury_one(place.path());
    let server = start(place.path(), &receiver);
    let status = || {
        let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
        let ended = run(command.arg("status").arg("--data").arg(place.path()));
        (ended.stdout, ended.status.code())
    };
    let (said, code) = status();
    assert!(said.contains("cairn events remove"), "{said}");
    assert_eq!(code, Some(3), "{said}");
    let removed = events(place.path(), &["remove", "--webhook", "hook"]);
    assert_eq!(removed, "1 event thrown away\n");
    let again = events(place.path(), &["remove", "--webhook", "hook", "--json"]);
    assert_eq!(again, "{\"deleted\":0}\n");
    let (said, _) = status();
    assert!(!said.contains("given up"), "{said}");
    let listed = events(place.path(), &["list"]);
    assert!(listed.ends_with("1 waiting, 0 given up\n"), "{listed}");
    receiver.set_busy(false);
    until("what waited is told of", || told(&receiver).len() == 1);
    assert_eq!(server.stop().status.code(), Some(0));
}

/// As the server does with what has waited for a day.
fn bury_one(data: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = EngineConfig::new(data);
        let engine = tokio::task::spawn_blocking(move || Engine::open_folder(&config));
        let engine = engine.await.unwrap().unwrap();
        let mut page = engine.events("hook", None, 1).await.unwrap();
        let event = page.events.remove(0);
        engine.move_event("hook", "hook/dead", event).await.unwrap();
        engine.shutdown().await.unwrap();
    });
}

/// Which destination, and why, in the one sentence that clients show; of the address, which may be a
/// secret, nothing.
#[test]
fn a_configuration_that_is_refused_says_which_destination_and_why() {
    let place = tempfile::tempdir().unwrap();
    let busy = Receiver::start();
    busy.set_busy(true);
    let mut command = command_with_root(place.path());
    let hook = format!("busy=http://{}/in?token=canary", busy.address);
    command.args(["--webhook", &hook]);
    // The system gives this port to nobody.
    command.args(["--webhook", "closed=http://127.0.0.1:1/in?token=canary"]);
    let server = Server::start(&mut command);
    let mut client = Client::connect(server.address).unwrap();
    let made = client.send("PUT", "/bucket", &[], b"").unwrap();
    assert_eq!(made.status, 200);
    for (arn, why) in [
        ("arn:aws:sqs:us-east-1:1:q", "The ARN is not well formed"),
        (
            "arn:cairn:sqs::else:webhook",
            "The destination does not exist",
        ),
        ("arn:cairn:sqs::busy:webhook", "it answered 503"),
        ("arn:cairn:sqs::closed:webhook", "it did not answer: "),
    ] {
        let asked = String::from_utf8_lossy(ASKED);
        let asked = asked.replace("arn:cairn:sqs::hook:webhook", arn);
        let path = "/bucket?notification";
        let reply = client.send("PUT", path, &[], asked.as_bytes()).unwrap();
        let said = String::from_utf8_lossy(&reply.body);
        assert_eq!(reply.status, 400, "{said}");
        assert!(said.contains("<Code>InvalidArgument</Code>"), "{said}");
        let message = format!(
            "<Message>Unable to validate the following destination configurations: {arn}: {why}"
        );
        assert!(said.contains(&message), "{said}");
        assert!(!said.contains("canary"), "{said}");
    }
    server.stop_unharmed();
}

#[test]
fn what_is_no_webhook_is_refused_at_the_start() {
    let place = tempfile::tempdir().unwrap();
    for wrong in [&["--webhook", "hook"][..], &["--webhook-token", "hook=x"]] {
        let ended = run(command_with_root(place.path()).args(wrong));
        assert_eq!(ended.status.code(), Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains("--webhook"), "{}", ended.stderr);
    }
}
