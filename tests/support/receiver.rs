//! A receiver of events: an HTTP server that takes every message, or says that it is busy.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    is_busy: AtomicBool,
    refused: AtomicUsize,
    taken: Mutex<Vec<Value>>,
}

impl Receiver {
    pub(crate) fn start() -> Receiver {
        Receiver::listen(|stream, shared| {
            serve(stream, shared);
        })
    }

    /// The same over TLS.
    pub(crate) fn start_over_tls(config: Arc<ServerConfig>) -> Receiver {
        Receiver::listen(move |stream, shared| {
            let connection = ServerConnection::new(Arc::clone(&config));
            serve(StreamOwned::new(connection.unwrap(), stream), shared);
        })
    }

    fn listen(serve: impl Fn(TcpStream, &Shared) + Clone + Send + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver = Receiver {
            address: listener.local_addr().unwrap(),
            shared: Arc::default(),
        };
        let shared = Arc::clone(&receiver.shared);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (shared, serve) = (Arc::clone(&shared), serve.clone());
                thread::spawn(move || serve(stream, &shared));
            }
        });
        receiver
    }

    pub(crate) fn set_busy(&self, is_busy: bool) {
        self.shared.is_busy.store(is_busy, Ordering::SeqCst);
    }

    /// How often it has said that it is busy.
    pub(crate) fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::SeqCst)
    }

    /// All messages it has taken, in the order they came.
    pub(crate) fn taken(&self) -> Vec<Value> {
        self.shared.taken.lock().unwrap().clone()
    }
}

/// Requests one after the other, until the client goes or sends what is none.
fn serve(stream: impl Read + Write, shared: &Shared) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            let line = line.to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        let status = match shared.is_busy.load(Ordering::SeqCst) {
            true => {
                shared.refused.fetch_add(1, Ordering::SeqCst);
                "503 Busy"
            }
            false => {
                let message = serde_json::from_slice(&body).ok()?;
                shared.taken.lock().unwrap().push(message);
                "200 OK"
            }
        };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        stream.get_mut().write_all(answer.as_bytes()).ok()?;
        stream.get_mut().flush().ok()?;
    }
}
