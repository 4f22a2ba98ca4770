//! Through the socket of the server that runs on a folder.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use super::{AnswerBody, Failure};
use crate::admin_socket::path_in;

#[derive(Debug)]
pub(super) struct Socket {
    path: PathBuf,
}

/// Nothing if no server listens there.
pub(super) async fn of_server_on(data: &Path) -> Result<Option<Socket>, Failure> {
    // A server has none there either, and said so.
    let Ok(path) = path_in(data) else {
        return Ok(None);
    };
    match UnixStream::connect(&path).await {
        Ok(_) => Ok(Some(Socket { path })),
        Err(error) => match error.kind() {
            // None, or one that was left by a server that was killed.
            io::ErrorKind::NotFound
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::NotADirectory => Ok(None),
            io::ErrorKind::PermissionDenied => Err(Failure::Local(format!(
                "{}: {error}. Run this as the user the server runs as, or as root; or ask it with \
                 --server URL and a token",
                path.display()
            ))),
            _ => Err(Failure::Local(format!("{}: {error}", path.display()))),
        },
    }
}

impl Socket {
    /// On a connection of its own: commands ask a few questions, and then they end.
    pub(super) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<AnswerBody>, Failure> {
        let unreachable = |error: &dyn std::error::Error| Failure::Unreachable(error.to_string());
        let stream = UnixStream::connect(&self.path).await;
        let stream = stream.map_err(|error| unreachable(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| unreachable(&error))?;
        tokio::spawn(connection);
        let headers = request.headers_mut();
        headers.insert(HOST, HeaderValue::from_static("localhost"));
        let answer = sender.send_request(request).await;
        let answer = answer.map_err(|error| unreachable(&error))?;
        Ok(answer.map(|body| body.map_err(Into::into).boxed_unsync()))
    }
}
