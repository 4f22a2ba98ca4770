//! Who may do what, through the sockets: a handful of identities, every operation of S3 and every
//! route of the admin interface, each compared with what the evaluator says of the documents alone.

#![allow(clippy::unwrap_used)]

mod support;

#[path = "../admin/tests/interface/examples.rs"]
mod examples;

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::SystemTime;

use examples::{Names, routes};
use identity::policy::{
    Context, Kind, Layers, Named, Policy, Principal, PrincipalKind, Relation, Request, Standing,
    Work, evaluate,
};
use s3_api::OPERATIONS;
use serde_json::{Value, json};
use support::http::{Answer, connect, read_answer};
use support::server::{PASSWORD, Server, USER, command_with_root};
use support::signed;

const BUCKET: &str = "photos";
const KEY: &str = "cat";
/// What deletes it by a list, and the MD5 that has to come with such a list.
const DELETE: &str = "<Delete><Object><Key>cat</Key></Object></Delete>";
const DELETE_MD5: &str = "NgybefeRFyEjMhQP2QoD7Q==";

/// Whoever asks, with the documents that say what he may.
struct Somebody {
    name: &'static str,
    standing: Standing,
    principal: Principal,
    policies: Vec<Named>,
    restriction: Option<Named>,
    token: String,
    /// None where there is only a token.
    keys: Option<(String, String)>,
}

struct Place {
    server: Server,
    console: SocketAddr,
    root: String,
    /// The policy of the bucket.
    policy: Value,
}

fn asked(
    console: SocketAddr,
    (method, target): (&str, &str),
    token: &str,
    body: &str,
    further: &[(&str, &str)],
) -> Answer {
    let mut stream = connect(console);
    let mut head = format!(
        "{method} /api/v1{target} HTTP/1.1\r\nhost: {console}\r\nconnection: close\r\n\
         content-length: {}\r\n",
        body.len()
    );
    if !token.is_empty() {
        head.push_str(&format!("authorization: Bearer {token}\r\n"));
    }
    for (name, value) in further {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    write!(stream, "{head}\r\n{body}").unwrap();
    match method {
        "HEAD" => headless(stream),
        _ => read_answer(&mut stream),
    }
}

/// An answer that has a length and no body.
fn headless(mut stream: impl Read) -> Answer {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1);
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    Answer {
        status: head[9..12].parse().unwrap(),
        head,
        body: String::new(),
    }
}

fn json_of(answer: &Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap_or(Value::Null)
}

fn allow(actions: &[&str], resources: &[&str]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": actions, "Resource": resources },
    ] })
}

fn named(kind: Kind, document: &Value) -> Named {
    Named {
        name: "test".into(),
        policy: Policy::parse(kind, &document.to_string()).unwrap().into(),
    }
}

fn log_in(console: SocketAddr, name: &str, password: &str) -> String {
    let body = json!({ "name": name, "password": password }).to_string();
    let answer = asked(console, ("POST", "/session"), "", &body, &[]);
    json_of(&answer)["access_token"]
        .as_str()
        .unwrap()
        .to_owned()
}

impl Place {
    fn ask(&self, method: &str, target: &str, body: Value) -> Value {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        json_of(&asked(
            self.console,
            (method, target),
            &self.root,
            &body,
            &[],
        ))
    }

    /// As it is to be before anybody asks.
    fn restore(&self) {
        let cat = format!("/s3/{BUCKET}/{KEY}");
        let put = asked(self.console, ("PUT", &cat), &self.root, "hello", &[]);
        assert_eq!(put.status, 200, "{}", put.body);
        let target = format!("/buckets/{BUCKET}/config/policy");
        self.ask("PUT", &target, self.policy.clone());
    }

    fn user(&self, name: &'static str, policy: Option<Value>) -> Somebody {
        let new = json!({ "name": name, "password": "correct horse" });
        let made = self.ask("POST", "/users", new);
        let policies = policy.iter().map(|it| named(Kind::Identity, it)).collect();
        if let Some(policy) = policy {
            self.ask("PUT", &format!("/users/{name}/policies/test"), policy);
        }
        let key = self.ask("POST", &format!("/users/{name}/keys"), json!({}));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Somebody {
            name,
            standing: Standing::Ordinary,
            principal: Principal {
                kind: PrincipalKind::User,
                arn: text(&made["arn"]),
                unique_id: text(&made["id"]),
                ..Principal::default()
            },
            policies,
            restriction: None,
            token: log_in(self.console, name, "correct horse"),
            keys: Some((text(&key["id"]), text(&key["secret"]))),
        }
    }
}

fn place(folder: &std::path::Path) -> (Place, Vec<Somebody>) {
    let mut command = command_with_root(folder);
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let mut place = Place {
        root: log_in(console, USER, PASSWORD),
        policy: Value::Null,
        server,
        console,
    };
    place.ask("POST", "/buckets", json!({ "name": BUCKET }));
    let of_bucket = format!("arn:aws:s3:::{BUCKET}");
    let in_bucket = format!("arn:aws:s3:::{BUCKET}/*");
    let reads = [
        "s3:Get*",
        "s3:List*",
        "iam:Get*",
        "iam:List*",
        "iam:Simulate*",
        "cairn:Get*",
        "cairn:Read*",
    ];
    let admin = place.user("admin", Some(allow(&["*"], &["*"])));
    let reader = place.user("reader", Some(allow(&reads, &["*"])));
    let bound = place.user("bound", Some(allow(&["s3:*"], &[&of_bucket, &in_bucket])));
    let shut = place.user("shut", Some(allow(&["s3:*"], &["*"])));
    let nobody = place.user("nobody", None);
    place.policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Principal": { "AWS": shut.principal.arn }, "Action": "s3:*",
          "Resource": [of_bucket, in_bucket] },
        { "Effect": "Allow", "Principal": { "AWS": nobody.principal.arn },
          "Action": "s3:GetObjectTagging", "Resource": in_bucket },
    ] });
    let narrow = allow(&["s3:GetObject", "s3:ListBucket", "iam:ListUsers"], &["*"]);
    let wanted = json!({ "name": "robot", "expires_in": 3600, "policy": narrow }).to_string();
    let made = asked(console, ("POST", "/tokens"), &admin.token, &wanted, &[]);
    let robot = Somebody {
        name: "robot",
        standing: Standing::Ordinary,
        principal: admin.principal.clone(),
        policies: admin.policies.clone(),
        restriction: Some(named(Kind::Identity, &narrow)),
        token: json_of(&made)["token"].as_str().unwrap().to_owned(),
        keys: None,
    };
    let root = Somebody {
        name: "root",
        standing: Standing::Administrator,
        principal: Principal {
            kind: PrincipalKind::Account,
            ..Principal::default()
        },
        policies: Vec::new(),
        restriction: None,
        token: place.root.clone(),
        keys: Some((USER.to_owned(), PASSWORD.to_owned())),
    };
    let all = vec![root, admin, reader, bound, shut, nobody, robot];
    (place, all)
}

impl Somebody {
    /// What the evaluator says, of the documents and nothing else.
    fn may(&self, action: &str, resource: &str, of_bucket: Option<&Policy>) -> bool {
        let layers = Layers {
            standing: self.standing,
            identity: &self.policies,
            boundary: None,
            session: &[],
            restriction: self.restriction.as_ref(),
            resource: of_bucket,
            relation: Relation::SameAccount,
        };
        let context = Context::new();
        let request = Request {
            principal: &self.principal,
            action,
            resource: resource.as_bytes(),
            context: &context,
            now: SystemTime::now(),
            work: &Work::default(),
        };
        evaluate(&layers, &request).is_allowed()
    }
}

/// What was said and done of one pair.
/// What was decided, and what came of it.
#[derive(Default)]
struct Comparison {
    broken: Vec<String>,
    allowed: usize,
    denied: usize,
}

impl Comparison {
    fn decided(&mut self, expected: bool) {
        self.allowed += usize::from(expected);
        self.denied += usize::from(!expected);
    }

    fn answered(&mut self, what: &str, expected: bool, answer: &Answer) {
        // Each key of a list has an outcome of its own.
        let is_of_list = what.starts_with("DeleteObjects") && answer.status == 200;
        let is_refused = matches!(answer.status, 401 | 403)
            || is_of_list && answer.body.contains("AccessDenied");
        let is_sound = answer.status < 500 || answer.status == 501;
        if is_refused == expected || !is_sound {
            let text: String = answer.body.chars().take(300).collect();
            let word = if expected { "allowed" } else { "denied" };
            self.broken.push(format!(
                "{what} is {word}, answered {} {text}",
                answer.status
            ));
        }
    }

    /// Nothing came out otherwise, and neither decision, made more than so often, is the only one.
    fn holds(self, least: usize) {
        let Comparison {
            broken,
            allowed,
            denied,
        } = self;
        let count = broken.len();
        assert!(broken.is_empty(), "{}\n{count} in all", broken.join("\n"));
        assert!(allowed > least && denied > least, "{allowed} and {denied}");
    }
}

/// What S3 answers to a request signed with these keys.
fn asked_of_s3(
    s3: SocketAddr,
    keys: &(String, String),
    (method, target): (&str, &str),
    body: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let keys = (keys.0.as_str(), keys.1.as_str());
    let head = signed::head_by(keys, method, s3, target, body.len(), headers);
    let mut stream = connect(s3);
    write!(stream, "{head}{body}").unwrap();
    match method {
        "HEAD" => headless(stream),
        _ => read_answer(&mut stream),
    }
}

#[test]
fn operations_of_s3_are_for_whom_the_evaluator_says() {
    let folder = tempfile::tempdir().unwrap();
    let (place, everybody) = place(folder.path());
    place.restore();
    let of_bucket = Policy::parse(Kind::Bucket, &place.policy.to_string()).unwrap();
    let source = format!("/{BUCKET}/{KEY}");
    let object = format!("arn:aws:s3:::{BUCKET}/{KEY}");
    let mut comparison = Comparison::default();
    for somebody in &everybody {
        for operation in OPERATIONS {
            let example = operation.example(BUCKET, KEY);
            let path = example.target.split('?').next().unwrap();
            let resource = match path.trim_start_matches('/') {
                "" => "arn:aws:s3:::*".to_owned(),
                path => format!("arn:aws:s3:::{path}"),
            };
            // A bucket that is to be made has no policy yet.
            let is_of_bucket = path != "/" && operation.name != "CreateBucket";
            let policy = is_of_bucket.then_some(&of_bucket);
            let mut expected = somebody.may(operation.action(), &resource, policy);
            if example.headers.contains(&"x-amz-copy-source") {
                expected &= somebody.may("s3:GetObject", &object, Some(&of_bucket));
            }
            let names = example.headers.iter();
            let mut headers: Vec<(&str, &str)> = names.map(|name| (*name, &*source)).collect();
            let mut body = "";
            if operation.name == "DeleteObjects" {
                body = DELETE;
                headers.push(("content-md5", DELETE_MD5));
            }
            let mut answers = Vec::new();
            if let Some(keys) = &somebody.keys {
                let to = (example.method, example.target.as_str());
                let s3 = place.server.address;
                answers.push(asked_of_s3(s3, keys, to, body, &headers));
            }
            // The same through the admin interface, where a token of a service can come.
            if somebody.keys.is_none() || somebody.name == "bound" {
                let target = format!("/s3{}", example.target);
                let to = (example.method, target.as_str());
                answers.push(asked(place.console, to, &somebody.token, body, &headers));
            }
            for answer in answers {
                let what = format!("{} by {}", operation.name, somebody.name);
                comparison.answered(&what, expected, &answer);
                if expected && answer.status < 300 && !matches!(example.method, "GET" | "HEAD") {
                    place.restore();
                }
            }
            comparison.decided(expected);
        }
    }
    comparison.holds(200);
}

/// What the simulator answers of everybody and every operation, the socket does.
#[test]
fn the_simulator_says_what_sockets_do() {
    let folder = tempfile::tempdir().unwrap();
    let (mut place, everybody) = place(folder.path());
    let hidden = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{BUCKET}/*"),
        "Condition": { "StringEquals": { "s3:ExistingObjectTag/secret": "yes" } } });
    place.policy["Statement"]
        .as_array_mut()
        .unwrap()
        .push(hidden);
    let tag = format!("/buckets/{BUCKET}/object/tags?key={KEY}");
    let restore = || {
        place.restore();
        place.ask("PUT", &tag, json!({ "tags": { "secret": "yes" } }));
    };
    restore();
    let mut comparison = Comparison::default();
    let users = everybody.iter().filter(|it| !it.principal.arn.is_empty());
    for somebody in users {
        let Some(keys) = &somebody.keys else {
            continue;
        };
        for operation in OPERATIONS {
            let example = operation.example(BUCKET, KEY);
            let path = example.target.split('?').next().unwrap();
            let takes_another = example.headers.contains(&"x-amz-copy-source");
            let is_list = operation.name == "DeleteObjects";
            if path == "/" || operation.name == "CreateBucket" || takes_another || is_list {
                continue;
            }
            let resource = format!("arn:aws:s3:::{}", path.trim_start_matches('/'));
            let question = json!({ "principal": somebody.principal.arn,
                "actions": [operation.action()], "resources": [resource] });
            let verdict = place.ask("POST", "/simulate", question)["items"][0].clone();
            let expected = verdict["decision"] == "allowed";
            let what = format!("{} by {}: {verdict}", operation.name, somebody.name);
            assert_eq!(verdict["scope"], "everything", "{what}");
            // A decision names what it rests on.
            let is_implicit = verdict["decision"] == "implicitly_denied";
            let is_silent = verdict["statements"].as_array().unwrap().is_empty();
            assert_eq!(is_silent, is_implicit, "{what}");

            let names = example.headers.iter();
            let headers: Vec<(&str, &str)> = names.map(|name| (*name, BUCKET)).collect();
            let to = (example.method, example.target.as_str());
            let answer = asked_of_s3(place.server.address, keys, to, "", &headers);
            comparison.answered(&what, expected, &answer);
            if expected && answer.status < 300 && !matches!(example.method, "GET" | "HEAD") {
                restore();
            }
            comparison.decided(expected);
        }
    }
    comparison.holds(100);
}

#[test]
fn routes_of_the_admin_interface_are_for_whom_the_evaluator_says() {
    let folder = tempfile::tempdir().unwrap();
    let (place, everybody) = place(folder.path());
    place.user("victim", None);
    place.ask("POST", "/groups", json!({ "name": "staff" }));
    let policy = json!({ "name": "test", "document": allow(&["s3:*"], &["*"]) });
    place.ask("POST", "/policies", policy);
    place.restore();
    let of_bucket = Policy::parse(Kind::Bucket, &place.policy.to_string()).unwrap();
    let document = place.ask("GET", "/openapi.json", Value::Null);
    let names = Names {
        bucket: BUCKET,
        key: KEY,
        user: "victim",
        group: "staff",
        policy: "test",
        id: "AKIAEXAMPLE",
    };
    let routes = routes(&document, &names);
    let mut comparison = Comparison::default();
    for somebody in &everybody {
        for route in &routes {
            // One's own takes no permission, and has tests of its own. Of jobs, one sees those that
            // one has started here.
            if route.is_open || route.actions.is_empty() || route.name == "ListJobs" {
                continue;
            }
            let expected = route.actions.iter().all(|action| {
                let resource = resource_of(action);
                let is_of_bucket = resource.contains(BUCKET) && action.starts_with("s3:");
                somebody.may(action, &resource, is_of_bucket.then_some(&of_bucket))
            });
            let body = route.body.as_ref().map(Value::to_string);
            let body = body.unwrap_or_default();
            let to = (route.method.as_str(), route.target.as_str());
            let answer = asked(place.console, to, &somebody.token, &body, &[]);
            let what = format!("{} by {}", route.name, somebody.name);
            comparison.answered(&what, expected, &answer);
            if expected && route.method != "GET" && route.target.contains(BUCKET) {
                place.restore();
            }
            comparison.decided(expected);
        }
    }
    comparison.holds(100);
}

/// What a route's action is about, as the policies of this test can tell.
fn resource_of(action: &str) -> String {
    let is_of_object = action.contains("Object") && !action.contains("Configuration");
    match action {
        "s3:ListAllMyBuckets" => "arn:aws:s3:::*".to_owned(),
        "s3:CreateBucket" => "arn:aws:s3:::made".to_owned(),
        action if action.starts_with("s3:") && is_of_object => {
            format!("arn:aws:s3:::{BUCKET}/{KEY}")
        }
        action if action.starts_with("s3:") || action == "cairn:PutBucketQuota" => {
            format!("arn:aws:s3:::{BUCKET}")
        }
        _ => "*".to_owned(),
    }
}
