//! Real clients, as released, against the real binary. What they check is in `tests/clients`, and so
//! are the launchers that install them into the cache folder on first use. `make clients-matrix`
//! writes down in `docs/CLIENTS.md` what a run has shown.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::certificate::Certificate;
use support::process::succeeded;
use support::server::{PASSWORD, Server, USER, command_with_root};

/// Checks of one client.
struct Checks {
    /// Where they are written, from the folder of the clients.
    source: &'static str,
    /// The launchers that run them, each given what follows it, and the arguments of the last one.
    command: &'static [&'static str],
    /// What the server is told.
    flags: &'static [&'static str],
    way: Way,
}

/// How the client gets to the server.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Plain,
    Tls,
}

/// Runs all checks against a server of their own.
fn run(checks: &Checks) {
    let place = tempfile::tempdir().unwrap();
    let mut server = command_with_root(&place.path().join("data"));
    let certificate = Certificate::make(place.path());
    let scheme = match checks.way {
        Way::Plain => "http",
        Way::Tls => {
            certificate.show(&mut server);
            "https"
        }
    };
    let server = Server::start(server.args(checks.flags));
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let mut command = Command::new(clients.join(checks.command[0]));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    if checks.way == Way::Tls {
        command.env("AWS_CA_BUNDLE", &certificate.certificate);
    }
    let done = command
        .args(&checks.command[1..])
        .current_dir(&clients)
        // No byte code beside the sources.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("CAIRN_ENDPOINT", format!("{scheme}://{}", server.address))
        .env("AWS_ACCESS_KEY_ID", USER)
        .env("AWS_SECRET_ACCESS_KEY", PASSWORD)
        .output()
        .unwrap();
    let source = checks.source;
    // Of a check that could not run here, the reason is in it.
    let said = succeeded(source, &done);
    server.stop_unharmed();
    if let Some(reports) = std::env::var_os("CAIRN_CLIENTS_REPORTS") {
        let report = Path::new(&reports).join(source.replace('/', "_"));
        fs::write(report, format!("source  {source}\n{said}")).unwrap();
    }
}

/// One test for each: its name, its source, its command, the server's flags and the way there.
macro_rules! clients {
    ($($name:ident: $source:literal, $command:expr, $flags:expr, $way:ident;)*) => {$(
        #[test]
        fn $name() {
            let (command, flags) = (&$command, &$flags);
            run(&Checks { source: $source, command, flags, way: Way::$way });
        }
    )*};
}

clients! {
    boto3_buckets: "boto3_buckets.py", ["python", "boto3_buckets.py"], [], Plain;
    boto3_objects: "boto3_objects.py", ["python", "boto3_objects.py"], [], Plain;
    boto3_keys: "boto3_keys.py", ["python", "boto3_keys.py"], [], Plain;
    boto3_late: "boto3_late.py", ["python", "boto3_late.py"], ["--copy-silence", "5"], Plain;
    boto3_limits: "boto3_limits.py", ["python", "boto3_limits.py"], ["--key-rate", "5"], Plain;
    boto3_multipart: "boto3_multipart.py", ["python", "boto3_multipart.py"], [], Plain;
    boto3_tls: "boto3_tls.py", ["python", "boto3_tls.py"], [], Tls;
    boto3_identities: "boto3_identities.py", ["python", "boto3_identities.py"], [], Plain;
    boto3_crt: "boto3_crt.py", ["python", "boto3_crt.py"], [], Plain;
    botocore_signatures: "botocore_signatures.py", ["python", "botocore_signatures.py"], ["--sigv2"], Plain;
    awscli: "awscli_round_trips.py", ["python", "awscli_round_trips.py"], [], Plain;
    awscli_2: "awscli_2_round_trips.py", ["python", "awscli_2_round_trips.py"], [], Plain;
    s3cmd: "s3cmd_round_trips.py", ["python", "s3cmd_round_trips.py"], ["--sigv2"], Plain;
    rclone: "rclone_round_trips.py", ["python", "rclone_round_trips.py"], [], Plain;
    restic: "restic_round_trips.py", ["python", "restic_round_trips.py"], [], Plain;
    s3fs: "s3fs_mount.py", ["python", "s3fs_mount.py"], [], Plain;
    minio_py: "minio_py.py", ["python", "minio_py.py"], [], Plain;
    pyarrow: "pyarrow_files.py", ["python", "pyarrow_files.py"], [], Plain;
    sdk_for_javascript: "sdk_js.js", ["node", "sdk_js.js"], [], Plain;
    browser: "browser.js", ["debian", "./node", "browser.js"], [], Plain;
    sdk_for_rust: "rust/src/sdk_checks.rs", ["cargo", "aws-sdk-s3"], [], Plain;
    object_store: "rust/src/object_store_checks.rs", ["cargo", "object_store"], [], Plain;
}
