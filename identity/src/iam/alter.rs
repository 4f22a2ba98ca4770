//! Several things of a user in one change, or none of them.

use super::Iam;
use super::rename::{Called, Renaming};
use super::suspend::Suspension;
use super::tags::exchange;
use crate::error::Result;
use crate::limits;
use crate::model::{Tag, check_tags};

/// What is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Alteration<'a> {
    /// The boundary, or none.
    pub boundary: Option<Option<&'a str>>,
    /// Tags to set, in place of those with the same keys.
    pub tags: Vec<Tag>,
    /// Keys of tags to take away.
    pub without: &'a [String],
    pub suspension: Option<Suspension>,
    pub renaming: Renaming<'a>,
}

impl Iam<'_> {
    pub async fn alter_user(&self, name: &str, to: Alteration<'_>) -> Result<()> {
        to.renaming
            .check("newUserName", limits::USER_NAME_BYTES_MAX)?;
        check_tags(&to.tags, limits::TAGS_MAX)?;
        let now = self.identity.seconds();
        self.change_user(name, |state, user| {
            if let Some(boundary) = to.boundary {
                self.attachable(state, boundary)?;
                user.boundary = boundary.map(str::to_owned);
            }
            exchange(&mut user.tags, to.tags, to.without)?;
            if let Some(suspension) = to.suspension {
                suspension.apply(user, now);
            }
            let called = Called {
                name: &mut user.name,
                path: &mut user.path,
            };
            to.renaming
                .apply(called, |name| self.user_name_is_free(state, name))
        })
        .await
    }
}
