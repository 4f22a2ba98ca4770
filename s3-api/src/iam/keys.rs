//! Access keys.

use super::answer::{Outcome, date, inside, nothing, page};
use super::call::Call;
use crate::xml::writer::Writer;
use identity::iam::KeyStatus;
use identity::model::AccessKey;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) async fn create(call: &Call<'_>) -> Outcome {
    let iam = call.iam();
    let new = iam.create_access_key(call.text("UserName")).await?;
    let holder = iam.holder_name(&new.key);
    inside(|xml| {
        xml.element("AccessKey", |xml| {
            about(xml, &new.key, holder.as_deref());
            xml.text("SecretAccessKey", new.secret.expose());
            date(xml, "CreateDate", new.key.created);
        });
    })
}

pub(super) async fn list(call: &Call<'_>) -> Outcome {
    let iam = call.iam();
    let keys = iam.list_access_keys(call.text("UserName"), call.parameters.paging()?)?;
    page("AccessKeyMetadata", &keys, |xml, key| {
        about(xml, key, iam.holder_name(key).as_deref());
        date(xml, "CreateDate", key.created);
    })
}

pub(super) async fn update(call: &Call<'_>) -> Outcome {
    let id = call.required("AccessKeyId")?;
    call.required("Status")?;
    let words = [
        ("Active", KeyStatus::Active),
        ("Inactive", KeyStatus::Inactive),
    ];
    let status = call.parameters.one_of("Status", &words)?;
    let user = call.text("UserName");
    call.iam()
        .update_access_key(user, id, status.unwrap_or(KeyStatus::Inactive))
        .await?;
    nothing()
}

pub(super) async fn delete(call: &Call<'_>) -> Outcome {
    let id = call.required("AccessKeyId")?;
    let user = call.text("UserName");
    call.iam().delete_access_key(user, id).await?;
    nothing()
}

pub(super) async fn last_used(call: &Call<'_>) -> Outcome {
    let id = call.required("AccessKeyId")?;
    let iam = call.iam();
    let (key, last) = iam.last_use_of(id)?;
    let holder = iam.holder_name(&key);
    inside(|xml| {
        if let Some(holder) = holder {
            xml.text("UserName", &holder);
        }
        xml.element("AccessKeyLastUsed", |xml| match last {
            Some(last) => {
                date(xml, "LastUsedDate", last.at);
                xml.text("ServiceName", &last.service);
                xml.text("Region", &last.region);
            }
            None => {
                xml.text("ServiceName", "N/A");
                xml.text("Region", "N/A");
            }
        });
    })
}

fn about(xml: &mut Writer, key: &AccessKey, holder: Option<&str>) {
    if let Some(holder) = holder {
        xml.text("UserName", holder);
    }
    xml.text("AccessKeyId", &key.id);
    xml.text("Status", status(key));
}

fn status(key: &AccessKey) -> &'static str {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_secs();
    match key.expires {
        Some(expires) if expires <= now => "Expired",
        _ if key.active => "Active",
        _ => "Inactive",
    }
}
