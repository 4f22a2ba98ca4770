use super::*;
use bytes::Bytes;
use futures_util::stream;
use http::HeaderValue;
use http_body::Frame;
use http_body_util::StreamBody;
use std::convert::Infallible;

fn headers(content_type: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers
}

/// A body that comes in pieces of that size, all of them at once.
fn body(text: &[u8], piece: usize) -> WireBody {
    let pieces: Vec<_> = text
        .chunks(piece)
        .map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(piece))))
        .collect();
    WireBody::new(StreamBody::new(stream::iter(pieces)), &HeaderMap::new())
}

fn part(name: &str, value: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

fn file(content: &str) -> String {
    format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{content}\r\n--x--\r\n"
    )
}

/// The fields and the file, or why not.
async fn read(text: &str, piece: usize) -> Result<(Vec<(String, Vec<u8>)>, Vec<u8>), Code> {
    let headers = headers("multipart/form-data; boundary=x");
    let mut body = body(text.as_bytes(), piece);
    let form = Form::open(&headers, &mut body).await;
    let mut form = form.map_err(|error| error.code())?;
    let mut content = Vec::new();
    while let Some(piece) = form.file.next().await.map_err(|error| error.code())? {
        content.extend_from_slice(&piece);
    }
    let fields = form.fields.iter();
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_vec()));
    Ok((fields.collect(), content))
}

#[tokio::test]
async fn fields_come_first_and_the_file_is_what_it_is() {
    let content = "line\r\n--xnot a boundary?\r\n-- x\r\n--";
    let text = part("Key", "up/${filename}") + &part("acl", "") + &file(content);
    // `--x` at the start of a line is a boundary whatever follows, so this file must not have it.
    let text = text.replace("--xnot", "--not");
    let content = content.replace("--xnot", "--not");
    for piece in [1, 2, 7, 64, 4096] {
        let (fields, found) = read(&text, piece).await.unwrap();
        let expected = [("key", "up/${filename}"), ("acl", "")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        assert_eq!(fields, expected, "{piece}");
        assert_eq!(String::from_utf8(found).unwrap(), content, "{piece}");
    }
}

#[tokio::test]
async fn what_is_no_form_is_refused() {
    let no_file = part("key", "a") + "--x--\r\n";
    assert_eq!(read(&no_file, 9).await, Err(Code::InvalidArgument));
    for text in ["", "nonsense", "--x", "--x\r\n\r\n"] {
        assert_eq!(
            read(text, 9).await,
            Err(Code::MalformedPOSTRequest),
            "{text:?}"
        );
    }
    let text = part("key", "a") + &file("content");
    let cut = text.strip_suffix("\r\n--x--\r\n").unwrap();
    assert_eq!(read(cut, 9).await, Err(Code::MalformedPOSTRequest));
    let mut unused = body(b"", 1);
    let headers = headers("multipart/form-data");
    let refused = Form::open(&headers, &mut unused).await.err().unwrap();
    assert_eq!(refused.code(), Code::MalformedPOSTRequest);
}

#[tokio::test]
async fn fields_are_bounded_in_every_way_they_can_be_long() {
    let long = "v".repeat(FORM_FIELDS_BYTES_MAX);
    let text = part("key", &long) + &file("content");
    let refused = Err(Code::MaxPostPreDataLengthExceededError);
    assert_eq!(read(&text, 1000).await, refused);
    let many = part("a", "b").repeat(1000) + &file("content");
    assert_eq!(read(&many, 1000).await, refused);
    // No boundary at all, and a part whose headers never end.
    assert_eq!(read(&"x".repeat(1 << 20), 1000).await, refused);
    let endless = format!("--x\r\nContent-Disposition: {}", "x".repeat(1 << 20));
    assert_eq!(read(&endless, 1000).await, refused);
}

#[tokio::test]
async fn a_piece_may_hold_more_than_the_fields() {
    let content = "c".repeat(1 << 20);
    let text = part("a", "b").repeat(50) + &part("key", "k") + &file(&content);
    for piece in [100_000, 2 << 20] {
        let (fields, found) = read(&text, piece).await.unwrap();
        assert_eq!((fields.len(), found.len()), (2, content.len()));
    }
}

/// However much is ready, no more than a piece or two is taken before it is asked for.
#[tokio::test]
async fn a_file_is_never_read_ahead() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let text = part("key", "a") + &file(&"f".repeat(1 << 20));
    let given = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&given);
    let pieces: Vec<Bytes> = text
        .as_bytes()
        .chunks(1024)
        .map(Bytes::copy_from_slice)
        .collect();
    let pieces = stream::iter(pieces.into_iter().map(move |piece| {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(Frame::data(piece))
    }));
    let headers = headers("multipart/form-data; boundary=x");
    let mut body = WireBody::new(StreamBody::new(pieces), &HeaderMap::new());
    let mut form = Form::open(&headers, &mut body).await.unwrap();
    let mut received = 0;
    while let Some(piece) = form.file.next().await.unwrap() {
        received += piece.len();
        let ahead = given.load(Ordering::Relaxed) * 1024 - received;
        assert!(ahead <= 4 * 1024, "{ahead} bytes ahead");
    }
    assert_eq!(received, 1 << 20);
}
