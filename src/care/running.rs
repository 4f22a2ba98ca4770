//! Work on a folder that a server runs on: the server does it, as a job, and it is watched from here.

use std::path::Path;

use serde_json::Value;

use super::Conclusion;
use crate::client::{Failure, with_running};
use crate::manage::job::follow;

/// Has the server do it, if one runs there; else does it here.
pub(super) fn instead(
    data: &Path,
    job: &Value,
    conclusion: fn(&Value) -> Conclusion,
    here: impl FnOnce() -> Result<Conclusion, Failure>,
) -> Result<Conclusion, Failure> {
    let done = with_running(data, |client| follow(client, client.progress()?, job))?;
    match done {
        Some(report) => Ok(conclusion(&report)),
        None => here(),
    }
}
