//! A request of somebody, on its way through an endpoint.

use crate::answer::misread;
use crate::audit;
use crate::inner::Inner;
use crate::refused::Refused;
use crate::route::Route;
use crate::session::bearer::Bearer;
use http::request::Parts;
use identity::limits::ACCESS_KEY_BYTES_MAX;
use identity::policy::{Context, Work};
use identity::{Caller, Owner, Target};
use s3_api::{Client, Scheme};
use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, OnceLock};

pub(crate) struct Call<'a> {
    pub(crate) admin: &'a Inner,
    pub(crate) parts: &'a Parts,
    /// Nobody where the route is open and nobody logged in.
    pub(crate) caller: Arc<Caller>,
    /// How it is known who that is.
    pub(crate) bearer: Option<Bearer>,
    /// The values of `{…}` in the route's path, in their order.
    pub(crate) path: Vec<String>,
    /// What it came by; nothing where an endpoint asks for somebody.
    pub(crate) route: Option<&'static Route>,
    /// What the audit log says it was about, where that is more than the path.
    about: OnceLock<String>,
    /// The access key that it was to sign something with.
    signed_with: OnceLock<String>,
    /// Who it turned out to be, where that was not known before.
    who: OnceLock<String>,
    /// A stranger tried a password, of which only so many are let through.
    guessed: OnceLock<()>,
    /// Of all that is decided for it here.
    pub(crate) work: Work,
}

impl<'a> Call<'a> {
    pub(crate) fn new(
        admin: &'a Inner,
        parts: &'a Parts,
        caller: Arc<Caller>,
        bearer: Option<Bearer>,
        path: Vec<String>,
    ) -> Self {
        Self {
            admin,
            parts,
            caller,
            bearer,
            path,
            route: None,
            about: OnceLock::new(),
            signed_with: OnceLock::new(),
            who: OnceLock::new(),
            guessed: OnceLock::new(),
            work: Work::default(),
        }
    }

    /// A value of the path. The table and the endpoint agree on how many there are.
    pub(crate) fn path(&self, at: usize) -> &str {
        self.path.get(at).map_or("", String::as_str)
    }

    pub(crate) fn query<Q: DeserializeOwned>(&self) -> Result<Q, Refused> {
        let query = self.parts.uri.query().unwrap_or_default();
        let read = serde_html_form::Deserializer::from_bytes(query.as_bytes());
        serde_path_to_error::deserialize(read).map_err(|error| {
            let path = error.path().to_string();
            misread(&path, &error.into_inner().to_string())
        })
    }

    /// For a route that takes no parameters.
    pub(crate) fn no_query(&self) -> Result<(), Refused> {
        let query = self.parts.uri.query().unwrap_or_default();
        let first = query.split(['&', '=']).next().unwrap_or_default();
        match query.is_empty() {
            true => Ok(()),
            false => Err(Refused::field(first, "This route takes no parameters.")),
        }
    }

    pub(crate) fn client(&self) -> Client {
        let client = self.parts.extensions.get::<Client>().copied();
        client.unwrap_or(Client {
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            scheme: Scheme::Http,
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let value = self.parts.headers.get(name);
        value.and_then(|value| value.to_str().ok())
    }

    /// Tells the audit log what it is about.
    pub(crate) fn about(&self, what: impl Into<String>) {
        let mut what: String = what.into();
        audit::shorten(&mut what);
        // The first to say so knows best.
        let _ = self.about.set(what);
    }

    pub(crate) fn target(&self) -> String {
        let about = self.about.get().cloned();
        about.unwrap_or_else(|| self.path.join("/"))
    }

    /// Tells the audit log which access key it was to sign something with.
    pub(crate) fn signs_with(&self, id: &str) {
        let id = &id[..id.floor_char_boundary(ACCESS_KEY_BYTES_MAX)];
        let _ = self.signed_with.set(id.to_owned());
    }

    pub(crate) fn signed_with(&self) -> String {
        self.signed_with.get().cloned().unwrap_or_default()
    }

    /// Tells the audit log who it is.
    pub(crate) fn is_by(&self, caller: &Caller) {
        let _ = self.who.set(caller.arn().to_owned());
    }

    pub(crate) fn who(&self) -> String {
        let who = self.who.get().cloned();
        who.unwrap_or_else(|| match self.caller.is_anonymous() {
            true => String::new(),
            false => self.caller.arn().to_owned(),
        })
    }

    /// Tells the audit log that this was an attempt at a password that was let through.
    pub(crate) fn has_guessed(&self) {
        let _ = self.guessed.set(());
    }

    /// Whether nothing bounds how often this comes from whom: nobody has shown who he is, and no
    /// attempt was counted.
    pub(crate) fn is_of_stranger(&self) -> bool {
        self.who().is_empty() && self.guessed.get().is_none()
    }

    /// IAM of the account that asks.
    pub(crate) fn iam(&self) -> identity::iam::Iam<'a> {
        self.admin.identity.iam(&self.caller)
    }

    /// Refuses unless the caller may do an action of IAM to what the parameters name.
    pub(crate) fn permit_iam(
        &self,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<(), Refused> {
        let s3 = &self.admin.s3;
        Ok(s3.permit_iam(&self.caller, self.parts, action, parameters)?)
    }

    /// Refuses unless the caller may do something to the server itself, `cairn:ReadAudit`.
    pub(crate) fn permit(&self, action: &'static str) -> Result<(), Refused> {
        self.permit_on(action, "*")
    }

    /// The same to something that only the server's own account decides about.
    pub(crate) fn permit_on(&self, action: &'static str, resource: &str) -> Result<(), Refused> {
        let root = self.admin.identity.root();
        let owner = Owner::Account(&root);
        match self.may(action, resource, owner) {
            None => Ok(()),
            Some(refusal) => Err(Refused::denied(refusal)),
        }
    }

    /// Why the caller may not do that, if so.
    pub(crate) fn may(&self, action: &str, resource: &str, owner: Owner<'_>) -> Option<String> {
        let target = Target {
            resource: resource.as_bytes(),
            owner,
            policy: None,
        };
        let context = self.context();
        let caller = &self.caller;
        let decision = caller.authorize_within(&self.work, action, &target, &context);
        let refusal = || caller.refusal(&decision, action, resource);
        (!decision.is_allowed()).then(refusal)
    }

    /// Whether there may be anything the caller could do that to.
    pub(crate) fn could(&self, action: &str, owner: Owner<'_>) -> bool {
        let anything = Target {
            resource: b"",
            owner,
            policy: None,
        };
        let context = self.context();
        self.caller.could(&self.work, action, &anything, &context)
    }

    fn context(&self) -> Context<'static> {
        let mut context = Context::new();
        let client = self.client();
        context.set("aws:SourceIp", client.address.to_string());
        let is_secure = client.scheme == Scheme::Https;
        context.set(
            "aws:SecureTransport",
            if is_secure { "true" } else { "false" },
        );
        if let Some(agent) = self.header("user-agent") {
            context.set("aws:UserAgent", agent.to_owned());
        }
        context
    }
}
