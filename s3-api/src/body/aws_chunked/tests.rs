use super::*;
use proptest::prelude::*;

const UNSIGNED: Form = Form {
    signed: false,
    trailer: true,
};
const SIGNED: Form = Form {
    signed: true,
    trailer: true,
};
const SIGNED_PLAIN: Form = Form {
    signed: true,
    trailer: false,
};

/// All that a body gives, whatever the pieces it comes in.
#[derive(Debug, Default, PartialEq, Eq)]
struct Decoded {
    data: Vec<u8>,
    chunks: Vec<(usize, Option<[u8; 32]>)>,
    trailers: Vec<(String, String)>,
    trailer_signature: Option<[u8; 32]>,
    error: Option<ChunkedError>,
}

fn decode(form: Form, pieces: &[&[u8]]) -> Decoded {
    let mut decoder = Decoder::new(form);
    let mut decoded = Decoded::default();
    let outcome = feed(&mut decoder, pieces, &mut decoded);
    decoded.error = outcome.err();
    decoded.trailers = decoder.trailers().to_vec();
    decoded
}

fn feed(decoder: &mut Decoder, pieces: &[&[u8]], out: &mut Decoded) -> Result<(), ChunkedError> {
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() {
            let (used, event) = decoder.step(rest)?;
            assert!(used > 0, "no progress");
            if let Some(event) = event {
                note(out, event, rest);
            }
            rest = &rest[used..];
        }
    }
    if let Some(event) = decoder.finish()? {
        note(out, event, &[]);
    }
    Ok(())
}

fn note(out: &mut Decoded, event: Event, input: &[u8]) {
    match event {
        Event::Data(range) => out.data.extend_from_slice(&input[range]),
        Event::ChunkEnd { signature } => out.chunks.push((out.data.len(), signature)),
        Event::TrailerEnd { signature } => out.trailer_signature = signature,
    }
}

fn error_of(form: Form, body: &[u8]) -> Option<ChunkedError> {
    decode(form, &[body]).error
}

fn signature(digit: char) -> String {
    digit.to_string().repeat(64)
}

#[test]
fn an_unsigned_body_with_trailer() {
    let body = b"5\r\nhello\r\n6\r\n world\r\n0\r\nX-Amz-Checksum-Crc32: AAAA==\r\n\r\n";
    let decoded = decode(UNSIGNED, &[body]);
    assert_eq!(decoded.data, b"hello world");
    assert_eq!(decoded.chunks, [(5, None), (11, None), (11, None)]);
    assert_eq!(
        decoded.trailers,
        [("x-amz-checksum-crc32".into(), "AAAA==".into())]
    );
    assert_eq!(decoded.error, None);
}

#[test]
fn a_signed_body_with_trailer_in_both_spellings() {
    let (a, b, c) = (signature('a'), signature('b'), signature('c'));
    for gap in ["\r\n", "\n\r\n"] {
        let body = format!(
            "3;chunk-signature={a}\r\nabc\r\n0;chunk-signature={b}\r\n\
             x-amz-checksum-crc32:AAAA=={gap}x-amz-trailer-signature:{c}\r\n\r\n"
        );
        let decoded = decode(SIGNED, &[body.as_bytes()]);
        assert_eq!(decoded.error, None);
        assert_eq!(decoded.data, b"abc");
        assert_eq!(
            decoded.chunks,
            [(3, Some([0xaa; 32])), (3, Some([0xbb; 32]))]
        );
        assert_eq!(decoded.trailer_signature, Some([0xcc; 32]));
        assert_eq!(
            decoded.trailers,
            [("x-amz-checksum-crc32".into(), "AAAA==".into())]
        );
    }
}

#[test]
fn the_last_empty_line_may_be_missing_but_nothing_else() {
    assert_eq!(error_of(UNSIGNED, b"1\r\na\r\n0\r\n"), None);
    assert_eq!(error_of(UNSIGNED, b"1\r\na\r\n0\r\nx-a:b\r\n"), None);
    for body in [
        &b""[..],
        b"1\r\na\r\n",
        b"1\r\na",
        b"1\r\n",
        b"1",
        b"0",
        b"0\r\nx-a:b",
    ] {
        assert_eq!(
            error_of(UNSIGNED, body),
            Some(ChunkedError::Truncated),
            "{body:?}"
        );
    }
}

#[test]
fn broken_framing_is_named() {
    use ChunkedError as E;
    let long = vec![b'0'; CHUNK_LINE_BYTES_MAX + 1];
    let long_trailer = [b"0\r\n".to_vec(), vec![b'x'; TRAILER_LINE_BYTES_MAX + 1]].concat();
    let many = format!("0\r\n{}", "x:y\r\n".repeat(TRAILER_LINES_MAX + 1));
    let table: [(Form, &[u8], E); 14] = [
        (UNSIGNED, b"x\r\n", E::BadSize),
        (UNSIGNED, b"\r\n", E::BadSize),
        (UNSIGNED, b"-1\r\n", E::BadSize),
        (UNSIGNED, b"+1\r\na\r\n", E::BadSize),
        (UNSIGNED, b"00000000000000001\r\n", E::BadSize),
        (UNSIGNED, b"ffffffffffff\r\n", E::ChunkTooLarge),
        (UNSIGNED, &long, E::LineTooLong),
        (UNSIGNED, b"1\r\nab\r\n", E::BadChunkEnd),
        (UNSIGNED, b"1\r\na\n0\r\n", E::BadChunkEnd),
        (UNSIGNED, &long_trailer, E::TrailerLineTooLong),
        (UNSIGNED, many.as_bytes(), E::TooManyTrailers),
        (UNSIGNED, b"0\r\nnocolon\r\n\r\n", E::BadTrailer),
        (UNSIGNED, b"0\r\n\r\nmore", E::Trailing),
        (SIGNED, b"1\r\na\r\n", E::MissingSignature),
    ];
    for (form, body, expected) in table {
        assert_eq!(
            error_of(form, body),
            Some(expected),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
}

#[test]
fn a_trailer_must_be_announced_and_signed_where_chunks_are() {
    let last = format!("0;chunk-signature={}\r\n", signature('a'));
    let trailer = format!("{last}x-a:b\r\n\r\n");
    assert_eq!(
        error_of(SIGNED_PLAIN, trailer.as_bytes()),
        Some(ChunkedError::BadTrailer)
    );
    assert_eq!(
        error_of(SIGNED_PLAIN, format!("{last}\r\n").as_bytes()),
        None
    );
    let missing = Some(ChunkedError::MissingTrailerSignature);
    assert_eq!(error_of(SIGNED, trailer.as_bytes()), missing);
    let short = format!("{last}x-amz-trailer-signature:abc\r\n\r\n");
    assert_eq!(error_of(SIGNED, short.as_bytes()), missing);
}

#[test]
fn the_signed_trailer_is_sorted() {
    let mut decoder = Decoder::new(UNSIGNED);
    let mut decoded = Decoded::default();
    feed(&mut decoder, &[b"0\r\nb: 2\r\nA:1 \r\n\r\n"], &mut decoded).unwrap();
    assert_eq!(decoder.canonical_trailer(), b"a:1\nb:2\n");
}

/// A body in the right form, or nearly.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let chunk = prop::collection::vec(any::<u8>(), 1..40);
    let chunks = prop::collection::vec(chunk, 0..4);
    (
        chunks,
        any::<bool>(),
        prop::collection::vec((0..200usize, any::<u8>()), 0..3),
    )
        .prop_map(|(chunks, signed, damage)| {
            let tail = if signed {
                format!(";chunk-signature={}", signature('d'))
            } else {
                String::new()
            };
            let mut body = Vec::new();
            for chunk in chunks {
                body.extend_from_slice(format!("{:x}{tail}\r\n", chunk.len()).as_bytes());
                body.extend_from_slice(&chunk);
                body.extend_from_slice(b"\r\n");
            }
            body.extend_from_slice(format!("0{tail}\r\nx-a:b\r\n").as_bytes());
            if signed {
                body.extend_from_slice(
                    format!("x-amz-trailer-signature:{}\r\n", signature('e')).as_bytes(),
                );
            }
            body.extend_from_slice(b"\r\n");
            for (at, byte) in damage {
                if let Some(place) = body.get_mut(at) {
                    *place = byte;
                }
            }
            body
        })
}

proptest! {
    #[test]
    fn any_split_gives_the_same(
        body in body(),
        signed: bool,
        cuts in prop::collection::vec(0..300usize, 0..12),
    ) {
        let form = Form { signed, trailer: true };
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(body.len())).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &body[pair[0]..pair[1]]).collect();
        prop_assert_eq!(decode(form, &pieces), decode(form, &[&body]));
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        prop_assert_eq!(decode(form, &bytes), decode(form, &[&body]));
    }

    #[test]
    fn no_input_panics(input: Vec<u8>, signed: bool, trailer: bool) {
        let _ = decode(Form { signed, trailer }, &[&input]);
    }

    #[test]
    fn a_good_body_comes_out_whole(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..60), 0..5)) {
        let mut encoded = Vec::new();
        for chunk in &chunks {
            encoded.extend_from_slice(format!("{:X};ext=1\r\n", chunk.len()).as_bytes());
            encoded.extend_from_slice(chunk);
            encoded.extend_from_slice(b"\r\n");
        }
        encoded.extend_from_slice(b"0\r\n\r\n");
        let decoded = decode(UNSIGNED, &[&encoded]);
        prop_assert_eq!(decoded.error, None);
        prop_assert_eq!(decoded.data, chunks.concat());
    }
}
