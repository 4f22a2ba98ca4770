//! All settings. Flags, environment variables, keys of the file, checks and documentation are made
//! from these rows.

use admin::{BasePath, PublicUrl};
use s3_api::{CustomerKeys, Domains, Ownership, SigV2};

use super::checks::{console, day, milliseconds, region, resolve_all, seconds};
use super::log_level::log_level;
use super::setting::{Kind, Setting, switch};
use crate::config::LogFormat;
use crate::proxies::TrustedProxies;

const DAY_SECONDS: u64 = 86_400;
const SILENCE_MILLISECONDS_MAX: u64 = 60_000;
const SLOW_MILLISECONDS_MAX: u64 = 3_600_000;
/// Two series and more for each.
const METRICS_NAMES_MAX: u64 = 10_000;
/// More than one machine can mean.
const CONNECTIONS_MAX: u64 = 1 << 16;
const MEBIBYTES_MAX: u64 = 1 << 24;
const COUNT: Kind = Kind::Whole {
    from: 0,
    to: 1_000_000,
};

pub(crate) static SETTINGS: &[Setting] = &[
    Setting::new(
        "data",
        Kind::Path,
        "DIR",
        "Folder that holds everything: objects, index and root credential; made when it is missing",
        |draft, values| {
            draft.config.data = values[0].clone().into();
            Ok(())
        },
    ),
    Setting::new(
        "listen",
        Kind::List(','),
        "ADDR:PORT",
        "Addresses to listen on, :9000 for all of this machine; a host name is looked up once; port 0 \
         takes a free one, which the log names",
        |draft, values| {
            draft.config.listen = resolve_all(values)?;
            match draft.config.listen.is_empty() {
                true => Err("expected at least one ADDR:PORT".to_owned()),
                false => Ok(()),
            }
        },
    )
    .or("127.0.0.1:9000"),
    Setting::new(
        "region",
        Kind::Text,
        "NAME",
        "Region that clients sign for",
        |draft, values| {
            draft.config.region = region(&values[0])?;
            Ok(())
        },
    )
    .or("us-east-1"),
    Setting::new(
        "domain",
        Kind::List(','),
        "NAME",
        "Domains beneath which names are buckets: with s3.example.com, the host \
         photos.s3.example.com is the bucket photos; path style works beside it",
        |draft, values| {
            draft.config.domains = domains(values)?;
            Ok(())
        },
    ),
    Setting::new(
        "public-url",
        Kind::Text,
        "URL",
        "Where clients reach S3, if not at the host the console is asked by with the port of S3: \
         such as https://s3.example.com behind a proxy; links that the console makes begin so",
        |draft, values| {
            let url = PublicUrl::parse(&values[0]);
            let url = url.map_err(|error| format!("{:?}: {error}", values[0]))?;
            draft.config.public_url = Some(url);
            Ok(())
        },
    ),
    Setting::new(
        "website-domain",
        Kind::List(','),
        "NAME",
        "The same for buckets as websites, on every listener",
        |draft, values| {
            draft.config.website_domains = domains(values)?;
            Ok(())
        },
    ),
    Setting::new(
        "website-listen",
        Kind::List(','),
        "ADDR:PORT",
        "Addresses that serve nothing but websites",
        |draft, values| {
            draft.config.website_listen = resolve_all(values)?;
            Ok(())
        },
    ),
    Setting::new(
        "console",
        Kind::Text,
        "ADDR:PORT",
        "Address of the console and the admin interface; off for neither",
        |draft, values| {
            draft.config.console = console(&values[0])?;
            Ok(())
        },
    )
    .or("127.0.0.1:9001"),
    Setting::new(
        "console-base-path",
        Kind::Text,
        "PATH",
        "Path beneath which a proxy shows the console and the admin interface, such as /cairn; it \
         may pass it on or take it off",
        |draft, values| {
            let base = BasePath::parse(&values[0]);
            draft.config.console_base = base.map_err(|error| error.to_string())?;
            Ok(())
        },
    )
    .or("/"),
    Setting::new(
        "tls-certificate",
        Kind::Paths(':'),
        "FILE",
        "Certificates in PEM form, each with what links it to a root: with them all listeners speak \
         TLS and nothing else; who asks for a name is shown the one for it, everybody else the first",
        |draft, values| {
            draft.tls_certificates = values.to_vec();
            Ok(())
        },
    ),
    Setting::new(
        "tls-key",
        Kind::Paths(':'),
        "FILE",
        "Private keys of the certificates, in the same order",
        |draft, values| {
            draft.tls_keys = values.to_vec();
            Ok(())
        },
    ),
    Setting::new(
        "trusted-proxy",
        Kind::List(','),
        "CIDR",
        "Proxies whose X-Forwarded-For, -Host and -Proto are believed: addresses, or ranges of them",
        |draft, values| {
            draft.config.live.proxies = TrustedProxies::parse(values).map_err(|wrong| {
                format!("{wrong:?} is neither an address nor a range such as 10.0.0.0/8")
            })?;
            Ok(())
        },
    )
    .reloaded(),
    Setting::new(
        "connections",
        Kind::Whole {
            from: 1,
            to: CONNECTIONS_MAX,
        },
        "COUNT",
        "Connections served at once, fewer where the limit of open files is low; further ones wait",
        |draft, values| {
            let count = values[0].parse();
            draft.config.live.connections = count.map_err(|_| "expected a number")?;
            Ok(())
        },
    )
    .or("16384")
    .reloaded(),
    Setting::new(
        "requests-at-once",
        COUNT,
        "COUNT",
        "Requests of S3 under way at once, from their heads to the ends of their answers; further \
         ones are told to slow down, 0 for no bound",
        |draft, values| {
            draft.config.live.load.requests_at_once = count(&values[0])?;
            Ok(())
        },
    )
    .or("0")
    .reloaded(),
    Setting::new(
        "body-memory",
        Kind::Whole { from: 0, to: MEBIBYTES_MAX },
        "MIB",
        "Memory for bodies of requests and answers under way; who finds none within a second is \
         told to slow down, 0 for no bound",
        |draft, values| {
            let mebibytes = u64::from(count(&values[0])?);
            draft.config.live.load.body_bytes = mebibytes << 20;
            Ok(())
        },
    )
    .or("1024")
    .reloaded(),
    Setting::new(
        "key-rate",
        COUNT,
        "PER_SECOND",
        "Requests a second with one access key; it may save up those of a second, and further ones \
         are told to slow down, 0 for no bound",
        |draft, values| {
            draft.config.live.load.key_requests_per_second = count(&values[0])?;
            Ok(())
        },
    )
    .or("0")
    .reloaded(),
    Setting::new(
        "user-rate",
        COUNT,
        "PER_SECOND",
        "The same of one user, whatever keys and sessions it has; policies may set lower ones",
        |draft, values| {
            draft.config.live.load.user_requests_per_second = count(&values[0])?;
            Ok(())
        },
    )
    .or("0")
    .reloaded(),
    Setting::new(
        "address-rate",
        COUNT,
        "PER_SECOND",
        "The same from one address, or network of 64 bits of version 6; behind a proxy that is \
         trusted those of its clients count",
        |draft, values| {
            draft.config.live.load.address_requests_per_second = count(&values[0])?;
            Ok(())
        },
    )
    .or("0")
    .reloaded(),
    Setting::new(
        "sigv2",
        Kind::Switch,
        "BOOL",
        "Accept signatures of Version 2 too, in headers, links and forms: for old clients only, they \
         sign neither the host nor the body",
        |draft, values| {
            draft.config.sigv2 = match switch(&values[0]) {
                Some(true) => SigV2::Accepted,
                _ => SigV2::Refused,
            };
            Ok(())
        },
    )
    .or("false"),
    Setting::new(
        "object-ownership",
        Kind::Choice(&["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]),
        "OWNERSHIP",
        "What a new bucket is set to whose maker says nothing: BucketOwnerEnforced (access control \
         lists do not count, as with Amazon), BucketOwnerPreferred or ObjectWriter (they do)",
        |draft, values| {
            let ownership = Ownership::parse(&values[0]);
            draft.config.ownership = ownership.ok_or("there is no such ownership")?;
            Ok(())
        },
    )
    .or("BucketOwnerEnforced"),
    Setting::new(
        "customer-keys",
        Kind::Choice(&["private", "anywhere"]),
        "WHERE",
        "From where customers' own encryption keys are taken: private for this machine only, \
         anywhere where something before the server encrypts the way",
        |draft, values| {
            draft.config.customer_keys = match values[0].as_str() {
                "anywhere" => CustomerKeys::Anywhere,
                _ => CustomerKeys::Private,
            };
            Ok(())
        },
    )
    .or("private"),
    Setting::new(
        "webhook",
        Kind::Pairs(' '),
        "NAME=URL",
        "Receivers of events: buckets name them arn:cairn:sqs::NAME:webhook",
        |draft, values| {
            draft.webhooks = values.to_vec();
            Ok(())
        },
    ),
    Setting::new(
        "webhook-token",
        Kind::PathPairs(' '),
        "NAME=FILE",
        "Files, mode 0600, with the bearer tokens for receivers of events",
        |draft, values| {
            draft.webhook_tokens = values.to_vec();
            Ok(())
        },
    ),
    Setting::new(
        "access-log-interval",
        Kind::Whole { from: 1, to: DAY_SECONDS },
        "SECONDS",
        "How often the access logs of buckets are written",
        |draft, values| {
            draft.config.access_log_interval = seconds(&values[0])?;
            Ok(())
        },
    )
    .or("300"),
    Setting::new(
        "lifecycle-day",
        Kind::Whole { from: 1, to: DAY_SECONDS },
        "SECONDS",
        "For tests: how long a day is for the background that follows lifecycle rules; what headers \
         tell stays in real days",
        |draft, values| {
            draft.config.lifecycle_day = day(seconds(&values[0])?)?;
            Ok(())
        },
    )
    .or("86400"),
    Setting::new(
        "copy-silence",
        Kind::Whole { from: 1, to: SILENCE_MILLISECONDS_MAX },
        "MILLISECONDS",
        "For tests: how long a client hears nothing of a copy that takes long",
        |draft, values| {
            draft.config.copy_silence = milliseconds(&values[0])?;
            Ok(())
        },
    )
    .or("10000"),
    Setting::new(
        "root-user",
        Kind::Text,
        "NAME",
        "Access key of the root credential, with root-password; without them the data folder holds \
         a credential that is made at the first start",
        |draft, values| {
            draft.root_user = Some(values[0].clone());
            Ok(())
        },
    )
    .by_file()
    .also(&["MINIO_ROOT_USER"]),
    Setting::new(
        "root-password",
        Kind::Text,
        "SECRET",
        "Secret key of the root credential",
        |draft, values| {
            draft.root_password = Some(values[0].clone());
            Ok(())
        },
    )
    .secret()
    .also(&["MINIO_ROOT_PASSWORD"]),
    Setting::new(
        "metrics-names",
        Kind::Whole { from: 0, to: METRICS_NAMES_MAX },
        "COUNT",
        "How many buckets and users /metrics names with what they hold, the largest first; none with \
         0, because whoever reaches the listener can read it",
        |draft, values| {
            let count = values[0].parse();
            draft.config.live.metrics_names = count.map_err(|_| "expected a number")?;
            Ok(())
        },
    )
    .or("0")
    .reloaded(),
    Setting::new(
        "slow-request",
        Kind::Whole { from: 0, to: SLOW_MILLISECONDS_MAX },
        "MILLISECONDS",
        "Requests that take the server that long, waiting for the client not counted, are logged with \
         where the time went; 0 for none",
        |draft, values| {
            draft.config.live.slow_request = milliseconds(&values[0])?;
            Ok(())
        },
    )
    .or("1000")
    .reloaded(),
    Setting::new(
        "log-format",
        Kind::Choice(&["human", "json"]),
        "FORMAT",
        "Form of the log, which goes to standard error",
        |draft, values| {
            draft.config.log_format = match values[0].as_str() {
                "json" => LogFormat::Json,
                _ => LogFormat::Human,
            };
            Ok(())
        },
    )
    .or("human"),
    Setting::new(
        "log-level",
        Kind::Text,
        "LEVEL",
        "What is logged: off, error, warn, info, debug, trace, or directives such as \
         info,s3_api=debug; targets are the crates admin, cairn, h2, hyper_util, identity, pipeline, \
         s3_api and storage_engine, what is in them, and audit, the lines of the audit log",
        |draft, values| {
            draft.config.live.log_level = log_level(&values[0])?;
            Ok(())
        },
    )
    .or("info")
    .reloaded(),
];

fn count(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "expected a number".to_owned())
}

fn domains(values: &[String]) -> Result<Domains, String> {
    Domains::new(values.to_vec()).map_err(|error| error.to_string())
}

/// The row of this name.
pub(crate) fn named(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
