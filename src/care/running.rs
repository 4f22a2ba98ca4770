//! Work on a folder that a server runs on, or on one somewhere else: the server does it, as a job, and
//! it is watched from here.

use std::path::Path;

use serde_json::Value;

use super::Conclusion;
use crate::cli::{Place, PlaceArgs};
use crate::client::{Client, Failure, with_client, with_running};
use crate::manage::job::follow;

/// Has the server do it, if there is one; else does it here, on the folder.
pub(super) fn instead(
    place: &PlaceArgs,
    job: &Value,
    conclusion: fn(&Value) -> Conclusion,
    here: impl FnOnce(&Path) -> Result<Conclusion, Failure>,
) -> Result<Conclusion, Failure> {
    let there = |client: &Client| follow(client, client.progress()?, job);
    let data = match place.find()? {
        Place::Server(_) => return Ok(conclusion(&with_client(place, there)?)),
        Place::Folder(data) => data,
    };
    match with_running(&data, there)? {
        Some(report) => Ok(conclusion(&report)),
        None => here(&data),
    }
}
