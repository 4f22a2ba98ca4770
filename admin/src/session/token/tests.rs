use super::*;

const ACCESS: Access = Access {
    session: SessionId([7; 16]),
    expires: 1_700_000_000,
};

#[test]
fn a_token_says_what_was_said() {
    let signer = Signer::new(&[1; 32]);
    let token = signer.access(ACCESS);
    assert_eq!(signer.open_access(&token), Some(ACCESS));
}

#[test]
fn neither_another_key_nor_another_kind_opens_it() {
    let signer = Signer::new(&[1; 32]);
    let token = signer.access(ACCESS);
    assert_eq!(Signer::new(&[2; 32]).open_access(&token), None);
    assert_eq!(signer.open_refresh(&token), None);
}

#[test]
fn no_changed_token_opens() {
    let signer = Signer::new(&[1; 32]);
    let token = signer.access(ACCESS);
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(signer.open_access(&changed), None, "{at}");
    }
    for text in ["", "x", &token[1..], &format!("{token}A")] {
        assert_eq!(signer.open_access(text), None, "{text}");
    }
}
