//! `cairn bucket empty`: everything in a bucket is deleted, as a job of the server.

use serde_json::json;

use super::job::follow_at;
use super::table::Fields;
use super::text::{counted, list, number, text};
use super::{People, Shown, input};
use crate::cli::BucketEmptyArgs;
use crate::client::{Client, Failure, path};
use crate::exit;

pub(super) fn empty(client: &Client, args: &BucketEmptyArgs) -> Result<Shown, Failure> {
    let name = &args.bucket.name;
    let usage = client.get(&path(&["buckets", name]))?["usage"].take();
    if !args.yes {
        let what = format!(
            "{} and {} in bucket {name} will be deleted for good",
            counted(number(&usage, "versions"), "version"),
            counted(number(&usage, "uploads"), "unfinished upload"),
        );
        input::confirm(&what, name, "--yes")?;
    }
    let wanted = json!({ "bypass_governance": args.bypass_governance });
    let place = path(&["buckets", name, "empty"]);
    let progress = client.progress()?.after_a_while();
    let report = follow_at(client, progress, &place, &wanted)?;
    let mut fields = Fields::default()
        .with("versions deleted", text(&report, "deleted"))
        .with("uploads given up", text(&report, "aborted"))
        .with("versions left", text(&report, "versions_left"))
        .with("uploads left", text(&report, "uploads_left"));
    for failure in list(&report, "failures") {
        let told = failure.as_str().map(str::to_owned);
        fields = fields.with("not deleted", told.unwrap_or_else(|| failure.to_string()));
    }
    let is_left = number(&report, "versions_left") + number(&report, "uploads_left") > 0;
    let code = match is_left || number(&report, "failed") > 0 {
        true => exit::PROBLEMS,
        false => exit::FINE,
    };
    Ok(Shown::new(report, People::Fields(fields)).with_code(code))
}
