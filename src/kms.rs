//! `cairn kms key`: the keys of encrypted objects, looked after while no server runs on them.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::UNIX_EPOCH;

use s3_api::kms::{BadKeyId, KeyDescription, KeyId, KeyState, KmsError, LocalKeyRing};
use serde_json::{Value, json};

use crate::cli::{JsonArgs, KeyArgs, KeyCommand};
use crate::output::say;
use crate::stopped::{StoppedError, with_store};

#[derive(Debug, thiserror::Error)]
enum KeyError {
    #[error(transparent)]
    Stopped(#[from] StoppedError),
    #[error(transparent)]
    BadId(#[from] BadKeyId),
    #[error(transparent)]
    Kms(#[from] KmsError),
}

/// Findings go to standard output, what kept the command from its end to standard error.
pub(crate) fn run(command: &KeyCommand) -> ExitCode {
    match done(command) {
        Ok(keys) if json(command).wanted => {
            let rows: Vec<Value> = keys.iter().map(row).collect();
            say(&format!("{}\n", Value::from(rows)));
            ExitCode::SUCCESS
        }
        Ok(keys) => {
            say(&keys.iter().map(line).collect::<String>());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn json(command: &KeyCommand) -> &JsonArgs {
    match command {
        KeyCommand::List(args) => &args.json,
        KeyCommand::Create(args)
        | KeyCommand::Rotate(args)
        | KeyCommand::Disable(args)
        | KeyCommand::Enable(args) => &args.json,
    }
}

fn done(command: &KeyCommand) -> Result<Vec<KeyDescription>, KeyError> {
    match command {
        KeyCommand::List(args) => with_ring(&args.data, async |ring| Ok(ring.list())),
        KeyCommand::Create(args) => change(args, async |ring, id| ring.create(id).await),
        KeyCommand::Rotate(args) => change(args, async |ring, id| ring.rotate(id).await),
        KeyCommand::Disable(args) => change(args, async |ring, id| {
            ring.set_state(id, KeyState::Disabled).await
        }),
        KeyCommand::Enable(args) => change(args, async |ring, id| {
            ring.set_state(id, KeyState::Enabled).await
        }),
    }
}

fn change(
    args: &KeyArgs,
    work: impl AsyncFnOnce(&LocalKeyRing, &KeyId) -> Result<KeyDescription, KmsError>,
) -> Result<Vec<KeyDescription>, KeyError> {
    let id = KeyId::parse(&args.id)?;
    with_ring(&args.data, async |ring| Ok(vec![work(ring, &id).await?]))
}

fn with_ring<T>(
    data: &Path,
    work: impl AsyncFnOnce(&LocalKeyRing) -> Result<T, KmsError>,
) -> Result<T, KeyError> {
    with_store(data, async |engine, master| {
        let ring = LocalKeyRing::open(engine, &master).await?;
        Ok(work(&ring).await?)
    })
}

fn line(key: &KeyDescription) -> String {
    let (state, created) = (state(key), created(key));
    format!("{}\t{state}\t{}\t{created}\n", key.id, key.versions)
}

fn row(key: &KeyDescription) -> Value {
    json!({
        "id": key.id.to_string(),
        "state": state(key),
        "versions": key.versions,
        "created": created(key),
    })
}

fn state(key: &KeyDescription) -> &'static str {
    match key.state {
        KeyState::Enabled => "enabled",
        KeyState::Disabled => "disabled",
    }
}

/// In seconds since 1970.
fn created(key: &KeyDescription) -> u64 {
    let since = key.created.duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}
