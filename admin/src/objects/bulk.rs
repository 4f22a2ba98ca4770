//! Many objects at once.

use crate::call::Call;
use crate::limits::DELETE_KEYS_MAX;
use crate::refused::Refused;
use crate::s3::Ask;
use crate::xml::Element;
use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteMany {
    /// 1 to 1,000.
    objects: Vec<ToDelete>,
    /// Delete what is locked in governance mode, which takes `s3:BypassGovernanceRetention`.
    #[serde(default)]
    bypass_governance: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToDelete {
    key: String,
    /// Deletes this version for good. Without it, a bucket with versioning gets a delete marker.
    version: Option<String>,
}

impl ToDelete {
    pub(crate) fn of(key: &str, version: String) -> Self {
        Self {
            key: key.to_owned(),
            version: Some(version),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Deleted {
    items: Vec<DeleteOutcome>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DeleteOutcome {
    pub(crate) key: String,
    version: Option<String>,
    /// The delete marker that now stands for it, or that went.
    delete_marker: Option<String>,
    pub(crate) error: Option<DeleteError>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DeleteError {
    pub(crate) code: String,
    message: String,
}

pub(crate) async fn delete(call: &Call<'_>, many: DeleteMany) -> Result<Deleted, Refused> {
    let bucket = call.path(0);
    let count = many.objects.len();
    call.about(match &*many.objects {
        [one] => format!("{bucket}/{}", one.key),
        _ => format!("{bucket} ({count} objects)"),
    });
    if !(1..=DELETE_KEYS_MAX).contains(&count) {
        let message = format!("1 to {DELETE_KEYS_MAX} objects are deleted at once.");
        return Err(Refused::field("objects", message));
    }
    for (at, object) in many.objects.iter().enumerate() {
        if !can_be_listed(&object.key) {
            let field = format!("objects.{at}.key");
            return Err(Refused::field(
                field,
                "This key cannot be in a list; delete it by itself.",
            ));
        }
    }
    let items = send(call, bucket, &many.objects, many.bypass_governance).await?;
    Ok(Deleted { items })
}

/// Of keys that can be listed.
pub(crate) async fn send(
    call: &Call<'_>,
    bucket: &str,
    objects: &[ToDelete],
    bypass_governance: bool,
) -> Result<Vec<DeleteOutcome>, Refused> {
    let mut document = Element::new("Delete");
    for object in objects {
        let mut element = Element::new("Object").with(Element::of_text("Key", &object.key));
        if let Some(version) = &object.version {
            element = element.with(Element::of_text("VersionId", version));
        }
        document = document.with(element);
    }
    let mut ask = Ask::bucket(Method::POST, bucket).about("delete");
    if bypass_governance {
        ask = ask.header("x-amz-bypass-governance-retention", "true");
    }
    let answer = ask.document(&document).xml(call).await?;
    let items = answer.children.iter().filter_map(|item| {
        let version = item.child("VersionId").map(|it| it.text.clone());
        let marker = item
            .child("DeleteMarkerVersionId")
            .map(|it| it.text.clone());
        let error = (item.name == "Error").then(|| DeleteError {
            code: item.text_of("Code").to_owned(),
            message: item.text_of("Message").to_owned(),
        });
        let is_outcome = matches!(item.name.as_str(), "Deleted" | "Error");
        is_outcome.then(|| DeleteOutcome {
            key: item.text_of("Key").to_owned(),
            version,
            delete_marker: marker,
            error,
        })
    });
    Ok(items.collect())
}

pub(crate) fn can_be_listed(key: &str) -> bool {
    !key.is_empty() && key.chars().all(is_of_xml)
}

/// What XML 1.0 has no way to say would come out as something else.
fn is_of_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}
