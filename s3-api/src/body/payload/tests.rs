use super::*;
use crate::encoding::push_hex;
use aws_sigv4::sign::v4::generate_signing_key;
use futures_util::stream;
use http::HeaderValue;
use http_body::Frame;
use http_body_util::StreamBody;
use ring::hmac;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::SystemTime;

const TIME: &str = "19700101T000000Z";
const SCOPE: &str = "19700101/us-east-1/s3/aws4_request";

fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
    let named = |(name, value): &(&'static str, &str)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        )
    };
    list.iter().map(named).collect()
}

/// Everything a body gives, in pieces of 7 bytes.
async fn read(
    claim: PayloadClaim,
    list: &[(&'static str, &str)],
    body: &[u8],
) -> Result<(Vec<u8>, Option<String>), Code> {
    let headers = headers(list);
    let pieces: Vec<Result<Frame<Bytes>, Infallible>> = body
        .chunks(7)
        .map(|piece| Ok(Frame::data(Bytes::copy_from_slice(piece))))
        .collect();
    let mut wire = WireBody::new(StreamBody::new(stream::iter(pieces)), &headers);
    let mut payload = Payload::new(&mut wire, claim, &headers).map_err(|error| error.code())?;
    let mut data = Vec::new();
    loop {
        match payload.next().await {
            Ok(Some(bytes)) => data.extend_from_slice(&bytes),
            Ok(None) => break,
            Err(error) => return Err(error.code()),
        }
    }
    assert!(
        matches!(payload.next().await, Ok(None)),
        "the end is not the end"
    );
    Ok((
        data,
        payload.trailer("x-amz-checksum-crc32").map(str::to_owned),
    ))
}

fn unsigned_chunks() -> PayloadClaim {
    PayloadClaim::Chunked {
        signer: None,
        trailer: true,
    }
}

#[tokio::test]
async fn a_plain_body_is_counted() {
    let body = b"0123456789";
    let read = |length| async move {
        read(PayloadClaim::Unsigned, &[("content-length", length)], body).await
    };
    assert_eq!(read("10").await.unwrap().0, body);
    assert_eq!(read("11").await, Err(Code::IncompleteBody));
    assert_eq!(read("9").await, Err(Code::IncompleteBody));
}

#[tokio::test]
async fn a_signed_digest_is_compared() {
    let digest = digest::digest(&digest::SHA256, b"abc");
    let claim = || PayloadClaim::Sha256(digest.as_ref().try_into().unwrap());
    assert_eq!(read(claim(), &[], b"abc").await.unwrap().0, b"abc");
    assert_eq!(
        read(claim(), &[], b"abd").await,
        Err(Code::XAmzContentSHA256Mismatch)
    );
}

const FRAMED: &[u8] = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAA==\r\n\r\n";

#[tokio::test]
async fn chunks_are_unpacked_and_the_trailer_kept() {
    let list = [
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ];
    let (data, trailer) = read(unsigned_chunks(), &list, FRAMED).await.unwrap();
    assert_eq!(
        (data.as_slice(), trailer.as_deref()),
        (&b"hello"[..], Some("AAAA=="))
    );
}

#[tokio::test]
async fn chunks_must_be_what_was_announced() {
    let read = |length, trailer| async move {
        let list = [
            ("x-amz-decoded-content-length", length),
            ("x-amz-trailer", trailer),
        ];
        read(unsigned_chunks(), &list, FRAMED).await.map(|_| ())
    };
    assert_eq!(
        read("4", "x-amz-checksum-crc32").await,
        Err(Code::IncompleteBody)
    );
    assert_eq!(
        read("6", "x-amz-checksum-crc32").await,
        Err(Code::IncompleteBody)
    );
    assert_eq!(
        read("x", "x-amz-checksum-crc32").await,
        Err(Code::InvalidArgument)
    );
    assert_eq!(
        read("5", "x-amz-checksum-sha1").await,
        Err(Code::MalformedTrailerError)
    );
    let both = "x-amz-checksum-crc32, x-amz-meta-a";
    assert_eq!(read("5", both).await, Err(Code::MalformedTrailerError));
}

#[tokio::test]
async fn the_decoded_length_is_required() {
    let outcome = read(unsigned_chunks(), &[("content-length", "44")], FRAMED).await;
    assert_eq!(outcome, Err(Code::MissingContentLength));
}

#[tokio::test]
async fn framing_is_recognised_by_each_of_its_signs() {
    let trailer = ("x-amz-trailer", "x-amz-checksum-crc32");
    let unsigned = || PayloadClaim::Unsigned;
    let by_length = read(
        unsigned(),
        &[("x-amz-decoded-content-length", "5"), trailer],
        FRAMED,
    )
    .await;
    assert_eq!(by_length.unwrap().0, b"hello");
    let by_encoding = read(
        unsigned(),
        &[("content-encoding", "gzip, aws-chunked"), trailer],
        FRAMED,
    )
    .await;
    assert_eq!(by_encoding.unwrap().0, b"hello");
    // The word alone, with the digest of a plain body.
    let digest = digest::digest(&digest::SHA256, b"abc");
    let claim = PayloadClaim::Sha256(digest.as_ref().try_into().unwrap());
    let plain = read(claim, &[("content-encoding", "aws-chunked")], b"abc").await;
    assert_eq!(plain.unwrap().0, b"abc");
    let empty = read(unsigned(), &[("content-encoding", "aws-chunked")], b"").await;
    assert_eq!(empty, Err(Code::IncompleteBody));
}

#[tokio::test]
async fn broken_framing_has_its_code() {
    let list = [("x-amz-decoded-content-length", "5")];
    for (body, code) in [
        (&b"5\r\nhel"[..], Code::IncompleteBody),
        (b"zz\r\n", Code::InvalidRequest),
        (
            b"5\r\nhello\r\n0\r\nnocolon\r\n\r\n",
            Code::MalformedTrailerError,
        ),
    ] {
        assert_eq!(read(unsigned_chunks(), &list, body).await, Err(code));
    }
}

fn key() -> Arc<hmac::Key> {
    let key = generate_signing_key("secret", SystemTime::UNIX_EPOCH, "us-east-1", "s3");
    Arc::new(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()))
}

fn signature(text: &str) -> String {
    let mut out = Vec::new();
    push_hex(
        &mut out,
        hmac::sign(&key(), text.as_bytes())
            .as_ref()
            .try_into()
            .unwrap(),
    );
    String::from_utf8(out).unwrap()
}

fn sha256_hex(data: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, data))
}

/// A body of one chunk, signed as a client would.
fn signed_body(data: &str, trailer: &str) -> String {
    let empty = sha256_hex(b"");
    let mut previous = "00".repeat(32);
    let mut body = String::new();
    for chunk in [data, ""] {
        let digest = sha256_hex(chunk.as_bytes());
        previous = signature(&format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{TIME}\n{SCOPE}\n{previous}\n{empty}\n{digest}"
        ));
        body += &format!("{:x};chunk-signature={previous}\r\n{chunk}", chunk.len());
        body += if chunk.is_empty() { "" } else { "\r\n" };
    }
    if !trailer.is_empty() {
        let digest = sha256_hex(format!("{trailer}\n").as_bytes());
        let last = signature(&format!(
            "AWS4-HMAC-SHA256-TRAILER\n{TIME}\n{SCOPE}\n{previous}\n{digest}"
        ));
        body += &format!("{trailer}\r\nx-amz-trailer-signature:{last}\r\n");
    }
    body + "\r\n"
}

#[tokio::test]
async fn signed_chunks_and_trailers_are_verified() {
    let list = [
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ];
    let read = |body: String| async move {
        let signer = ChunkSigner::new(key(), TIME, SCOPE, [0; 32]);
        let claim = PayloadClaim::Chunked {
            signer: Some(Box::new(signer)),
            trailer: true,
        };
        read(claim, &list, body.as_bytes())
            .await
            .map(|(data, _)| data)
    };
    let good = signed_body("hello", "x-amz-checksum-crc32:AAAA==");
    assert_eq!(read(good.clone()).await.unwrap(), b"hello");
    let changed = good.replace("hello", "hellp");
    assert_eq!(read(changed).await, Err(Code::SignatureDoesNotMatch));
    let changed = good.replace("AAAA==", "AAAB==");
    assert_eq!(read(changed).await, Err(Code::SignatureDoesNotMatch));
    let cut = good
        .split("x-amz-trailer-signature")
        .next()
        .unwrap()
        .to_owned()
        + "\r\n";
    assert_eq!(read(cut).await, Err(Code::MalformedTrailerError));
}

#[tokio::test]
async fn signed_chunks_without_trailer() {
    let signer = ChunkSigner::new(key(), TIME, SCOPE, [0; 32]);
    let claim = PayloadClaim::Chunked {
        signer: Some(Box::new(signer)),
        trailer: false,
    };
    let list = [("x-amz-decoded-content-length", "5")];
    let body = signed_body("hello", "");
    assert_eq!(
        read(claim, &list, body.as_bytes()).await.unwrap().0,
        b"hello"
    );
}
