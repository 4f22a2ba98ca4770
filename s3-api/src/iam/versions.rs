//! Versions of managed policies.

use super::answer::{Outcome, cut, date, document_text, inside, nothing, page};
use super::call::Call;
use super::refused::Refused;
use crate::xml::writer::Writer;
use identity::iam::NewVersion;
use identity::model::PolicyVersion;

pub(super) async fn create(call: &Call<'_>) -> Outcome {
    let arn = call.required("PolicyArn")?;
    let document = call.required("PolicyDocument")?;
    let new = match call.parameters.boolean("SetAsDefault")? {
        Some(true) => NewVersion::BecomesDefault,
        _ => NewVersion::StandsBy,
    };
    let iam = call.iam();
    let version = iam.create_policy_version(arn, document, new).await?;
    let default = iam.get_policy(arn)?.default_version;
    inside(|xml| xml.element("PolicyVersion", |xml| short(xml, &version, default)))
}

pub(super) async fn get(call: &Call<'_>) -> Outcome {
    let arn = call.required("PolicyArn")?;
    let number = number(call)?;
    let iam = call.iam();
    let default = iam.get_policy(arn)?.default_version;
    let version = iam.get_policy_version(arn, number)?;
    inside(|xml| {
        xml.element("PolicyVersion", |xml| {
            document_text(xml, "Document", &version.document);
            short(xml, &version, default);
        });
    })
}

pub(super) async fn list(call: &Call<'_>) -> Outcome {
    let arn = call.required("PolicyArn")?;
    let iam = call.iam();
    let default = iam.get_policy(arn)?.default_version;
    let versions = cut(call, iam.list_policy_versions(arn)?)?;
    page("Versions", &versions, |xml, version| {
        short(xml, version, default);
    })
}

pub(super) async fn set_default(call: &Call<'_>) -> Outcome {
    let arn = call.required("PolicyArn")?;
    let number = number(call)?;
    call.iam().set_default_policy_version(arn, number).await?;
    nothing()
}

pub(super) async fn delete(call: &Call<'_>) -> Outcome {
    let arn = call.required("PolicyArn")?;
    let number = number(call)?;
    call.iam().delete_policy_version(arn, number).await?;
    nothing()
}

/// `v2`
fn number(call: &Call<'_>) -> Result<u32, Refused> {
    let text = call.required("VersionId")?;
    let digits = text.strip_prefix('v').filter(|it| !it.starts_with('0'));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| {
        let pattern = "Member must satisfy regular expression pattern: v[1-9][0-9]*";
        Refused::invalid("VersionId", Some(text), pattern)
    })
}

fn short(xml: &mut Writer, version: &PolicyVersion, default: u32) {
    xml.text("VersionId", &format!("v{}", version.number));
    xml.boolean("IsDefaultVersion", version.number == default);
    date(xml, "CreateDate", version.created);
}
