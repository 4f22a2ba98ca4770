//! What bytes come over: TCP as it is, or TLS over it.

use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time;
use tokio_rustls::server::TlsStream;

use crate::limits::{LINGER_BYTES_MAX, LINGER_MAX, TLS_HANDSHAKE_WAIT_MAX};
use crate::tls::Handshakes;

/// The first byte of whatever speaks TLS: the type of a record that holds a handshake.
const TLS_HANDSHAKE: u8 = 0x16;

/// What is spoken over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// What clients are told that forgot the `s` of `https`.
const SPEAK_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\
    content-type: text/plain\r\n\
    content-length: 44\r\n\
    connection: close\r\n\r\n\
    This port speaks TLS only: ask it by https.\n";

pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Shakes hands where there is TLS. A client may take some seconds for it, not more.
    pub(super) async fn open(stream: TcpStream, tls: Option<&Handshakes>) -> io::Result<Self> {
        match tls {
            None => Ok(Stream::Plain(stream)),
            Some(tls) => {
                let opened = time::timeout(TLS_HANDSHAKE_WAIT_MAX, shake_hands(stream, tls));
                opened.await.unwrap_or_else(|_| {
                    let why = "the client was too slow in setting up TLS";
                    Err(io::Error::new(io::ErrorKind::TimedOut, why))
                })
            }
        }
    }
}

impl Stream {
    /// As agreed upon within TLS.
    pub(super) fn protocol(&self) -> Protocol {
        match self {
            Stream::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                Protocol::Http2
            }
            _ => Protocol::Http1,
        }
    }
}

async fn shake_hands(mut stream: TcpStream, tls: &Handshakes) -> io::Result<Stream> {
    let mut first = [0];
    let is_begun = stream.peek(&mut first).await? > 0;
    if is_begun && first[0] != TLS_HANDSHAKE {
        stream.write_all(SPEAK_TLS).await?;
        stream.shutdown().await?;
        throw_away_rest(stream).await;
        let why = "the client does not speak TLS";
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    let stream = tls.shake(stream).await?;
    Ok(Stream::Tls(Box::new(stream)))
}

/// Closing a socket with unread bytes, or before the last ones have come, resets the connection,
/// and a client may lose the answer by it.
async fn throw_away_rest(stream: TcpStream) {
    let mut rest = stream.take(LINGER_BYTES_MAX);
    // However this ends, the client has been told what there is to tell.
    let _ = time::timeout(LINGER_MAX, io::copy(&mut rest, &mut io::sink())).await;
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
