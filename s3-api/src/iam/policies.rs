//! Managed policies.

use super::answer::{Outcome, date, inside, list as members, more, nothing, page, tags};
use super::call::Call;
use crate::xml::writer::Writer;
use identity::iam::{
    EntityFilter, EntityKind, NewPolicy, PolicyEntity, PolicyFilter, PolicyScope, PolicyUsage,
    PolicyView,
};

const USAGES: [(&str, PolicyUsage); 2] = [
    ("PermissionsPolicy", PolicyUsage::Attached),
    ("PermissionsBoundary", PolicyUsage::Boundary),
];

pub(super) async fn create(call: &Call<'_>) -> Outcome {
    let new = NewPolicy {
        name: call.required("PolicyName")?,
        path: call.text("Path"),
        document: call.required("PolicyDocument")?,
        description: call.text("Description"),
        tags: call.parameters.tags()?,
    };
    let policy = call.iam().create_policy(new).await?;
    inside(|xml| {
        xml.element("Policy", |xml| {
            short(xml, &policy);
            tags(xml, &policy.tags);
        });
    })
}

pub(super) async fn get(call: &Call<'_>) -> Outcome {
    let policy = call.iam().get_policy(call.required("PolicyArn")?)?;
    inside(|xml| {
        xml.element("Policy", |xml| {
            short(xml, &policy);
            if let Some(description) = &policy.description {
                xml.text("Description", description);
            }
            tags(xml, &policy.tags);
        });
    })
}

pub(super) async fn list(call: &Call<'_>) -> Outcome {
    let scopes = [
        ("All", PolicyScope::All),
        ("AWS", PolicyScope::ReadyMade),
        ("Local", PolicyScope::Local),
    ];
    let parameters = call.parameters;
    let filter = PolicyFilter {
        scope: parameters.one_of("Scope", &scopes)?.unwrap_or_default(),
        path_prefix: call.text("PathPrefix").unwrap_or("/"),
        only_attached: parameters.boolean("OnlyAttached")?.unwrap_or_default(),
        usage: parameters.one_of("PolicyUsageFilter", &USAGES)?,
    };
    let policies = call.iam().list_policies(filter, parameters.paging()?)?;
    page("Policies", &policies, short)
}

pub(super) async fn delete(call: &Call<'_>) -> Outcome {
    let arn = call.required("PolicyArn")?;
    call.iam().delete_policy(arn).await?;
    nothing()
}

/// Who has a policy: three lists, in pages of all together.
pub(super) async fn list_entities(call: &Call<'_>) -> Outcome {
    // Policies are kinds of entities to Amazon, but no policy has a policy.
    let kinds = [
        ("User", Some(EntityKind::User)),
        ("Group", Some(EntityKind::Group)),
        ("Role", Some(EntityKind::Role)),
        ("LocalManagedPolicy", None),
        ("AWSManagedPolicy", None),
    ];
    let parameters = call.parameters;
    let kind = parameters.one_of("EntityFilter", &kinds)?;
    let filter = EntityFilter {
        kinds: match kind {
            None => vec![EntityKind::Group, EntityKind::Role, EntityKind::User],
            Some(kind) => kind.into_iter().collect(),
        },
        path_prefix: call.text("PathPrefix").unwrap_or("/"),
        usage: parameters.one_of("PolicyUsageFilter", &USAGES)?,
    };
    let arn = call.required("PolicyArn")?;
    let paging = parameters.paging()?;
    let found = call.iam().list_entities_for_policy(arn, &filter, paging)?;
    inside(|xml| {
        for (list, kind, name, id) in [
            ("PolicyGroups", EntityKind::Group, "GroupName", "GroupId"),
            ("PolicyUsers", EntityKind::User, "UserName", "UserId"),
            ("PolicyRoles", EntityKind::Role, "RoleName", "RoleId"),
        ] {
            let of_kind: Vec<&PolicyEntity> =
                found.items.iter().filter(|it| it.kind == kind).collect();
            members(xml, list, &of_kind, |xml, entity| {
                xml.text(name, &entity.name);
                xml.text(id, &entity.id);
            });
        }
        more(xml, found.marker.as_deref());
    })
}

fn short(xml: &mut Writer, policy: &PolicyView) {
    xml.text("PolicyName", &policy.name);
    xml.text("PolicyId", &policy.id);
    xml.text("Arn", &policy.arn);
    xml.text("Path", &policy.path);
    xml.text("DefaultVersionId", &format!("v{}", policy.default_version));
    xml.number("AttachmentCount", policy.attachments as u64);
    xml.number("PermissionsBoundaryUsageCount", policy.boundaries as u64);
    xml.boolean("IsAttachable", true);
    date(xml, "CreateDate", policy.created);
    date(xml, "UpdateDate", policy.updated);
}
