use super::*;

const TEXT: &str = "AKIDEXAMPLE/20120215/us-east-1/iam/aws4_request";

fn secret() -> Secret {
    Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

/// The derivation example of Amazon's guide, seen through what the key signs.
#[test]
fn the_published_key_is_derived() {
    let found = SigningKeys::default().find(&Scope::parse(TEXT).unwrap(), &secret());
    let published = "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d";
    let published = hmac::Key::new(hmac::HMAC_SHA256, &hex::decode(published).unwrap());
    let tag = hmac::sign(&published, b"x");
    assert!(hmac::verify(found.key(), b"x", tag.as_ref()).is_ok());
}

#[test]
fn a_kept_key_is_found_until_the_secret_changes() {
    let keys = SigningKeys::default();
    let scope = Scope::parse(TEXT).unwrap();
    let found = keys.find(&scope, &secret());
    assert!(matches!(found, FoundKey::Derived(_)));
    keys.keep(&scope, &secret(), found.key());
    assert!(matches!(keys.find(&scope, &secret()), FoundKey::Kept(_)));
    assert!(matches!(
        keys.find(&scope, &Secret::new("other")),
        FoundKey::Derived(_)
    ));
}

#[test]
fn the_number_of_kept_keys_is_bounded() {
    let keys = SigningKeys::default();
    let key = Arc::new(hmac::Key::new(hmac::HMAC_SHA256, b"k"));
    for number in 0..=SIGNING_KEYS_MAX {
        let text = format!("AK{number}/20120215/us-east-1/s3/aws4_request");
        keys.keep(&Scope::parse(&text).unwrap(), &secret(), &key);
    }
    assert_eq!(keys.entries.read().unwrap().len(), 1);
}
