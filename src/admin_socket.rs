//! The socket in the data folder: the admin interface for commands of this machine.
//!
//! Who may open it has the folder, and with it all that is in it. So a request that comes this way
//! needs no login. The file lets in its owner alone, and the kernel says who is at the other end:
//! the user the server runs as, or root. Everybody else is sent away unheard.

use std::convert::Infallible;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3_api::Scheme;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time;
use tracing::{debug, warn};

use crate::console::Console;
use crate::limits::{
    ACCEPT_PAUSE, ADMIN_SOCKET_CONNECTIONS_MAX, HEAD_WAIT_MAX, READ_BUFFER_BYTES_MAX,
    REQUEST_HEAD_BYTES_MAX, SHUTDOWN_WAIT_MAX, SOCKET_PATH_BYTES_MAX,
};
use crate::serve::stopped;

/// Name of the file in the data folder.
pub(crate) const FILE: &str = "admin.sock";

const ROOT: u32 = 0;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SocketError {
    #[error(
        "its path has {0} bytes, and a socket's has {SOCKET_PATH_BYTES_MAX} at most; a data folder \
         with a shorter path has one"
    )]
    TooLong(usize),
    #[error("there is something else of this name, remove it")]
    Taken,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Listened on. The file goes when this is dropped.
#[derive(Debug)]
pub(crate) struct AdminSocket {
    listener: UnixListener,
    path: PathBuf,
    owner: u32,
}

/// The path of the socket, where it fits into the address of one.
pub(crate) fn path_in(data: &Path) -> Result<PathBuf, SocketError> {
    let path = data.join(FILE);
    match path.as_os_str().as_bytes().len() {
        fits if fits <= SOCKET_PATH_BYTES_MAX => Ok(path),
        long => Err(SocketError::TooLong(long)),
    }
}

impl AdminSocket {
    /// None if there can be none, which the log says: whoever only serves S3 misses nothing.
    pub(crate) fn open_or_warn(data: &Path) -> Option<AdminSocket> {
        let opened = AdminSocket::open(data);
        let failed = |error: &SocketError| {
            let advice = "no admin socket: commands reach this server by --server and a token only";
            warn!(path = %data.join(FILE).display(), %error, "{advice}");
        };
        opened.inspect_err(failed).ok()
    }

    /// Call with the folder's lock held: a socket that is there is one of a server that was killed.
    fn open(data: &Path) -> Result<AdminSocket, SocketError> {
        let path = path_in(data)?;
        match fs::symlink_metadata(&path) {
            Ok(there) if there.file_type().is_socket() => fs::remove_file(&path)?,
            Ok(_) => return Err(SocketError::Taken),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let listener = UnixListener::bind(&path)?;
        // Who gets in before this is asked who he is all the same.
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(AdminSocket {
            listener,
            owner: fs::symlink_metadata(&path)?.uid(),
            path,
        })
    }

    /// Until told to stop; then requests in flight may finish. Returns how many connections had to
    /// be cut.
    pub(crate) async fn serve(
        self,
        console: Arc<Console>,
        scheme: Scheme,
        mut stop: watch::Receiver<bool>,
    ) -> usize {
        let mut connections = JoinSet::new();
        loop {
            let has_room = connections.len() < ADMIN_SOCKET_CONNECTIONS_MAX;
            tokio::select! {
                biased;
                () = stopped(&mut stop) => break,
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                accepted = self.listener.accept(), if has_room => match accepted {
                    Ok((stream, _)) if self.lets_in(&stream) => {
                        let served = connection(stream, Arc::clone(&console), scheme, stop.clone());
                        connections.spawn(served);
                    }
                    Ok(_) => {}
                    Err(error) => {
                        warn!(%error, "cannot accept a connection of the admin socket");
                        time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        let all = async { while connections.join_next().await.is_some() {} };
        match time::timeout(SHUTDOWN_WAIT_MAX, all).await {
            Ok(()) => 0,
            Err(_) => connections.len(),
        }
    }

    fn lets_in(&self, stream: &UnixStream) -> bool {
        match stream.peer_cred() {
            Ok(peer) if peer.uid() == self.owner || peer.uid() == ROOT => true,
            Ok(peer) => {
                warn!(
                    uid = peer.uid(),
                    "somebody else has tried to open the admin socket"
                );
                false
            }
            Err(error) => {
                warn!(%error, "cannot find out who has opened the admin socket");
                false
            }
        }
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        // The next start removes what is left.
        let _ = fs::remove_file(&self.path);
    }
}

async fn connection(
    stream: UnixStream,
    console: Arc<Console>,
    scheme: Scheme,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let console = Arc::clone(&console);
        async move { Ok::<_, Infallible>(Box::pin(console.answer_local(request, scheme)).await) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT_MAX)
        .max_header_size(REQUEST_HEAD_BYTES_MAX)
        .max_buf_size(READ_BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    let ended = tokio::select! {
        biased;
        ended = &mut serving => ended,
        () = stopped(&mut stop) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection of the admin socket ended");
    }
}

#[cfg(test)]
mod tests;
