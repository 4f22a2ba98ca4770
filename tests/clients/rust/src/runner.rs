//! Runs checks one after the other and tells what became of each, as the other clients' scripts do.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::Instant;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{Config, Credentials, Region, RequestChecksumCalculation};
use futures_util::FutureExt;

/// Where the server is, and who asks it.
#[derive(Clone, Debug)]
pub struct Server {
    pub endpoint: String,
    pub access_key: String,
    pub secret_key: String,
}

impl Server {
    pub fn from_environment() -> Server {
        let variable =
            |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
        Server {
            endpoint: variable("CAIRN_ENDPOINT"),
            access_key: variable("AWS_ACCESS_KEY_ID"),
            secret_key: variable("AWS_SECRET_ACCESS_KEY"),
        }
    }

    /// Amazon's client as an application has it, but without retries, which would hide failures.
    pub fn client(&self, checksums: RequestChecksumCalculation) -> Client {
        let credentials = Credentials::new(&self.access_key, &self.secret_key, None, None, "given");
        let config = Config::builder()
            .endpoint_url(&self.endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials)
            .force_path_style(true)
            .retry_config(RetryConfig::disabled())
            .request_checksum_calculation(checksums)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Client::from_conf(config)
    }
}

/// A bucket of its own for each check, so that no check sees another's objects.
pub async fn new_bucket(client: &Client) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("check-{}-{number}", std::process::id());
    client.create_bucket().bucket(&name).send().await.unwrap();
    name
}

/// Counts what passed and what did not.
#[derive(Debug, Default)]
pub struct Runner {
    passed: usize,
    failed: usize,
}

impl Runner {
    pub fn about(name: &str) -> Runner {
        let version = locked_version(name);
        println!("client  {name}  {version}  crates.io");
        Runner::default()
    }

    pub async fn check(&mut self, name: &str, check: impl Future<Output = ()>) {
        let began = Instant::now();
        match AssertUnwindSafe(check).catch_unwind().await {
            Ok(()) => {
                self.passed += 1;
                println!("ok      {name}  {:.1} s", began.elapsed().as_secs_f64());
            }
            // What went wrong is on the other stream already.
            Err(_) => {
                self.failed += 1;
                println!("FAILED  {name}");
            }
        }
    }

    pub fn end(self) -> ExitCode {
        println!(
            "{} of {} checks passed",
            self.passed,
            self.passed + self.failed
        );
        match self.failed == 0 && self.passed > 0 {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }
}

/// The version of a dependency that this was built with.
fn locked_version(name: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let entry = lock
        .split_once(&format!("name = \"{name}\"\nversion = \""))
        .unwrap()
        .1;
    entry.split_once('"').unwrap().0
}

/// Bytes that do not repeat within any part of an upload.
pub fn content(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words
        .take(length.div_ceil(8))
        .flatten()
        .take(length)
        .collect()
}
