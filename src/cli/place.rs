//! Which server a command is about.

use std::path::PathBuf;

use clap::Args;

use super::JsonArgs;
use crate::client::Failure;

const DATA: &str = "CAIRN_DATA";
const SERVER: &str = "CAIRN_SERVER";
const TOKEN: &str = "CAIRN_TOKEN";
const CERTIFICATE: &str = "CAIRN_CERTIFICATE";

/// Above what every command has that asks a server: its own flags come first.
pub(super) const HEADING: &str = "Which server";

/// A server, and how what it says is shown.
#[derive(Debug, Args)]
pub(crate) struct ClientArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,

    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// A list of what has names, or of some of it.
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Only those whose names contain this, case aside
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

/// Named by its data folder, whether it runs or not, or by its address.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// Data folder: of a server that runs on it the server is asked, else the folder is looked
    /// after here [env: CAIRN_DATA]
    #[arg(long, value_name = "DIR", conflicts_with = "server", help_heading = HEADING)]
    data: Option<PathBuf>,

    /// Address of the admin interface of a server somewhere else, such as https://HOST:9001 [env:
    /// CAIRN_SERVER]
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    server: Option<String>,

    /// Service token or access token to ask that server with; better in the environment, where
    /// others do not see it [env: CAIRN_TOKEN]
    #[arg(long, value_name = "TOKEN", help_heading = HEADING)]
    token: Option<String>,

    #[command(flatten)]
    certificate: CertificateArgs,
}

/// Whom to trust over TLS besides those that the machine trusts.
#[derive(Debug, Default, Args)]
pub(crate) struct CertificateArgs {
    /// File with the certificate of a server that is reached over https://, or of whoever has
    /// issued it; without it those count that the machine trusts [env: CAIRN_CERTIFICATE]
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    certificate: Option<PathBuf>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Folder(PathBuf),
    Server(ServerPlace),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServerPlace {
    pub(crate) url: String,
    pub(crate) token: Option<String>,
    pub(crate) certificate: Option<PathBuf>,
}

impl CertificateArgs {
    pub(crate) fn find(&self) -> Option<PathBuf> {
        self.find_with(&of_environment)
    }

    fn find_with(&self, environment: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        let typed = self.certificate.clone();
        typed.or_else(|| environment(CERTIFICATE).map(PathBuf::from))
    }
}

fn of_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl PlaceArgs {
    /// What is typed counts for more than the environment, and a server there for more than a
    /// folder.
    pub(crate) fn find(&self) -> Result<Place, Failure> {
        self.find_with(of_environment)
    }

    fn find_with(&self, environment: impl Fn(&str) -> Option<String>) -> Result<Place, Failure> {
        let server = |url: &str| {
            Place::Server(ServerPlace {
                url: url.to_owned(),
                token: self.token.clone().or_else(|| environment(TOKEN)),
                certificate: self.certificate.find_with(&environment),
            })
        };
        if let Some(url) = &self.server {
            return Ok(server(url));
        }
        if let Some(data) = &self.data {
            return Ok(Place::Folder(data.clone()));
        }
        if let Some(url) = environment(SERVER) {
            return Ok(server(&url));
        }
        let data = environment(DATA).ok_or_else(|| {
            let what = "which server? Name its data folder (--data DIR, CAIRN_DATA), or its \
                        address (--server URL, CAIRN_SERVER) with a token";
            Failure::Usage(what.to_owned())
        })?;
        Ok(Place::Folder(data.into()))
    }
}

#[cfg(test)]
mod tests;
