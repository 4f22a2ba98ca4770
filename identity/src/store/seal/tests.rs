use super::*;

#[test]
fn what_was_sealed_opens_in_its_place_only() {
    let sealer = Sealer::new(&[1; 32], Purpose::SecretsAtRest).unwrap();
    let sealed = sealer.seal(b"secret", b"key/a").unwrap();
    assert_eq!(sealer.open(&sealed, b"key/a").unwrap(), b"secret");
    assert_eq!(sealer.open(&sealed, b"key/b"), None);
    assert_eq!(sealer.open(&sealed[..11], b"key/a"), None);
    for at in 0..sealed.len() {
        let mut broken = sealed.clone();
        broken[at] ^= 1;
        assert_eq!(sealer.open(&broken, b"key/a"), None, "byte {at}");
    }
    let other = Sealer::new(&[1; 32], Purpose::SessionTokens).unwrap();
    assert_eq!(other.open(&sealed, b"key/a"), None);
    let other = Sealer::new(&[2; 32], Purpose::SecretsAtRest).unwrap();
    assert_eq!(other.open(&sealed, b"key/a"), None);
    assert_eq!(format!("{sealer:?}"), "Sealer(..)");
}
