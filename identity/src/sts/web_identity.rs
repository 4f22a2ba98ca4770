//! AssumeRoleWithWebIdentity: a token of a provider for credentials of a role.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::TAG_SESSION;
use super::assume::{AssumedRole, Limits, SessionTags, describe};
use super::jwt::{self, Claims};
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::limits;
use crate::model::{Provider, check_session_name};
use crate::policy::{
    Context, Layers, Principal, PrincipalKind, Relation, Request, Standing, Work, evaluate,
};
use crate::session::WebIdentity;

/// A JWKS document, or why it cannot be had.
pub type KeysFuture<'a> =
    Pin<Box<dyn Future<Output = std::result::Result<Arc<str>, String>> + Send + 'a>>;

/// Where the keys of a provider come from: it is asked for its JWKS document.
pub trait KeySource: fmt::Debug + Send + Sync {
    /// `key_id` is what a token calls its key: a document that was kept and does not have it is to
    /// be fetched anew.
    fn keys<'a>(&'a self, provider: &'a Provider, key_id: Option<&'a str>) -> KeysFuture<'a>;
}

/// Of servers that can ask nobody.
#[derive(Debug, Clone, Copy)]
pub struct NoKeys;

impl KeySource for NoKeys {
    fn keys<'a>(&'a self, _: &'a Provider, _: Option<&'a str>) -> KeysFuture<'a> {
        Box::pin(async { Err("this server asks no provider for its keys".to_owned()) })
    }
}

#[derive(Debug, Clone, Default)]
pub struct WebIdentityRequest<'a> {
    pub role_arn: &'a str,
    pub session_name: &'a str,
    pub token: &'a str,
    pub seconds: Option<u32>,
    pub policy: Option<&'a str>,
    pub policy_arns: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct AssumedByWebIdentity {
    pub role: AssumedRole,
    /// Of the provider: its URL.
    pub provider: String,
    pub audience: String,
    pub subject: String,
}

/// The claim in which Amazon looks for tags of a session.
const TAGS_CLAIM: &str = "https://aws.amazon.com/tags";

impl Identity {
    /// Whoever brings the token is a provider's, not a caller: only the role's policy decides.
    pub async fn assume_role_with_web_identity(
        &self,
        keys: &dyn KeySource,
        request: &WebIdentityRequest<'_>,
        context: &Context<'_>,
    ) -> Result<AssumedByWebIdentity> {
        check_session_name(request.session_name)?;
        if request.token.len() > limits::WEB_IDENTITY_TOKEN_BYTES_MAX {
            return Err(invalid("The token is too long"));
        }
        let denied = || {
            Error::AccessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity".into())
        };
        let trusting = self.trusting(request.role_arn).ok_or_else(denied)?;
        let origin = jwt::origin(request.token)?;
        let provider = self.provider_of(&trusting.role.space, &origin.issuer);
        let provider = provider.ok_or_else(|| {
            invalid("No OpenIDConnect provider found in your account for the token's issuer")
        })?;
        let document = keys
            .keys(&provider, origin.key_id.as_deref())
            .await
            .map_err(Error::ProviderUnreachable)?;
        let claims = jwt::verify(request.token, &document, self.seconds())?;
        let audience = audience(&claims, &provider)?;
        let subject = claims
            .text("sub")
            .ok_or_else(|| invalid("The token has no subject"))?;
        let tags = tags(&claims)?;
        let web = WebIdentity {
            provider: provider.arn(),
            claims: condition_keys(&claims, provider.host_and_path(), &audience),
        };
        let mut context = context.clone();
        describe(&mut context, &trusting.role, request.session_name, &tags);
        for (key, values) in &web.claims {
            context.set_all(key.as_str(), values.iter().map(String::as_str));
        }
        let principal = Principal {
            kind: PrincipalKind::Federated,
            arn: web.provider.clone(),
            ..Principal::default()
        };
        let may = |action| {
            let layers = Layers {
                standing: Standing::Ordinary,
                identity: &[],
                boundary: None,
                session: &[],
                restriction: None,
                resource: Some(&trusting.trust),
                relation: Relation::Trust,
            };
            let request = Request {
                principal: &principal,
                action,
                resource: request.role_arn.as_bytes(),
                context: &context,
                now: self.now(),
                work: &Work::default(),
            };
            evaluate(&layers, &request).is_allowed()
        };
        let tagging = tags.tags.is_empty() || may(TAG_SESSION);
        if !may("sts:AssumeRoleWithWebIdentity") || !tagging {
            return Err(denied());
        }
        let asked = Limits {
            policy: request.policy,
            policy_arns: &request.policy_arns,
            seconds: request.seconds,
        };
        let mut session = self.role_session(&trusting.role, request.session_name, &asked)?;
        session.tags = tags.tags;
        session.transitive = tags.transitive;
        session.web_identity = Some(web);
        Ok(AssumedByWebIdentity {
            role: self.assumed(&trusting.role, request.session_name, &session)?,
            provider: provider.url.clone(),
            audience,
            subject: subject.to_owned(),
        })
    }

    fn provider_of(&self, space: &str, issuer: &str) -> Option<Arc<Provider>> {
        let state = self.state();
        let name = crate::model::host_and_path(issuer);
        let key = (space.to_owned(), name.trim_end_matches('/').to_owned());
        let found = state.providers.get(&key);
        let found = found.or_else(|| state.providers.get(&(space.to_owned(), name.to_owned())));
        found.cloned()
    }
}

/// The first audience the provider accepts. A provider without a list accepts any: then the role's
/// policy is where audiences are told apart.
fn audience(claims: &Claims, provider: &Provider) -> Result<String> {
    let mut audiences = claims.texts("aud");
    if audiences.is_empty() {
        audiences = ["azp", "client_id", "clientId"]
            .iter()
            .flat_map(|name| claims.texts(name))
            .collect();
    }
    let accepted =
        |audience: &String| provider.clients.is_empty() || provider.clients.contains(audience);
    let found = audiences.into_iter().find(accepted);
    found.ok_or_else(|| invalid("Incorrect token audience"))
}

/// `example.com:sub` and so on. `app_id` is what some providers call the audience.
fn condition_keys(claims: &Claims, host: &str, audience: &str) -> Vec<(String, Vec<String>)> {
    let mut keys = vec![(format!("{host}:app_id"), vec![audience.to_owned()])];
    for name in claims.names() {
        let values = claims.texts(name);
        if !values.is_empty() && name != TAGS_CLAIM && keys.len() < limits::TAGS_MAX {
            keys.push((format!("{host}:{name}"), values));
        }
    }
    keys
}

fn tags(claims: &Claims) -> Result<SessionTags> {
    let Some(Value::Object(found)) = claims.get(TAGS_CLAIM) else {
        return Ok(SessionTags::default());
    };
    let wrong = || invalid("The tags of the token cannot be read");
    let empty = Map::new();
    let principal = match found.get("principal_tags") {
        Some(Value::Object(tags)) => tags,
        None => &empty,
        Some(_) => return Err(wrong()),
    };
    if principal.len() > limits::TAGS_MAX {
        return Err(wrong());
    }
    let tags = principal.iter().map(|(key, values)| {
        let values = jwt::texts(values);
        let key_fits = (1..=limits::TAG_KEY_CHARS_MAX).contains(&key.chars().count());
        let fits = |value: &String| value.chars().count() <= limits::TAG_VALUE_CHARS_MAX;
        match key_fits && !values.is_empty() && values.iter().all(fits) {
            true => Ok((key.clone(), values)),
            false => Err(wrong()),
        }
    });
    Ok(SessionTags {
        tags: tags.collect::<Result<_>>()?,
        transitive: found
            .get("transitive_tag_keys")
            .map(jwt::texts)
            .unwrap_or_default(),
    })
}

fn invalid(why: &str) -> Error {
    Error::InvalidIdentityToken(why.to_owned())
}
