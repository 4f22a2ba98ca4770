//! Users.

use super::answer::{Outcome, boundary, date, inside, nothing, page, tags};
use super::call::Call;
use crate::xml::writer::Writer;
use identity::iam::{NewUser, Renaming, UserView};

pub(super) async fn create(call: &Call<'_>) -> Outcome {
    let new = NewUser {
        name: call.required("UserName")?,
        path: call.text("Path"),
        tags: call.parameters.tags()?,
        boundary: call.text("PermissionsBoundary"),
    };
    let user = call.iam().create_user(new).await?;
    inside(|xml| xml.element("User", |xml| whole(xml, &user)))
}

pub(super) async fn get(call: &Call<'_>) -> Outcome {
    let user = call.iam().get_user(call.text("UserName"))?;
    inside(|xml| xml.element("User", |xml| whole(xml, &user)))
}

pub(super) async fn list(call: &Call<'_>) -> Outcome {
    let prefix = call.text("PathPrefix").unwrap_or("/");
    let users = call.iam().list_users(prefix, call.parameters.paging()?)?;
    page("Users", &users, short)
}

pub(super) async fn update(call: &Call<'_>) -> Outcome {
    let update = Renaming {
        name: call.text("NewUserName"),
        path: call.text("NewPath"),
    };
    let name = call.required("UserName")?;
    call.iam().update_user(name, update).await?;
    nothing()
}

pub(super) async fn delete(call: &Call<'_>) -> Outcome {
    call.iam().delete_user(call.required("UserName")?).await?;
    nothing()
}

pub(super) async fn put_boundary(call: &Call<'_>) -> Outcome {
    let boundary = call.required("PermissionsBoundary")?;
    let name = call.required("UserName")?;
    call.iam().set_user_boundary(name, Some(boundary)).await?;
    nothing()
}

pub(super) async fn delete_boundary(call: &Call<'_>) -> Outcome {
    let name = call.required("UserName")?;
    call.iam().set_user_boundary(name, None).await?;
    nothing()
}

/// As lists show it.
pub(super) fn short(xml: &mut Writer, user: &UserView) {
    for (name, value) in [("Path", &user.path), ("UserName", &user.name)] {
        if let Some(value) = value {
            xml.text(name, value);
        }
    }
    xml.text("UserId", &user.id);
    xml.text("Arn", &user.arn);
    date(xml, "CreateDate", user.created);
}

fn whole(xml: &mut Writer, user: &UserView) {
    short(xml, user);
    boundary(xml, user.boundary.as_deref());
    tags(xml, &user.tags);
}
