//! What a server is configured with, as an operator sees it: shown, checked, read anew, asked for.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use support::certificate::Certificate;
use support::process::Ended;
use support::server::{Server, cairn, command_with_root, run};
use support::until;

fn binary(arguments: &[&str]) -> Command {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.args(arguments);
    command
}

fn ended(arguments: &[&str]) -> Ended {
    run(&mut binary(arguments))
}

#[test]
fn what_counts_is_shown_with_where_it_comes_from() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("settings.toml");
    fs::write(&file, "\nregion = \"eu-central-1\"\n").unwrap();
    let file = file.to_str().unwrap();
    let mut command = binary(&["config", "show", "--config", file, "--sigv2"]);
    command.env("CAIRN_LOG_LEVEL", "warn");
    command.env("MINIO_ROOT_PASSWORD", "a-secret-nobody-sees");
    command.env("MINIO_ROOT_USER", "somebody");
    let shown = run(&mut command);
    assert_eq!(shown.status.code(), Some(0), "{}", shown.stderr);
    for line in [
        &*format!("region\teu-central-1\t{file}:2\n"),
        "sigv2\ttrue\t--sigv2\n",
        "log-level\twarn\tCAIRN_LOG_LEVEL\n",
        "listen\t127.0.0.1:9000\tdefault\n",
        "root-user\tsomebody\tMINIO_ROOT_USER\n",
        "root-password\t(hidden)\tMINIO_ROOT_PASSWORD\n",
        "domain\t-\tdefault\n",
        "access-log-interval\t300 seconds\tdefault\n",
        "body-memory\t1024 MiB\tdefault\n",
    ] {
        assert!(
            shown.stdout.contains(line),
            "no {line:?} in\n{}",
            shown.stdout
        );
    }
    assert_eq!(shown.stderr, "");
    let shown = run(command.arg("--json"));
    assert_eq!(shown.stdout.lines().count(), 1, "{}", shown.stdout);
    assert!(!shown.stdout.contains("a-secret"), "{}", shown.stdout);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let settings = shown["settings"].as_array().unwrap();
    let of = |name: &str| settings.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(of("sigv2")["value"], true);
    assert_eq!(of("access-log-interval")["value"], 300);
    assert_eq!(of("access-log-interval")["unit"], "seconds");
    assert_eq!(of("listen")["value"][0], "127.0.0.1:9000");
    assert_eq!(of("root-password")["value"], serde_json::Value::Null);
    assert_eq!(of("root-password")["set"], true);
}

#[test]
fn a_file_is_checked_and_everything_wrong_with_it_told() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("settings.toml");
    fs::write(&file, "region = \"eu central\"\nlisen = []\n").unwrap();
    let path = file.to_str().unwrap();
    let checked = ended(&["config", "check", path]);
    assert_eq!(checked.status.code(), Some(2));
    assert!(
        checked.stderr.contains(&format!("{path}:1: region")),
        "{}",
        checked.stderr
    );
    assert!(
        checked.stderr.contains("did you mean listen?"),
        "{}",
        checked.stderr
    );
    let told = ended(&["config", "check", path, "--json"]);
    assert_eq!(told.stdout.lines().count(), 1, "{}", told.stdout);
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(told["faults"].as_array().unwrap().len(), 2);
    // A server says the same and does not start.
    let data = place.path().join("data");
    let data = data.to_str().unwrap();
    let refused = ended(&["server", "--data", data, "--config", path]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(refused.stderr, checked.stderr);
    assert!(!Path::new(data).exists());

    fs::write(&file, "region = \"eu-central-1\"\n").unwrap();
    assert_eq!(ended(&["config", "check", path]).status.code(), Some(0));
}

#[test]
fn a_variable_that_nothing_reads_is_told_of() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("settings.toml");
    fs::write(&file, "region = \"eu-central-1\"\n").unwrap();
    let path = file.to_str().unwrap();
    let says = "CAIRN_LOG_LEVL: no setting is called so; did you mean CAIRN_LOG_LEVEL?";
    for arguments in [&["config", "show"][..], &["config", "check", path]] {
        let shown = run(binary(arguments).env("CAIRN_LOG_LEVL", "debug"));
        assert_eq!(shown.status.code(), Some(0), "{}", shown.stderr);
        assert_eq!(shown.stderr, format!("warning: {says}\n"));
        let shown = run(binary(arguments)
            .arg("--json")
            .env("CAIRN_LOG_LEVL", "debug"));
        let told: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        assert_eq!(told["warnings"], serde_json::json!([says]));
    }
    let mut command = command_with_root(&place.path().join("data"));
    let ended = Server::start(command.env("CAIRN_LOG_LEVL", "debug")).stop();
    assert!(ended.stderr.contains(says), "{}", ended.stderr);
}

#[test]
fn a_secret_may_come_from_a_file() {
    let place = tempfile::tempdir().unwrap();
    let password = place.path().join("password");
    fs::write(&password, "a secret from a file\n").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    let mut command = support::server::command(&place.path().join("data"));
    command.env("CAIRN_ROOT_USER", "keeper");
    command.env("CAIRN_ROOT_PASSWORD_FILE", &password);
    let server = Server::start(&mut command);
    let keys = ("keeper", "a secret from a file");
    let answer = support::signed::ask("PUT", server.address, "/photos", keys, "");
    assert_eq!(answer.status, 200, "{}", answer.body);
    server.stop_unharmed();
    // Others may read it.
    fs::set_permissions(&password, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = run(&mut command);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        refused.stderr.contains("CAIRN_ROOT_PASSWORD_FILE: ")
            && refused.stderr.contains("chmod 600"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_hangup_reads_the_configuration_anew() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("settings.toml");
    fs::write(&file, "log-level = \"info\"\nregion = \"us-east-1\"\n").unwrap();
    let data = place.path().join("data");
    let mut command = command_with_root(&data);
    let mut server = Server::start(command.arg("--config").arg(&file));
    let said = |server: &mut Server, what: &str| {
        let found = |line: &str| line.contains(what).then(|| line.to_owned());
        server.process_mut().wait_for_log(found)
    };
    let changed = "log-level = \"debug\"\nregion = \"eu-west-1\"\nconnections = 100\n";
    fs::write(&file, changed).unwrap();
    server.process().signal(libc::SIGHUP);
    let reloaded = said(&mut server, "configuration reloaded");
    assert!(reloaded.contains("\"settings\":2"), "{reloaded}");
    let restart = said(&mut server, "from the next start on");
    assert!(restart.contains("\"setting\":\"region\""), "{restart}");
    // What is logged at the new level only.
    support::http::get(server.address, "/a-bucket");
    let line = said(&mut server, "/a-bucket");
    assert!(line.contains("DEBUG"), "{line}");

    // One that cannot be used changes nothing.
    fs::write(&file, "log-level = \"off\"\nconections = 1\n").unwrap();
    server.process().signal(libc::SIGHUP);
    said(&mut server, "did you mean connections?");
    said(&mut server, "nothing has changed");
    support::http::get(server.address, "/another-bucket");
    said(&mut server, "/another-bucket");
    let ended = server.stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
}

#[test]
fn a_server_is_asked_whether_it_is_ready() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(&mut command_with_root(&place.path().join("data")));
    let address = server.address.to_string();
    let endpoint = format!("http://{address}");
    let asked = ended(&["health", "--endpoint", &endpoint]);
    assert_eq!(asked.status.code(), Some(0), "{}", asked.stderr);
    assert_eq!(asked.stdout, format!("{endpoint}: ready\n"));
    // Where it is stands in the configuration, too.
    let asked = run(binary(&["health", "--json"]).env("CAIRN_LISTEN", &address));
    let told: serde_json::Value = serde_json::from_str(&asked.stdout).unwrap();
    assert_eq!(
        (told["ready"].as_bool(), told["endpoint"].as_str()),
        (Some(true), Some(&*endpoint))
    );
    let file = place.path().join("settings.toml");
    fs::write(&file, format!("listen = [\"{address}\"]\n")).unwrap();
    let asked = ended(&["health", "--config", file.to_str().unwrap()]);
    assert_eq!(asked.status.code(), Some(0), "{}", asked.stdout);
    server.kill();
    let asked = ended(&["health", "--endpoint", &endpoint]);
    assert_eq!(asked.status.code(), Some(1));
    assert!(
        asked.stdout.contains("cannot be reached"),
        "{}",
        asked.stdout
    );
    let asked = run(binary(&["health"]).env("CAIRN_LISTEN", "127.0.0.1:0"));
    assert_eq!(asked.status.code(), Some(2), "{}", asked.stdout);
    assert!(asked.stderr.contains("--endpoint"), "{}", asked.stderr);
}

#[test]
fn a_server_with_tls_is_known_by_its_certificate() {
    let place = tempfile::tempdir().unwrap();
    let certificate = Certificate::make(place.path());
    let mut command = command_with_root(&place.path().join("data"));
    certificate.show(&mut command);
    let server = Server::start(&mut command);
    let asked = |listen: &str, certificate: &Certificate| {
        let mut command = binary(&["health"]);
        command.env("CAIRN_LISTEN", listen);
        command.env("CAIRN_TLS_CERTIFICATE", &certificate.certificate);
        run(command.env("CAIRN_TLS_KEY", &certificate.key))
    };
    let address = server.address.to_string();
    let answer = asked(&address, &certificate);
    assert_eq!(answer.status.code(), Some(0), "{}", answer.stdout);
    assert_eq!(answer.stdout, format!("https://{address}: ready\n"));
    // Another one is somebody else's. It lies elsewhere: the server looks at its own now and then.
    let elsewhere = place.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let other = Certificate::make(&elsewhere);
    let answer = asked(&address, &other);
    assert_eq!(answer.status.code(), Some(1), "{}", answer.stdout);
    // A new one is shown on a hangup at once.
    Certificate::make(place.path());
    server.process().signal(libc::SIGHUP);
    until("the new certificate is shown", || {
        asked(&address, &certificate).status.code() == Some(0)
    });
}

#[test]
fn shells_are_told_of_commands_and_flags() {
    for shell in ["bash", "zsh", "fish"] {
        let script = ended(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0), "{}", script.stderr);
        for word in [
            "access-log-interval",
            "dry-run",
            "webhook",
            "rotate",
            "token",
        ] {
            assert!(script.stdout.contains(word), "{word} in {shell}");
        }
    }
    assert_eq!(ended(&["completions", "ksh"]).status.code(), Some(2));
}

/// What the unit says of its files is so: the settings are read, by a user there is.
#[test]
fn the_service_reads_its_configuration() {
    let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging");
    let read = |name: &str| fs::read_to_string(packaging.join(name)).unwrap();
    let unit = read("cairn.service");
    let of = |name: &str| {
        let values = unit.lines().filter_map(|line| line.strip_prefix(name));
        values.collect::<Vec<_>>().join(" ")
    };
    let variables = of("Environment=");
    let variables = variables
        .split(' ')
        .map(|pair| pair.split_once('=').unwrap());
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("config.toml");
    // With all that it proposes.
    let proposed = |line: &str| {
        line.strip_prefix("# ")
            .filter(|it| it.contains(" = "))
            .is_some()
    };
    let settings = read("config.toml");
    let settings = settings.lines().map(|line| match proposed(line) {
        true => line.trim_start_matches("# "),
        false => line,
    });
    let settings: Vec<&str> = settings.collect();
    assert!(settings.iter().any(|line| line.starts_with("listen = ")));
    fs::write(&file, settings.join("\n")).unwrap();
    let mut shown = binary(&["config", "show"]);
    for (name, value) in variables {
        let value = value.replace("/etc/cairn/config.toml", file.to_str().unwrap());
        shown.env(name, value);
    }
    let shown = run(&mut shown);
    assert_eq!((shown.status.code(), &*shown.stderr), (Some(0), ""));
    for line in [
        &*format!("listen\t:9000\t{}:", file.display()),
        "data\t/var/lib/cairn\tCAIRN_DATA\n",
    ] {
        assert!(shown.stdout.contains(line), "{line}: {}", shown.stdout);
    }
    let user = of("User=");
    assert!(read("cairn.sysusers.conf").contains(&format!("\nu {user} ")));
    assert_eq!(
        of("DynamicUser="),
        "",
        "such a user owns nothing in /etc/cairn"
    );
}
