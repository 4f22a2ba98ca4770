use clap::Parser;

use super::*;
use crate::cli::{Cli, Command};

fn server_args(flags: &[&str]) -> ServerArgs {
    let typed = ["cairn", "server"].iter().chain(flags);
    match Cli::try_parse_from(typed).unwrap().command {
        Command::Server(args) => args,
        other => panic!("not a server: {other:?}"),
    }
}

fn check(flags: &[&str]) -> Result<ServerConfig, ConfigError> {
    ServerConfig::check(server_args(flags))
}

#[test]
fn addresses_are_resolved_once() {
    let config = check(&[
        "--data",
        "d",
        "--listen",
        "127.0.0.1:0,[::1]:9001",
        "--listen",
        "localhost:80",
    ])
    .unwrap();
    assert_eq!(config.listen[0], "127.0.0.1:0".parse().unwrap());
    assert_eq!(config.listen[1], "[::1]:9001".parse().unwrap());
    assert!(config.listen[2].ip().is_loopback());
    assert_eq!(config.listen[2].port(), 80);
}

#[test]
fn an_address_without_a_port_is_refused() {
    for given in ["127.0.0.1", "localhost:", "127.0.0.1:70000", ""] {
        let refused = check(&["--data", "d", "--listen", given]).unwrap_err();
        assert!(refused.to_string().contains("ADDR:PORT"), "{refused}");
    }
}

#[test]
fn a_region_is_a_plain_word() {
    assert_eq!(check(&["--data", "d"]).unwrap().region, "us-east-1");
    for given in ["", "eu/west", "a b", "é"] {
        assert!(matches!(
            check(&["--data", "d", "--region", given]),
            Err(ConfigError::Region(_))
        ));
    }
}

#[test]
fn access_logs_are_written_every_now_and_then() {
    let interval = |given| check(&["--data", "d", "--access-log-interval", given]);
    let seconds = |given| interval(given).unwrap().access_log_interval.as_secs();
    assert_eq!((seconds("1"), seconds("86400")), (1, 86_400));
    for given in ["0", "86401"] {
        let refused = interval(given);
        assert!(matches!(refused, Err(ConfigError::AccessLogInterval(_))));
    }
}

#[test]
fn webhooks_are_checked_with_their_tokens() {
    let config = check(&[
        "--data",
        "d",
        "--webhook",
        "a=http://localhost:1/x,y b=https://example.com",
        "--webhook-token",
        "b=/run/token",
    ]);
    let webhooks = config.unwrap().webhooks;
    assert_eq!(webhooks[0].url, "http://localhost:1/x,y");
    assert_eq!(webhooks[1].token, Some("/run/token".into()));
    let refused = check(&["--data", "d", "--webhook", "a"]);
    assert!(matches!(refused, Err(ConfigError::Webhook(_))));
}

#[test]
fn a_day_is_no_longer_than_a_real_one() {
    let day = |given| check(&["--data", "d", "--lifecycle-day", given]);
    assert_eq!(check(&["--data", "d"]).unwrap().lifecycle_day, Day::REAL);
    assert_ne!(day("10").unwrap().lifecycle_day, Day::REAL);
    for given in ["0", "86401", "18446744073709551615"] {
        assert!(matches!(day(given), Err(ConfigError::LifecycleDay(_))));
    }
}

#[test]
fn half_a_credential_is_refused() {
    let some = |text: &str| Some(OsString::from(text));
    assert!(root_of(None, None).unwrap().is_none());
    assert!(
        root_of(some("root"), some("long enough"))
            .unwrap()
            .is_some()
    );
    assert!(matches!(
        root_of(some("root"), None),
        Err(ConfigError::HalfCredential(ROOT_PASSWORD))
    ));
    assert!(matches!(
        root_of(None, some("long enough")),
        Err(ConfigError::HalfCredential(ROOT_USER))
    ));
    assert!(matches!(
        root_of(some("root"), some("short")),
        Err(ConfigError::Credential(_))
    ));
}

#[test]
fn log_directives_are_checked() {
    let log = |level| {
        LogConfig::check(&LogArgs {
            log_format: LogFormat::Human,
            log_level: String::from(level),
        })
    };
    assert!(log("debug").is_ok());
    assert!(log("info,s3_api=debug").is_ok());
    assert!(matches!(
        log("s3_api=loud"),
        Err(ConfigError::LogLevel { .. })
    ));
}

#[test]
fn domains_and_proxies_are_checked() {
    let config = check(&[
        "--data",
        "d",
        "--domain",
        "s3.example.com,s3.example.org",
        "--website-domain",
        "web.example.com",
        "--website-listen",
        "127.0.0.1:0",
        "--trusted-proxy",
        "10.0.0.0/8,::1",
        "--sigv2",
    ])
    .unwrap();
    assert_eq!(config.website_listen.len(), 1);
    assert_eq!(config.sigv2, SigV2::Accepted);
    assert!(!config.domains.is_empty() && !config.website_domains.is_empty());
    let plain = check(&["--data", "d"]).unwrap();
    assert_eq!(plain.sigv2, SigV2::Refused);
    assert!(plain.domains.is_empty() && plain.website_listen.is_empty());
    let refused = |flag, value| check(&["--data", "d", flag, value]).unwrap_err();
    assert!(matches!(
        refused("--domain", "a:80"),
        ConfigError::Domain(_)
    ));
    let website = refused("--website-domain", "a b");
    assert!(matches!(website, ConfigError::WebsiteDomain(_)));
    let proxy = refused("--trusted-proxy", "10.0.0.0/99");
    assert!(matches!(proxy, ConfigError::TrustedProxy(_)));
    let listen = refused("--website-listen", "nowhere");
    assert!(matches!(listen, ConfigError::Listen { .. }));
}
