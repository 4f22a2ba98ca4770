use super::*;
use futures_util::stream;
use http::HeaderValue;
use http_body::Frame;
use http_body_util::{Empty, Full, StreamBody};

type Piece = Result<Frame<Bytes>, io::Error>;

fn streamed(pieces: Vec<Piece>, headers: &HeaderMap) -> WireBody {
    WireBody::new(StreamBody::new(stream::iter(pieces)), headers)
}

fn data(bytes: usize) -> Piece {
    Ok(Frame::data(Bytes::from(vec![7; bytes])))
}

#[tokio::test]
async fn an_empty_body_is_at_its_end() {
    let mut body = WireBody::new(Empty::new(), &HeaderMap::new());
    assert_eq!(body.length(), Some(0));
    assert_eq!(body.next().await.unwrap(), None);
    assert_eq!(body.settle().await, ConnectionFate::Reusable);
}

#[tokio::test]
async fn little_is_drained() {
    let mut body = WireBody::new(Full::new(Bytes::from_static(b"abc")), &HeaderMap::new());
    assert_eq!(body.settle().await, ConnectionFate::Reusable);
    assert_eq!(body.read_bytes(), 3);
}

#[tokio::test]
async fn much_is_not_drained() {
    let pieces = (0..64).map(|_| data(64 << 10)).collect();
    let mut body = streamed(pieces, &HeaderMap::new());
    assert_eq!(body.settle().await, ConnectionFate::LingerThenClose);
    assert!(body.read_bytes() <= DRAIN_BYTES_MAX + (128 << 10));
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(DRAIN_BYTES_MAX + 1));
    let mut body = streamed(vec![data(1)], &headers);
    assert_eq!(body.settle().await, ConnectionFate::LingerThenClose);
    assert_eq!(body.read_bytes(), 0);
}

#[tokio::test]
async fn a_client_that_waits_for_leave_is_not_invited() {
    let mut headers = HeaderMap::new();
    headers.insert(EXPECT, HeaderValue::from_static("100-Continue"));
    let mut body = streamed(vec![data(1)], &headers);
    assert_eq!(body.settle().await, ConnectionFate::LingerThenClose);
    assert_eq!(body.read_bytes(), 0);
}

#[tokio::test]
async fn a_silent_client_is_not_waited_for() {
    let pieces = stream::pending::<Piece>();
    let mut body = WireBody::new(StreamBody::new(pieces), &HeaderMap::new());
    assert_eq!(body.settle().await, ConnectionFate::LingerThenClose);
}

#[tokio::test]
async fn failures_are_told_apart() {
    for (kind, code) in [
        (io::ErrorKind::TimedOut, Code::RequestTimeout),
        (io::ErrorKind::ConnectionReset, Code::IncompleteBody),
    ] {
        let mut body = streamed(vec![data(2), Err(kind.into())], &HeaderMap::new());
        assert_eq!(body.next().await.unwrap().unwrap().len(), 2);
        assert_eq!(body.next().await.unwrap_err().code(), code);
        assert_eq!(body.settle().await, ConnectionFate::LingerThenClose);
    }
}
