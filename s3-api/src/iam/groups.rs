//! Groups, and who is in them.

use super::answer::{Outcome, date, inside, list as members, more, nothing, page};
use super::call::Call;
use super::users;
use crate::xml::writer::Writer;
use identity::iam::Renaming;
use identity::model::Group;

pub(super) async fn create(call: &Call<'_>) -> Outcome {
    let name = call.required("GroupName")?;
    let group = call.iam().create_group(name, call.text("Path")).await?;
    inside(|xml| xml.element("Group", |xml| write(xml, &group)))
}

pub(super) async fn get(call: &Call<'_>) -> Outcome {
    let name = call.required("GroupName")?;
    let (group, users) = call.iam().get_group(name, call.parameters.paging()?)?;
    inside(|xml| {
        xml.element("Group", |xml| write(xml, &group));
        members(xml, "Users", &users.items, users::short);
        more(xml, users.marker.as_deref());
    })
}

pub(super) async fn list(call: &Call<'_>) -> Outcome {
    let prefix = call.text("PathPrefix").unwrap_or("/");
    let groups = call.iam().list_groups(prefix, call.parameters.paging()?)?;
    page("Groups", &groups, |xml, group| write(xml, group))
}

pub(super) async fn list_of_user(call: &Call<'_>) -> Outcome {
    let user = call.required("UserName")?;
    let paging = call.parameters.paging()?;
    let groups = call.iam().list_groups_for_user(user, paging)?;
    page("Groups", &groups, |xml, group| write(xml, group))
}

pub(super) async fn update(call: &Call<'_>) -> Outcome {
    let update = Renaming {
        name: call.text("NewGroupName"),
        path: call.text("NewPath"),
    };
    let name = call.required("GroupName")?;
    call.iam().update_group(name, update).await?;
    nothing()
}

pub(super) async fn delete(call: &Call<'_>) -> Outcome {
    let name = call.required("GroupName")?;
    call.iam().delete_group(name).await?;
    nothing()
}

pub(super) async fn add_user(call: &Call<'_>) -> Outcome {
    let (group, user) = (call.required("GroupName")?, call.required("UserName")?);
    call.iam().add_user_to_group(group, user).await?;
    nothing()
}

pub(super) async fn remove_user(call: &Call<'_>) -> Outcome {
    let (group, user) = (call.required("GroupName")?, call.required("UserName")?);
    call.iam().remove_user_from_group(group, user).await?;
    nothing()
}

fn write(xml: &mut Writer, group: &Group) {
    xml.text("Path", &group.path);
    xml.text("GroupName", &group.name);
    xml.text("GroupId", &group.id);
    xml.text("Arn", &group.arn());
    date(xml, "CreateDate", group.created);
}
