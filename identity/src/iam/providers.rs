//! Providers of web identities.

use std::sync::Arc;

use super::{Iam, put, room};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Provider, Tag, check_tags};
use crate::store::row::{Row, RowKey};
use crate::store::state::State;
use crate::store::table::Write;

#[derive(Debug, Clone, Default)]
pub struct NewProvider<'a> {
    pub url: &'a str,
    pub clients: Vec<String>,
    pub thumbprints: Vec<String>,
    pub tags: Vec<Tag>,
}

impl Iam<'_> {
    pub async fn create_provider(&self, new: NewProvider<'_>) -> Result<Arc<Provider>> {
        check_url(new.url)?;
        check_tags(&new.tags, limits::TAGS_MAX)?;
        check_clients(&new.clients)?;
        check_thumbprints(&new.thumbprints)?;
        let provider = Provider {
            space: self.space.clone(),
            url: new.url.to_owned(),
            clients: new.clients,
            thumbprints: new.thumbprints,
            tags: new.tags,
            created: self.identity.seconds(),
        };
        self.identity
            .change(|state, writes| {
                let name = provider.host_and_path().to_owned();
                if state.providers.contains_key(&(self.space.clone(), name)) {
                    return Err(Error::EntityAlreadyExists(format!(
                        "Provider with url {} already exists.",
                        provider.url
                    )));
                }
                let count = self.all(state).count();
                room(
                    "OpenIDConnectProvidersPerAccount",
                    count,
                    limits::PROVIDERS_PER_ACCOUNT_MAX,
                )?;
                writes.push(put(Row::Provider(provider.clone())));
                Ok(Arc::new(provider))
            })
            .await
    }

    pub fn get_provider(&self, arn: &str) -> Result<Arc<Provider>> {
        self.provider(&self.identity.state(), arn)
    }

    pub fn list_providers(&self) -> Vec<Arc<Provider>> {
        self.all(&self.identity.state()).cloned().collect()
    }

    pub async fn delete_provider(&self, arn: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let provider = self.provider(state, arn)?;
                let name = provider.host_and_path().to_owned();
                writes.push(Write::Delete(RowKey::Provider(self.space.clone(), name)));
                Ok(())
            })
            .await
    }

    /// Adding twice is adding once.
    pub async fn add_client_id(&self, arn: &str, client: &str) -> Result<()> {
        self.change_provider(arn, |provider| {
            if !provider.clients.iter().any(|known| known == client) {
                provider.clients.push(client.to_owned());
            }
            check_clients(&provider.clients)
        })
        .await
    }

    /// Removing what is not there does nothing.
    pub async fn remove_client_id(&self, arn: &str, client: &str) -> Result<()> {
        self.change_provider(arn, |provider| {
            provider.clients.retain(|known| known != client);
            Ok(())
        })
        .await
    }

    pub async fn set_thumbprints(&self, arn: &str, thumbprints: Vec<String>) -> Result<()> {
        self.change_provider(arn, |provider| {
            provider.thumbprints = thumbprints;
            check_thumbprints(&provider.thumbprints)
        })
        .await
    }

    async fn change_provider(
        &self,
        arn: &str,
        change: impl FnOnce(&mut Provider) -> Result<()>,
    ) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let mut provider = (*self.provider(state, arn)?).clone();
                change(&mut provider)?;
                writes.push(put(Row::Provider(provider)));
                Ok(())
            })
            .await
    }

    pub(super) fn provider(&self, state: &State, arn: &str) -> Result<Arc<Provider>> {
        let found = self.all(state).find(|provider| provider.arn() == arn);
        found.cloned().ok_or_else(|| {
            Error::NoSuchEntity(format!("OpenIDConnect Provider not found for arn {arn}"))
        })
    }

    fn all<'s>(&self, state: &'s State) -> impl Iterator<Item = &'s Arc<Provider>> {
        let from = (self.space.clone(), String::new());
        let space = self.space.clone();
        let behind = state.providers.range(from..);
        let ours = behind.take_while(move |((known, _), _)| *known == space);
        ours.map(|(_, provider)| provider)
    }
}

fn check_url(url: &str) -> Result<()> {
    let rest = url.strip_prefix("https://");
    let rest = rest
        .or_else(|| url.strip_prefix("http://"))
        .unwrap_or_default();
    let printable = rest
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"?#@".contains(&byte));
    let fits = url.len() <= limits::PROVIDER_URL_BYTES_MAX;
    match fits && printable && !rest.is_empty() && !rest.starts_with('/') {
        true => Ok(()),
        false => Err(Error::InvalidInput(
            "Invalid Open ID Connect Provider URL".into(),
        )),
    }
}

fn check_clients(clients: &[String]) -> Result<()> {
    let fits = |client: &String| (1..=limits::CLIENT_BYTES_MAX).contains(&client.len());
    if !clients.iter().all(fits) {
        return Err(Error::Validation(
            "clientID must have 1 to 255 characters".into(),
        ));
    }
    match clients.len() <= limits::CLIENTS_PER_PROVIDER_MAX {
        true => Ok(()),
        false => Err(Error::LimitExceeded(format!(
            "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {}",
            limits::CLIENTS_PER_PROVIDER_MAX
        ))),
    }
}

/// Kept and shown; which certificates are trusted is up to whoever fetches the provider's keys.
fn check_thumbprints(thumbprints: &[String]) -> Result<()> {
    let fits = |print: &String| print.len() == 40 && print.is_ascii();
    match thumbprints.len() <= limits::THUMBPRINTS_PER_PROVIDER_MAX && thumbprints.iter().all(fits)
    {
        true => Ok(()),
        false => Err(Error::InvalidInput(format!(
            "Thumbprint list must contain fewer than {} entries of 40 characters.",
            limits::THUMBPRINTS_PER_PROVIDER_MAX + 1
        ))),
    }
}

#[cfg(test)]
mod tests;
