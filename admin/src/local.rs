//! Requests that come from the machine itself: who can send one has the data folder, and with it
//! everything that is in it. So they need no login, and come from the server's own account.

use crate::call::Call;
use crate::inner::Inner;
use crate::refused::Refused;
use crate::session::bearer::{Bearer, authenticate};
use http::header::AUTHORIZATION;
use http::request::Parts;
use identity::model::Holder;
use identity::{Caller, Proof};
use std::sync::Arc;

/// By which way such a request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// The socket in the data folder, which lets in its owner and nobody else.
    Socket,
    /// A command on the folder of a server that does not run.
    Folder,
    /// What the configuration declares.
    Configuration,
}

impl Local {
    fn name(self) -> &'static str {
        match self {
            Local::Socket => "socket",
            Local::Folder => "command line",
            Local::Configuration => "configuration",
        }
    }
}

/// Who asks. A token counts for more than the way it comes by: it may stand for somebody who may
/// do less.
pub(crate) async fn who(
    admin: &Inner,
    parts: &Parts,
) -> Result<(Arc<Caller>, Option<Bearer>), Refused> {
    let is_local = parts.extensions.get::<Local>().is_some();
    if !is_local || parts.headers.contains_key(AUTHORIZATION) {
        let (caller, bearer) = authenticate(admin, parts).await?;
        admin.s3.load().admit(&caller)?;
        return Ok((caller, Some(bearer)));
    }
    let root = Holder::Account(admin.identity.root().id.clone());
    let proof = Proof::Login {
        second_factor: None,
    };
    let caller = admin.identity.caller_of(&root, proof);
    let none = || Refused::failure("the server's own account", &"it is not there");
    Ok((caller.ok_or_else(none)?, None))
}

/// Where a request comes from, for the audit log.
pub(crate) fn origin(call: &Call<'_>) -> String {
    match call.parts.extensions.get::<Local>() {
        Some(local) => local.name().to_owned(),
        None => call.client().address.to_string(),
    }
}
