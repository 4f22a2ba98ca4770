//! `cairn bucket upload`: uploads that nobody has finished.

use super::Shown;
use super::table::Table;
use super::text::{moment, number, text};
use crate::amounts;
use crate::cli::{UploadArgs, UploadsArgs};
use crate::client::{Client, Failure, escaped, path};

pub(super) fn list(client: &Client, args: &UploadsArgs) -> Result<Shown, Failure> {
    let place = path(&["buckets", &args.bucket.name, "uploads"]);
    let prefix = args.prefix.as_deref();
    let prefix = prefix.map_or_else(String::new, |it| format!("?prefix={}", escaped(it)));
    let uploads = client.all(&format!("{place}{prefix}"))?;
    let table = Table::of(&["key", "upload", "started", "size"], &uploads, |upload| {
        vec![
            text(upload, "key"),
            text(upload, "upload_id"),
            moment(upload, "started"),
            amounts::shown(number(upload, "bytes")),
        ]
    });
    Ok(Shown::list(uploads, table))
}

pub(super) fn remove(client: &Client, args: &UploadArgs) -> Result<Shown, Failure> {
    let place = path(&["buckets", &args.bucket.name, "uploads"]);
    let (key, id) = (escaped(&args.key), escaped(&args.id));
    let answer = client.delete(&format!("{place}?key={key}&upload_id={id}"))?;
    Ok(Shown::done(
        answer,
        format!("upload to {} given up", args.key),
    ))
}
