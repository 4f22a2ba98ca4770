use super::*;
use crate::encoding::hex_digest;
use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{self, generate_signing_key};
use bytes::Bytes;
use proptest::prelude::*;
use std::time::{Duration, SystemTime};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SCOPE: &str = "20130524/us-east-1/s3/aws4_request";
const TIME: &str = "20130524T000000Z";

fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600)
}

fn signer(seed: &str) -> ChunkSigner {
    let key = generate_signing_key(SECRET, time(), "us-east-1", "s3");
    let key = Arc::new(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()));
    ChunkSigner::new(key, TIME, SCOPE, signature(seed))
}

fn signature(text: &str) -> [u8; 32] {
    hex_digest(text.as_bytes()).unwrap()
}

/// The example of Amazon's guide: 66,560 letters `a` in chunks of 64 KiB.
#[test]
fn the_published_chain_holds() {
    let mut signer = signer("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    signer.update(&[b'a'; 40_000]);
    signer.update(&[b'a'; 25_536]);
    let chain = [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ];
    assert!(signer.end_chunk(signature(chain[0])));
    signer.update(&[b'a'; 1024]);
    assert!(signer.end_chunk(signature(chain[1])));
    assert!(signer.end_chunk(signature(chain[2])));
}

#[test]
fn a_changed_byte_breaks_the_chain() {
    let mut signer = signer("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    signer.update(&[b'b'; 65_536]);
    let first = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
    assert!(!signer.end_chunk(signature(first)));
}

proptest! {
    /// Whatever the SDK signs, we accept.
    #[test]
    fn agrees_with_the_sdk(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..100), 0..4)) {
        let identity = Credentials::new("AK", SECRET, None, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("s3")
            .time(time())
            .settings(())
            .build()
            .unwrap();
        let secret = Credentials::new("AK", SECRET, None, None, "test");
        let key = generate_signing_key(secret.secret_access_key(), time(), "us-east-1", "s3");
        let key = Arc::new(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()));
        let seed = EMPTY_SHA256;
        let mut signer = ChunkSigner::new(key, TIME, SCOPE, signature(seed));
        let mut running = seed.to_owned();
        for chunk in chunks {
            let signed = v4::sign_chunk(&Bytes::from(chunk.clone()), &running, &params).unwrap();
            running = signed.signature().to_owned();
            signer.update(&chunk);
            prop_assert!(signer.end_chunk(signature(&running)));
        }
        let mut trailer = aws_smithy_runtime_api::http::Headers::new();
        trailer.insert("x-amz-checksum-crc32", "AAAAAA==");
        let signed = v4::sign_trailer(&trailer, &running, &params).unwrap();
        prop_assert!(signer.end_trailer(b"x-amz-checksum-crc32:AAAAAA==\n", signature(signed.signature())));
    }
}
