//! Rust's clients against the server at `CAIRN_ENDPOINT`: `cairn-clients aws-sdk-s3|object_store`.

mod object_store_checks;
mod runner;
mod sdk_checks;

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("aws-sdk-s3") => sdk_checks::run().await,
        Some("object_store") => object_store_checks::run().await,
        // Asked before the tests, so that it is built by then.
        Some("--version") => {
            println!("cairn-clients {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: cairn-clients aws-sdk-s3|object_store");
            ExitCode::FAILURE
        }
    }
}
