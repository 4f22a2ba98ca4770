//! Real sockets and real time, with bounds short enough to wait for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures_util::future::BoxFuture;
use http::StatusCode;
use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;

const MOMENT: Duration = Duration::from_millis(300);
/// Far longer than anything here takes: reached only by a failure.
const FOREVER: Duration = Duration::from_secs(30);

struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<usize>,
    metrics: Arc<Metrics>,
}

impl Running {
    /// At least one must have been accepted before.
    async fn until_no_connection_is_open(&self) {
        let is_over = || {
            let text = self
                .metrics
                .render(&storage_engine::EngineStats::default())
                .unwrap();
            !text.contains("cairn_connections_total 0") && text.contains("cairn_connections 0")
        };
        within(async {
            while !is_over() {
                time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }
}

fn patient() -> ServeLimits {
    ServeLimits {
        slots: Slots::new(8),
        shares: None,
        head_wait_max: FOREVER,
        progress_wait_max: FOREVER,
        linger_max: FOREVER,
        shutdown_wait_max: FOREVER,
    }
}

async fn start<S>(limits: ServeLimits, service: S) -> Running
where
    S: Fn(Request<RequestBody>) -> BoxFuture<'static, Response<Full<Bytes>>>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let metrics = Metrics::new().unwrap();
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(serve(
        Entrances {
            listeners: vec![listener],
            tls: None,
        },
        service,
        Arc::new(|_| Response::new(Bytes::from_static(b"unreadable"))),
        limits,
        Arc::clone(&metrics),
        stopping,
    ));
    Running {
        address,
        stop,
        serving,
        metrics,
    }
}

/// Reads the whole body and answers with its length, or with the kind of its error.
fn measure(request: Request<RequestBody>) -> BoxFuture<'static, Response<Full<Bytes>>> {
    Box::pin(async move {
        let text = match request.into_body().collect().await {
            Ok(body) => body.to_bytes().len().to_string(),
            Err(e) => format!("{:?}", e.kind()),
        };
        Response::new(Full::from(text))
    })
}

/// Answers at once and never looks at the body.
fn refuse(_: Request<RequestBody>) -> BoxFuture<'static, Response<Full<Bytes>>> {
    Box::pin(async {
        let mut answer = Response::new(Full::from("refused"));
        *answer.status_mut() = StatusCode::FORBIDDEN;
        answer
    })
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    time::timeout(FOREVER, future)
        .await
        .expect("takes far too long")
}

/// Until something has been counted.
async fn until_counted(count: &AtomicUsize) {
    within(async {
        while count.load(Ordering::Relaxed) == 0 {
            time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Reads until the other side closes: what came, and whether it was an orderly end.
async fn read_all(stream: &mut TcpStream) -> (String, bool) {
    let mut text = Vec::new();
    let orderly = within(stream.read_to_end(&mut text)).await.is_ok();
    (String::from_utf8(text).unwrap(), orderly)
}

async fn exchange(address: SocketAddr, request: &str) -> (String, bool) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    read_all(&mut stream).await
}

#[tokio::test]
async fn a_request_with_a_body_is_answered() {
    let running = start(patient(), measure).await;
    let request =
        "PUT / HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: 5\r\n\r\n12345";
    let (answer, orderly) = exchange(running.address, request).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n5"), "{answer}");
    assert!(orderly);
    assert_eq!(running.metrics.bytes_received.get(), request.len() as u64);
    assert_eq!(running.metrics.bytes_sent.get(), answer.len() as u64);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_answered_431() {
    let running = start(patient(), measure).await;
    let padding = "x".repeat(limits::REQUEST_HEAD_BYTES_MAX);
    let request = format!("GET / HTTP/1.1\r\nhost: h\r\nx-padding: {padding}\r\n\r\n");
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    // Closes first, as a client does that has its answer; else the server lingers.
    let mut start = [0u8; 12];
    within(stream.read_exact(&mut start)).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 431");
}

#[tokio::test]
async fn too_many_headers_are_answered_431() {
    let running = start(patient(), measure).await;
    let headers: String = (0..200).map(|n| format!("x-{n}: v\r\n")).collect();
    let request = format!("GET / HTTP/1.1\r\nhost: h\r\n{headers}\r\n");
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut start = [0u8; 12];
    within(stream.read_exact(&mut start)).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 431");
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let limits = ServeLimits {
        head_wait_max: MOMENT,
        ..patient()
    };
    let running = start(limits, measure).await;
    for begun in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: h\r\nx-sl"] {
        let (answer, _) = exchange(running.address, begun).await;
        assert_eq!(answer, "", "after {begun:?}");
    }
}

#[tokio::test]
async fn an_idle_connection_ends() {
    let limits = ServeLimits {
        head_wait_max: MOMENT,
        ..patient()
    };
    let running = start(limits, measure).await;
    let (answer, orderly) = exchange(running.address, "GET / HTTP/1.1\r\nhost: h\r\n\r\n").await;
    assert!(answer.ends_with("\r\n\r\n0"), "{answer}");
    assert!(orderly);
}

#[tokio::test]
async fn a_body_that_stops_coming_is_an_error_and_an_answer() {
    let limits = ServeLimits {
        progress_wait_max: MOMENT,
        linger_max: MOMENT,
        ..patient()
    };
    let running = start(limits, measure).await;
    let begun = "PUT / HTTP/1.1\r\nhost: h\r\ncontent-length: 500\r\n\r\nsome";
    let (answer, orderly) = exchange(running.address, begun).await;
    assert!(answer.ends_with("\r\n\r\nTimedOut"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(orderly);
}

#[tokio::test]
async fn a_trickling_body_is_an_error_too() {
    let limits = ServeLimits {
        progress_wait_max: MOMENT,
        linger_max: MOMENT,
        ..patient()
    };
    let running = start(limits, measure).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = b"PUT / HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let started = Instant::now();
    // Never pauses as long as the bound, and would take hours.
    while stream.write_all(b"x").await.is_ok() && started.elapsed() < FOREVER {
        time::sleep(MOMENT / 10).await;
        let mut answer = [0u8; 512];
        if let Ok(length @ 1..) = stream.try_read(&mut answer) {
            let answer = std::str::from_utf8(&answer[..length]).unwrap();
            assert!(answer.ends_with("TimedOut"), "{answer}");
            return;
        }
    }
    panic!("no answer");
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_is_noticed() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&seen);
    let running = start(patient(), move |request: Request<RequestBody>| {
        let guard = CountOnDrop(Arc::clone(&counted));
        Box::pin(async move {
            let answer = measure(request).await;
            drop(guard);
            answer
        })
    })
    .await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let begun = b"PUT / HTTP/1.1\r\nhost: h\r\ncontent-length: 500\r\n\r\nsome";
    stream.write_all(begun).await.unwrap();
    drop(stream);
    until_counted(&seen).await;
}

struct CountOnDrop(Arc<AtomicUsize>);

impl Drop for CountOnDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn an_early_answer_is_read_although_the_body_is_still_coming() {
    let running = start(patient(), refuse).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let length = 32 << 20;
    let head = format!("PUT / HTTP/1.1\r\nhost: h\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // Sends everything before it looks for an answer, as simple clients do.
    let piece = vec![0u8; 1 << 20];
    for _ in 0..length / piece.len() {
        within(stream.write_all(&piece)).await.unwrap();
    }
    stream.shutdown().await.unwrap();
    let (answer, orderly) = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(answer.ends_with("refused"), "{answer}");
    assert!(orderly, "the connection was reset");
}

#[tokio::test]
async fn lingering_ends() {
    let limits = ServeLimits {
        linger_max: MOMENT,
        ..patient()
    };
    let running = start(limits, refuse).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = b"PUT / HTTP/1.1\r\nhost: h\r\ncontent-length: 1000000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let (answer, _) = read_all(&mut stream).await;
    assert!(answer.ends_with("refused"), "{answer}");
    // Our side is still open, yet the server lets go: its counter falls to zero.
    running.until_no_connection_is_open().await;
}

#[tokio::test]
async fn expect_continue_is_not_answered_when_the_body_is_not_wanted() {
    let running = start(patient(), refuse).await;
    let head = "PUT / HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
    let (answer, _) = exchange_and_close(running.address, head).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");

    let running = start(patient(), measure).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0u8; 25];
    within(stream.read_exact(&mut go_on)).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
}

async fn exchange_and_close(address: SocketAddr, request: &str) -> (String, bool) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    read_all(&mut stream).await
}

#[tokio::test]
async fn a_client_that_takes_nothing_loses_its_connection() {
    let limits = ServeLimits {
        progress_wait_max: MOMENT,
        ..patient()
    };
    // More than both kernels buffer.
    let running = start(limits, |_| {
        Box::pin(async { Response::new(Full::from(vec![0u8; 64 << 20])) })
    })
    .await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: h\r\n\r\n";
    stream.write_all(request).await.unwrap();
    running.until_no_connection_is_open().await;
    let sent = running.metrics.bytes_sent.get();
    assert!(sent > 0 && sent < 64 << 20, "{sent} bytes");
}

#[tokio::test]
async fn connections_beyond_the_bound_wait_for_their_turn() {
    let limits = ServeLimits {
        slots: Slots::new(2),
        ..patient()
    };
    let running = start(limits, measure).await;
    let request = "GET / HTTP/1.1\r\nhost: h\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut start = [0u8; 12];
        within(stream.read_exact(&mut start)).await.unwrap();
        held.push(stream);
    }
    let mut third = TcpStream::connect(running.address).await.unwrap();
    third.write_all(request.as_bytes()).await.unwrap();
    let mut start = [0u8; 12];
    time::timeout(MOMENT, third.read_exact(&mut start))
        .await
        .expect_err("must wait");
    held.pop();
    within(third.read_exact(&mut start)).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
}

#[tokio::test]
async fn an_address_that_has_its_share_is_cut_and_gets_it_back() {
    let limits = ServeLimits {
        shares: Some(Shares::new(2, |_| false)),
        ..patient()
    };
    let running = start(limits, measure).await;
    let request = "GET / HTTP/1.1\r\nhost: h\r\n\r\n";
    let ask = async || {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        // The other end may be gone before it is written.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut start = [0u8; 12];
        let read = within(stream.read_exact(&mut start)).await;
        read.is_ok().then_some(stream)
    };
    let first = ask().await;
    let second = ask().await;
    assert!(first.is_some() && second.is_some());
    assert!(ask().await.is_none());
    drop(first);
    while ask().await.is_none() {
        time::sleep(Duration::from_millis(5)).await;
    }
}

/// Answers after a moment.
fn slowly(_: Request<RequestBody>) -> BoxFuture<'static, Response<Full<Bytes>>> {
    Box::pin(async {
        time::sleep(MOMENT).await;
        Response::new(Full::from("late"))
    })
}

#[tokio::test]
async fn stopping_finishes_requests_and_closes_idle_connections() {
    let begun = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&begun);
    let running = start(patient(), move |request: Request<RequestBody>| {
        counted.fetch_add(1, Ordering::Relaxed);
        slowly(request)
    })
    .await;
    // Accepted before the other one.
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    let mut busy = TcpStream::connect(running.address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: h\r\n\r\n";
    busy.write_all(request).await.unwrap();
    until_counted(&begun).await;
    running.stop.send(true).unwrap();
    let (answer, orderly) = read_all(&mut busy).await;
    assert!(answer.ends_with("late"), "{answer}");
    assert!(orderly);
    assert_eq!(read_all(&mut idle).await.0, "");
    assert_eq!(within(running.serving).await.unwrap(), 0);
    TcpStream::connect(running.address)
        .await
        .expect_err("nobody listens any more");
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let limits = ServeLimits {
        shutdown_wait_max: MOMENT,
        ..patient()
    };
    let begun = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&begun);
    let running = start(limits, move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::pending())
    })
    .await;
    let mut busy = TcpStream::connect(running.address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: h\r\n\r\n";
    busy.write_all(request).await.unwrap();
    until_counted(&begun).await;
    running.stop.send(true).unwrap();
    assert_eq!(within(running.serving).await.unwrap(), 1);
}

/// An answer whose body looks like another one's head.
fn look_refused(_: Request<RequestBody>) -> BoxFuture<'static, Response<Full<Bytes>>> {
    Box::pin(async { Response::new(Full::from("HTTP/1.1 400 Bad Request\r\n\r\n")) })
}

#[tokio::test]
async fn what_is_no_http_is_answered_like_everything_else() {
    let running = start(patient(), look_refused).await;
    for garbage in ["GET\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n"] {
        let (answer, _) = exchange(running.address, garbage).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(answer.contains("\r\ndate: "), "{answer}");
        assert!(
            answer.ends_with("content-length: 10\r\n\r\nunreadable"),
            "{answer}"
        );
    }
    // After an answer too, and never instead of a body that looks like a refusal.
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let good = "GET / HTTP/1.1\r\nhost: h\r\n\r\n";
    stream.write_all(good.repeat(2).as_bytes()).await.unwrap();
    let bodies = |read: &[u8]| {
        let text = String::from_utf8_lossy(read);
        text.matches("Bad Request\r\n\r\n").count()
    };
    let mut good = Vec::new();
    while bodies(&good) < 2 {
        assert!(within(stream.read_buf(&mut good)).await.unwrap() > 0);
    }
    stream.write_all(b"GET\r\n\r\n").await.unwrap();
    let (bad, _) = read_all(&mut stream).await;
    let answer = String::from_utf8(good).unwrap() + &bad;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    assert_eq!(answer.matches("unreadable").count(), 1, "{answer}");
    assert!(answer.ends_with("unreadable"), "{answer}");
}
