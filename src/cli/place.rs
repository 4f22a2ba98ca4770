//! Which server a command is about.

use std::path::PathBuf;

use clap::Args;

use super::JsonArgs;
use crate::client::Failure;

const DATA: &str = "CAIRN_DATA";
const SERVER: &str = "CAIRN_SERVER";
const TOKEN: &str = "CAIRN_TOKEN";

/// A server, and how what it says is shown.
#[derive(Debug, Args)]
pub(crate) struct ClientArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,

    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// Named by its data folder, whether it runs or not, or by its address.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// Data folder: of a server that runs on it the server is asked, else the folder is looked
    /// after here [env: CAIRN_DATA]
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    data: Option<PathBuf>,

    /// Address of the admin interface of a server somewhere else, such as https://HOST:9001 [env:
    /// CAIRN_SERVER]
    #[arg(long, value_name = "URL")]
    server: Option<String>,

    /// Service token or access token to ask that server with; better in the environment, where
    /// others do not see it [env: CAIRN_TOKEN]
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Folder(PathBuf),
    Server { url: String, token: Option<String> },
}

impl PlaceArgs {
    /// What is typed counts for more than the environment, and a server there for more than a
    /// folder.
    pub(crate) fn find(&self) -> Result<Place, Failure> {
        self.find_with(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn find_with(&self, environment: impl Fn(&str) -> Option<String>) -> Result<Place, Failure> {
        let server = |url: &str| Place::Server {
            url: url.to_owned(),
            token: self.token.clone().or_else(|| environment(TOKEN)),
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
