//! A call of somebody who is known.

use super::about::About;
use super::parameters::Parameters;
use super::refused::Refused;
use super::table::Action;
use crate::client::{Client, Scheme};
use crate::observe::Change;
use http::request::Parts;
use identity::iam::{Iam, Tagged};
use identity::policy::{Context, PrincipalKind};
use identity::sts::KeySource;
use identity::{Caller, Identity};

pub(super) struct Call<'a> {
    pub(super) parts: &'a Parts,
    pub(super) caller: &'a Caller,
    pub(super) identity: &'a Identity,
    pub(super) web_keys: &'a dyn KeySource,
    pub(super) parameters: &'a Parameters,
}

impl<'a> Call<'a> {
    /// IAM of the account that asks.
    pub(super) fn iam(&self) -> Iam<'a> {
        self.identity.iam(self.caller)
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.parameters.text(name)
    }

    pub(super) fn required(&self, name: &str) -> Result<&'a str, Refused> {
        self.parameters.required(name)
    }

    /// Refuses unless policies let the caller do that to all it is about.
    pub(super) fn permit(&self, action: &Action) -> Result<(), Refused> {
        if action.about == About::Itself {
            return Ok(());
        }
        // Credentials of a federated user are for the other services.
        if self.caller.kind() == PrincipalKind::FederatedUser {
            return Err(Refused::access_denied(
                "Federated users cannot call IAM, whatever their policies allow.",
            ));
        }
        let name = format!("{}:{}", action.service.name(), action.name);
        self.permit_named(&name, action.about)
    }

    /// The same by the name that policies have for it.
    pub(super) fn permit_named(&self, name: &str, about: About) -> Result<(), Refused> {
        let iam = self.iam();
        let context = self.iam_context(about)?;
        for resource in about.resources(self, &iam) {
            iam.authorize(self.caller, name, &resource, &context)?;
        }
        Ok(())
    }

    /// What an action that is a change would change.
    pub(super) fn change(&self, action: &Action) -> Change {
        let resources = action.about.resources(self, &self.iam());
        let mut change = Change {
            who: String::new(),
            access_key: String::new(),
            target: resources.into_iter().next().unwrap_or_default(),
        };
        change.asked_by(self.caller);
        change
    }

    /// What is known of the request, whatever it asks for.
    pub(super) fn context(&self) -> Context<'a> {
        let mut context = Context::new();
        if let Some(client) = self.parts.extensions.get::<Client>() {
            context.set("aws:SourceIp", client.address.to_string());
            let is_secure = client.scheme == Scheme::Https;
            let secure = if is_secure { "true" } else { "false" };
            context.set("aws:SecureTransport", secure);
        }
        for (header, key) in [("user-agent", "aws:UserAgent"), ("referer", "aws:Referer")] {
            let value = self.parts.headers.get(header);
            if let Some(value) = value.and_then(|value| value.to_str().ok()) {
                context.set(key, value);
            }
        }
        context
    }

    fn iam_context(&self, about: About) -> Result<Context<'a>, Refused> {
        let mut context = self.context();
        for (parameter, key) in [
            ("PolicyArn", "iam:PolicyARN"),
            ("PermissionsBoundary", "iam:PermissionsBoundary"),
        ] {
            if let Some(value) = self.text(parameter) {
                context.set(key, value);
            }
        }
        let tags = self.parameters.tags()?;
        let mut keys: Vec<String> = self.parameters.list("TagKeys")?;
        for tag in tags {
            context.set(format!("aws:RequestTag/{}", tag.key), tag.value);
            keys.push(tag.key);
        }
        if !keys.is_empty() {
            context.set_all("aws:TagKeys", keys);
        }
        for tag in about
            .tagged(self)
            .map_or_else(Vec::new, |it| self.tags_of(it))
        {
            context.set(format!("aws:ResourceTag/{}", tag.key), tag.value.clone());
            context.set(format!("iam:ResourceTag/{}", tag.key), tag.value);
        }
        Ok(context)
    }

    /// What is not there has none.
    fn tags_of(&self, what: Tagged<'_>) -> Vec<identity::model::Tag> {
        self.iam().list_tags(what).unwrap_or_default()
    }
}
