//! What each setting takes, and what it refuses.

use super::*;

#[test]
fn addresses_are_resolved_once() {
    let listen = "127.0.0.1:0,[::1]:9001";
    let config = config(&["--listen", listen, "--listen", "localhost:80"]);
    assert_eq!(config.listen[0], "127.0.0.1:0".parse().unwrap());
    assert_eq!(config.listen[1], "[::1]:9001".parse().unwrap());
    assert!(config.listen[2].ip().is_loopback());
    assert_eq!(config.listen[2].port(), 80);
}

#[test]
fn a_port_alone_is_one_of_all_addresses() {
    let listen = config(&["--listen", ":9000", "--console", ":9001"]);
    assert!(listen.listen[0].ip().is_unspecified() && listen.listen[0].port() == 9000);
    assert!(listen.console.unwrap().ip().is_unspecified());
}

#[test]
fn an_address_without_a_port_is_refused() {
    for given in [
        "127.0.0.1",
        "localhost:",
        "127.0.0.1:70000",
        ":",
        ":70000",
        "",
    ] {
        let refused = fault(check(&["--listen", given]));
        assert!(refused.contains("ADDR:PORT"), "{refused}");
        assert!(refused.starts_with("--listen "), "{refused}");
    }
}

#[test]
fn a_region_is_a_plain_word() {
    assert_eq!(config(&[]).region, "us-east-1");
    for given in ["", "eu/west", "a b", "é"] {
        let refused = fault(check(&["--region", given]));
        assert!(refused.starts_with("--region "), "{refused}");
    }
}

#[test]
fn a_public_url_is_a_scheme_and_a_host() {
    assert_eq!(config(&[]).public_url, None);
    let url = config(&["--public-url", "https://S3.example.com:443/"]).public_url;
    assert_eq!(url.unwrap().to_string(), "https://s3.example.com");
    for given in ["s3.example.com", "https://s3.example.com/store", "ftp://s3"] {
        let refused = fault(check(&["--public-url", given]));
        assert!(refused.starts_with("--public-url "), "{refused}");
        assert!(refused.contains(&format!("{given:?}")), "{refused}");
    }
}

#[test]
fn a_public_url_is_no_bucket() {
    let url = ["--public-url", "https://photos.s3.example.com"];
    config(&[&url[..], &["--domain", "photos.s3.example.com"]].concat());
    for domains in ["--domain", "--website-domain"] {
        let refused = fault(check(&[&url[..], &[domains, "S3.example.com"]].concat()));
        assert!(refused.starts_with("--public-url: "), "{refused}");
        assert!(refused.contains("the bucket \"photos\""), "{refused}");
    }
}

#[test]
fn numbers_have_bounds() {
    for name in ["access-log-interval", "lifecycle-day"] {
        let flag = format!("--{name}");
        config(&[&flag, "1"]);
        config(&[&flag, "86400"]);
        for given in ["0", "86401", "18446744073709551616", "-1", "ten", ""] {
            let refused = fault(check(&[&format!("{flag}={given}")]));
            assert!(refused.contains("1 to 86400"), "{refused}");
        }
    }
    let interval = config(&["--access-log-interval", "7"]).access_log_interval;
    assert_eq!(interval, Duration::from_secs(7));
    let silence = config(&["--copy-silence", "5"]).copy_silence;
    assert_eq!(silence, Duration::from_millis(5));
    let usual = Duration::from_secs(s3_api::limits::SILENCE_SECONDS_MAX);
    assert_eq!(config(&[]).copy_silence, usual);
    assert_eq!(config(&[]).lifecycle_day, Day::REAL);
    assert_ne!(config(&["--lifecycle-day", "10"]).lifecycle_day, Day::REAL);
}

#[test]
fn webhooks_are_checked_with_their_tokens() {
    let webhooks = config(&[
        "--webhook",
        "a=http://localhost:1/x,y b=https://example.com",
        "--webhook-token",
        "b=/run/token",
    ])
    .webhooks;
    assert_eq!(webhooks[0].url, "http://localhost:1/x,y");
    assert_eq!(webhooks[1].token, Some("/run/token".into()));
    let refused = fault(check(&["--webhook", "a"]));
    assert!(
        refused.starts_with("--webhook \"a\": expected NAME=URL"),
        "{refused}"
    );
}

#[test]
fn half_a_credential_is_refused() {
    let with = |variables: &[(&str, &str)]| gather(&["--data", "d"], variables).check();
    assert!(with(&[]).unwrap().root.is_none());
    let user = ("CAIRN_ROOT_USER", "root");
    let password = ("CAIRN_ROOT_PASSWORD", "long enough");
    let root = with(&[user, password]).unwrap().root.unwrap();
    assert_eq!((root.user(), root.password()), ("root", "long enough"));

    let refused = fault(with(&[user]));
    assert!(
        refused.contains("CAIRN_ROOT_PASSWORD is not set"),
        "{refused}"
    );
    let refused = fault(with(&[password]));
    assert!(refused.contains("CAIRN_ROOT_USER is not set"), "{refused}");
    let refused = fault(with(&[user, ("CAIRN_ROOT_PASSWORD", "short")]));
    assert!(refused.contains("8 to 128"), "{refused}");
    assert!(!refused.contains("\"short\""), "{refused}");
}

#[test]
fn the_log_is_checked() {
    let log = config(&["--log-level", "info,s3_api=debug", "--log-format", "json"]);
    assert_eq!(
        (log.log_format, &*log.live.log_level),
        (LogFormat::Json, "info,s3_api=debug")
    );
    let refused = fault(check(&["--log-level", "s3_api=loud"]));
    assert!(
        refused.starts_with("--log-level \"s3_api=loud\": "),
        "{refused}"
    );
    let refused = fault(check(&["--log-format", "xml"]));
    assert!(refused.contains("human or json"), "{refused}");
}

#[test]
fn domains_and_proxies_are_checked() {
    let config = config(&[
        "--domain",
        "s3.example.com,s3.example.org",
        "--website-domain",
        "web.example.com",
        "--website-listen",
        "127.0.0.1:0",
        "--trusted-proxy",
        "10.0.0.0/8,::1",
    ]);
    assert_eq!(config.website_listen.len(), 1);
    assert!(!config.domains.is_empty() && !config.website_domains.is_empty());
    let plain = super::config(&[]);
    assert!(plain.domains.is_empty() && plain.website_listen.is_empty());
    for (flag, value) in [
        ("--domain", "a:80"),
        ("--website-domain", "a b"),
        ("--trusted-proxy", "10.0.0.0/99"),
        ("--website-listen", "nowhere"),
    ] {
        let refused = fault(check(&[flag, value]));
        assert!(
            refused.starts_with(flag) && refused.contains(value),
            "{refused}"
        );
    }
}

#[test]
fn a_switch_can_be_turned_either_way() {
    let sigv2 = |flags: &[&str]| config(flags).sigv2;
    assert_eq!(sigv2(&[]), SigV2::Refused);
    assert_eq!(sigv2(&["--sigv2"]), SigV2::Accepted);
    assert_eq!(sigv2(&["--sigv2=false"]), SigV2::Refused);
    let set = |value| gather(&["--data", "d"], &[("CAIRN_SIGV2", value)]).check();
    assert_eq!(set("1").unwrap().sigv2, SigV2::Accepted);
    assert_eq!(set("off").unwrap().sigv2, SigV2::Refused);
    assert_eq!(
        fault(set("maybe")),
        "CAIRN_SIGV2 \"maybe\": expected true or false"
    );
}

#[test]
fn choices_are_choices() {
    let chosen = config(&[
        "--object-ownership",
        "ObjectWriter",
        "--customer-keys",
        "anywhere",
    ]);
    assert_eq!(chosen.ownership, Ownership::ObjectWriter);
    assert_eq!(chosen.customer_keys, CustomerKeys::Anywhere);
    let refused = fault(check(&["--object-ownership", "Nobody"]));
    assert!(refused.contains("BucketOwnerEnforced"), "{refused}");
}

#[test]
fn every_row_of_the_table_can_be_found_and_starts_as_it_says() {
    let effective = gather(&[], &[]);
    for (at, setting) in SETTINGS.iter().enumerate() {
        let name = setting.name;
        let others = SETTINGS.iter().skip(at + 1);
        assert!(
            others.clone().all(|other| other.name != name),
            "{name} twice"
        );
        assert!(setting.about.len() > 10, "{name} is not explained");
        assert!(
            !setting.about.ends_with('.'),
            "{name}: one sentence, no full stop"
        );
        let (value, origin) = value(&effective, name);
        assert_eq!(origin, "default");
        assert_eq!(value, setting.default.unwrap_or_default(), "{name}");
    }
    // Its own defaults are nothing it would complain of.
    assert_eq!(effective.faults(), []);
}
