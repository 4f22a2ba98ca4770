//! What people type, shown beneath the help of each command and in `docs/COMMANDS.md`, whose
//! commands a test runs in their order.

pub(crate) struct Examples {
    lines: &'static [&'static str],
    /// Why the test cannot run them, where it cannot.
    #[cfg_attr(not(test), allow(dead_code))]
    not_run: Option<&'static str>,
}

pub(crate) const SERVER: Examples = Examples {
    lines: &[
        "cairn server --data /srv/cairn",
        "cairn server --data /srv/cairn --listen 0.0.0.0:9000 --console 0.0.0.0:9001",
        "cairn server --ephemeral",
    ],
    not_run: Some("OPERATIONS.md starts servers"),
};
pub(crate) const CHECK: Examples = run(&[
    "cairn check --data /srv/cairn",
    "cairn check --data /srv/cairn --read-data --rate 100",
]);
pub(crate) const SCRUB: Examples = run(&["cairn scrub --data /srv/cairn --rate 100"]);
pub(crate) const BACKUP: Examples = run(&["cairn backup --data /srv/cairn --to /backup/cairn"]);
pub(crate) const RESTORE: Examples =
    run(&["cairn restore --from /backup/cairn --data /srv/cairn-restored"]);
pub(crate) const BUCKET: Examples = run(&[
    "cairn bucket add pictures --versioning --quota 10GiB",
    "cairn bucket list",
    "cairn bucket show pictures",
    "cairn bucket config set pictures lifecycle lifecycle.json",
    "cairn bucket config list pictures",
    "cairn bucket config show pictures lifecycle",
    "cairn bucket config remove pictures lifecycle",
    "cairn bucket upload list pictures",
    "cairn bucket empty pictures --yes",
    "cairn bucket remove pictures",
]);
pub(crate) const QUOTA: Examples = run(&[
    "cairn quota set photos --bytes 10GiB --objects 100000",
    "cairn quota show photos",
    "cairn quota remove photos",
]);
pub(crate) const LIFECYCLE: Examples = run(&[
    "cairn bucket config set photos lifecycle lifecycle.json",
    "cairn lifecycle dry-run photos",
    "cairn lifecycle run photos",
    "cairn lifecycle runs",
]);
pub(crate) const EVENTS: Examples = run(&["cairn events list", "cairn events retry"]);
pub(crate) const KMS: Examples = run(&[
    "cairn kms key add photos",
    "cairn kms key list",
    "cairn kms key show photos",
    "cairn kms key rotate photos",
    "cairn kms key disable photos",
    "cairn kms key enable photos",
]);
pub(crate) const USER: Examples = run(&[
    "cairn user add anna --policy AmazonS3ReadOnlyAccess",
    "cairn user password anna < password.txt",
    "cairn user list",
    "cairn user list --search an",
    "cairn user show anna",
    "cairn user permission list anna",
    "cairn user boundary set anna AmazonS3FullAccess",
    "cairn user boundary remove anna",
    "cairn user tag set anna team=red",
    "cairn user tag remove anna team",
    "cairn user disable anna",
    "cairn user enable anna",
]);
pub(crate) const GROUP: Examples = run(&[
    "cairn group add readers --policy AmazonS3ReadOnlyAccess",
    "cairn group join readers anna",
    "cairn group show readers",
    "cairn group leave readers anna",
]);
pub(crate) const POLICY: Examples = run(&[
    "cairn policy list",
    "cairn policy add photos-read policy.json",
    "cairn policy show photos-read",
    "cairn policy set photos-read policy.json",
    "cairn policy limits set photos-read --storage 10GiB --rate 100",
    "cairn policy attach photos-read --user anna",
    "cairn policy test anna s3:GetObject --on photos/cat.jpg",
    "cairn policy holder list photos-read",
    "cairn policy version list photos-read",
    "cairn policy version set photos-read 1",
    "cairn policy detach photos-read --user anna",
]);
pub(crate) const KEY: Examples = run(&["cairn key add anna --expires 90d", "cairn key list anna"]);
pub(crate) const TOKEN: Examples = run(&[
    "cairn token add nightly --expires 90d --policy policy.json",
    "cairn token list",
]);
pub(crate) const SESSION: Examples = Examples {
    lines: &["cairn session list --server https://HOST:9001 --certificate server.crt"],
    not_run: Some("the access token of a login is wanted, which the tests of sessions have"),
};
pub(crate) const PROFILE: Examples = Examples {
    lines: &["cairn profile show --server https://HOST:9001 --certificate server.crt"],
    not_run: Some("a token is wanted, which the tests of profiles have"),
};
pub(crate) const ACCOUNT: Examples = run(&[
    "cairn account add carl",
    "cairn account list",
    "cairn account show carl",
]);
pub(crate) const JOB: Examples = run(&["cairn job list"]);
pub(crate) const AUDIT: Examples = run(&[
    "cairn audit list --target photos --from 24h",
    "cairn audit export audit.jsonl --from 30d",
]);
pub(crate) const SETTING: Examples = run(&["cairn setting list", "cairn setting show region"]);
pub(crate) const STATUS: Examples = run(&["cairn status", "cairn status --json"]);
pub(crate) const HEALTH: Examples = run(&[
    "cairn health --data /srv/cairn",
    "cairn health --endpoint http://127.0.0.1:9000",
]);
pub(crate) const COMPLETIONS: Examples = run(&["cairn completions bash > cairn.bash"]);
pub(crate) const CONFIG: Examples = run(&[
    "cairn config show --data /srv/cairn",
    "cairn config check config.toml",
]);

const fn run(lines: &'static [&'static str]) -> Examples {
    Examples {
        lines,
        not_run: None,
    }
}

/// As it stands beneath the help of a command.
pub(crate) fn help(examples: &Examples) -> String {
    let lines = examples.lines.iter().map(|line| format!("\n  {line}"));
    format!("Examples:{}", lines.collect::<String>())
}

/// The part of it that is about one command.
pub(crate) fn about(help: &str, command: &str) -> Option<String> {
    let is_about = |line: &&str| {
        let rest = line.trim_start().strip_prefix(command);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let lines: Vec<&str> = help.lines().filter(is_about).collect();
    match lines.len() {
        0 => None,
        1 => Some(format!("Example:\n{}", lines[0])),
        _ => Some(format!("Examples:\n{}", lines.join("\n"))),
    }
}

/// As it stands in the document.
#[cfg(test)]
pub(crate) fn document(help: &str) -> String {
    let all = [
        SERVER,
        CHECK,
        SCRUB,
        BACKUP,
        RESTORE,
        BUCKET,
        QUOTA,
        LIFECYCLE,
        EVENTS,
        KMS,
        USER,
        GROUP,
        POLICY,
        KEY,
        TOKEN,
        SESSION,
        PROFILE,
        ACCOUNT,
        JOB,
        AUDIT,
        SETTING,
        STATUS,
        HEALTH,
        COMPLETIONS,
        CONFIG,
    ];
    let shown = all.iter().find(|it| self::help(it) == help);
    let Some(Examples { lines, not_run }) = shown else {
        return String::new();
    };
    let said = not_run.map_or_else(String::new, |why| format!("<!-- run: not, {why} -->\n"));
    format!("{said}```sh\n{}\n```\n", lines.join("\n"))
}
