//! Roles.

use super::answer::{Outcome, boundary, date, document_text, inside, nothing, page, tags};
use super::call::Call;
use crate::xml::writer::Writer;
use identity::iam::{NewRole, RoleUpdate};
use identity::model::Role;

pub(super) async fn create(call: &Call<'_>) -> Outcome {
    let new = NewRole {
        name: call.required("RoleName")?,
        path: call.text("Path"),
        trust: call.required("AssumeRolePolicyDocument")?,
        description: call.text("Description"),
        session_seconds_max: call.parameters.number("MaxSessionDuration")?,
        boundary: call.text("PermissionsBoundary"),
        tags: call.parameters.tags()?,
    };
    let role = call.iam().create_role(new).await?;
    inside(|xml| {
        xml.element("Role", |xml| {
            names(xml, &role);
            boundary(xml, role.boundary.as_deref());
            tags(xml, &role.tags);
        });
    })
}

pub(super) async fn get(call: &Call<'_>) -> Outcome {
    let role = call.iam().get_role(call.required("RoleName")?)?;
    inside(|xml| xml.element("Role", |xml| whole(xml, &role)))
}

pub(super) async fn list(call: &Call<'_>) -> Outcome {
    let prefix = call.text("PathPrefix").unwrap_or("/");
    let roles = call.iam().list_roles(prefix, call.parameters.paging()?)?;
    page("Roles", &roles, |xml, role| short(xml, role))
}

pub(super) async fn update(call: &Call<'_>) -> Outcome {
    let update = RoleUpdate {
        description: call.text("Description"),
        session_seconds_max: call.parameters.number("MaxSessionDuration")?,
    };
    let name = call.required("RoleName")?;
    call.iam().update_role(name, update).await?;
    nothing()
}

pub(super) async fn update_description(call: &Call<'_>) -> Outcome {
    let (iam, name) = (call.iam(), call.required("RoleName")?);
    let update = RoleUpdate {
        description: Some(call.required("Description")?),
        session_seconds_max: None,
    };
    iam.update_role(name, update).await?;
    let role = iam.get_role(name)?;
    inside(|xml| xml.element("Role", |xml| short(xml, &role)))
}

pub(super) async fn update_trust(call: &Call<'_>) -> Outcome {
    let document = call.required("PolicyDocument")?;
    let name = call.required("RoleName")?;
    call.iam().update_assume_role_policy(name, document).await?;
    nothing()
}

pub(super) async fn delete(call: &Call<'_>) -> Outcome {
    call.iam().delete_role(call.required("RoleName")?).await?;
    nothing()
}

pub(super) async fn put_boundary(call: &Call<'_>) -> Outcome {
    let boundary = call.required("PermissionsBoundary")?;
    let name = call.required("RoleName")?;
    call.iam().set_role_boundary(name, Some(boundary)).await?;
    nothing()
}

pub(super) async fn delete_boundary(call: &Call<'_>) -> Outcome {
    let name = call.required("RoleName")?;
    call.iam().set_role_boundary(name, None).await?;
    nothing()
}

fn names(xml: &mut Writer, role: &Role) {
    xml.text("Path", &role.path);
    xml.text("RoleName", &role.name);
    xml.text("RoleId", &role.id);
    xml.text("Arn", &role.arn());
    date(xml, "CreateDate", role.created);
    document_text(xml, "AssumeRolePolicyDocument", &role.trust);
}

/// As lists show it.
fn short(xml: &mut Writer, role: &Role) {
    names(xml, role);
    if let Some(description) = &role.description {
        xml.text("Description", description);
    }
    xml.number("MaxSessionDuration", u64::from(role.session_seconds_max));
}

fn whole(xml: &mut Writer, role: &Role) {
    short(xml, role);
    boundary(xml, role.boundary.as_deref());
    tags(xml, &role.tags);
}
