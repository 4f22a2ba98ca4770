//! Where the log of the requests to a bucket goes.

#[cfg(test)]
mod tests;

use super::document::{Document, Unset};
use crate::error::S3Error;
use crate::limits::LOG_PREFIX_BYTES_MAX;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Logging {
    pub(crate) target: Option<LogTarget>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogTarget {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    pub(crate) keys: KeyFormat,
}

/// How the keys of logs are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum KeyFormat {
    /// The prefix, the time and something unique.
    #[default]
    Simple,
    /// Between them whose log it is, and the day.
    Partitioned(DateSource),
}

/// Which day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DateSource {
    /// That of the requests: each has logs of its own.
    EventTime,
    DeliveryTime,
}

const DATE_SOURCES: [(DateSource, &str); 2] = [
    (DateSource::EventTime, "EventTime"),
    (DateSource::DeliveryTime, "DeliveryTime"),
];

const KEY_FORMATS: &str = "TargetObjectKeyFormat: expected SimplePrefix, or PartitionedPrefix with a \
                           PartitionDateSource of EventTime or DeliveryTime";

impl Document for Logging {
    const KIND: &'static str = "logging";
    const ROOT: &'static str = "BucketLoggingStatus";

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        match root.children() {
            [] => Ok(Self::default()),
            [enabled] if enabled.name() == "LoggingEnabled" => Ok(Self {
                target: Some(target(enabled)?),
            }),
            _ => Err(S3Error::malformed("expected LoggingEnabled, or nothing")),
        }
    }

    fn write(&self, xml: &mut Writer) {
        let Some(target) = &self.target else {
            return;
        };
        xml.element("LoggingEnabled", |xml| {
            xml.text("TargetBucket", &target.bucket);
            xml.text("TargetPrefix", &target.prefix);
            xml.element("TargetObjectKeyFormat", |xml| match target.keys {
                KeyFormat::Simple => xml.element("SimplePrefix", |_| {}),
                KeyFormat::Partitioned(source) => xml.element("PartitionedPrefix", |xml| {
                    let named = DATE_SOURCES.iter().find(|(known, _)| *known == source);
                    let name = named.map_or("", |(_, name)| name);
                    xml.text("PartitionDateSource", name);
                }),
            });
        });
    }

    fn unset() -> Unset<Self> {
        Unset::Shown(Self::default())
    }
}

fn target(enabled: &Element<'_>) -> Result<LogTarget, S3Error> {
    let (mut bucket, mut prefix, mut keys) = (None, None, KeyFormat::default());
    for child in enabled.children() {
        match child.name() {
            "TargetBucket" => bucket = Some(child.text().trim()),
            "TargetPrefix" => prefix = Some(child.text()),
            "TargetGrants" => check_grants(child)?,
            "TargetObjectKeyFormat" => keys = key_format(child)?,
            name => {
                return Err(S3Error::malformed(format!(
                    "LoggingEnabled: there is no {name} in it"
                )));
            }
        }
    }
    let prefix =
        prefix.ok_or_else(|| S3Error::malformed("TargetPrefix is missing, which may be empty"))?;
    if prefix.len() > LOG_PREFIX_BYTES_MAX {
        return Err(
            S3Error::invalid_argument("TargetPrefix", prefix).message(format!(
                "The prefix may not have more than {LOG_PREFIX_BYTES_MAX} bytes."
            )),
        );
    }
    Ok(LogTarget {
        bucket: bucket
            .ok_or_else(|| S3Error::malformed("TargetBucket is missing"))?
            .to_owned(),
        prefix: prefix.to_owned(),
        keys,
    })
}

/// Grants are read and not kept: who may read logs is said by the bucket they lie in.
fn check_grants(grants: &Element<'_>) -> Result<(), S3Error> {
    for grant in grants.children() {
        let is_known = matches!(
            grant.child_text("Permission"),
            Some("FULL_CONTROL" | "READ" | "WRITE")
        );
        if grant.name() != "Grant" || grant.child("Grantee").is_none() || !is_known {
            return Err(S3Error::malformed(
                "TargetGrants: expected Grantees with FULL_CONTROL, READ or WRITE",
            ));
        }
    }
    Ok(())
}

fn key_format(element: &Element<'_>) -> Result<KeyFormat, S3Error> {
    let [format] = element.children() else {
        return Err(S3Error::malformed(KEY_FORMATS));
    };
    match format.name() {
        "SimplePrefix" => Ok(KeyFormat::Simple),
        "PartitionedPrefix" => {
            let source = format.child_text("PartitionDateSource");
            let known = DATE_SOURCES.iter().find(|(_, name)| source == Some(name));
            let (source, _) = known.ok_or_else(|| S3Error::malformed(KEY_FORMATS))?;
            Ok(KeyFormat::Partitioned(*source))
        }
        _ => Err(S3Error::malformed(KEY_FORMATS)),
    }
}
