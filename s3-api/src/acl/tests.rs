use super::*;

const GROUPS: [Asking<'_>; 3] = [
    Asking::Anybody,
    Asking::Account("owner"),
    Asking::Account("other"),
];

fn readers(acl: &Acl) -> [bool; 3] {
    GROUPS.map(|asking| acl.allows(asking, Right::ObjectRead))
}

#[test]
fn canned_lists_let_in_whom_they_name() {
    let of = |canned: Canned| canned.acl("owner", "other");
    assert_eq!(readers(&of(Canned::Private)), [false, true, false]);
    assert_eq!(readers(&of(Canned::PublicRead)), [true, true, true]);
    assert_eq!(readers(&of(Canned::AuthenticatedRead)), [false, true, true]);
    assert_eq!(readers(&of(Canned::BucketOwnerRead)), [false, true, true]);
    let writes = |canned: Canned, asking| of(canned).allows(asking, Right::BucketWrite);
    assert!(writes(Canned::PublicReadWrite, Asking::Anybody));
    assert!(!writes(Canned::PublicRead, Asking::Account("other")));
    assert!(writes(
        Canned::BucketOwnerFullControl,
        Asking::Account("other")
    ));
    assert!(!writes(Canned::BucketOwnerRead, Asking::Account("other")));
}

#[test]
fn stored_lists_are_read_back() {
    for name in [
        "private",
        "public-read-write",
        "authenticated-read",
        "log-delivery-write",
    ] {
        let acl = Canned::parse(name).unwrap().acl("an owner", "other");
        assert_eq!(Acl::parse(&acl.to_bytes()), Some(acl), "{name}");
    }
    let empty = Acl::default();
    assert!(!empty.to_bytes().is_empty());
    assert_eq!(Acl::parse(&empty.to_bytes()), Some(empty));
}

#[test]
fn a_list_that_cannot_be_read_grants_nothing_but_to_the_owner() {
    for stored in ["READ", "READ somebody", "EVERYTHING everybody", "\u{0}"] {
        let acl = Acl::stored_or_private(Some(stored.as_bytes()), "owner");
        assert_eq!(readers(&acl), [false, true, false], "{stored}");
    }
}

#[test]
fn what_is_public_can_be_left_out() {
    let acl = Canned::PublicReadWrite.acl("owner", "owner");
    assert!(acl.is_public());
    assert!(acl.without_public().is_private("owner"));
    assert!(!Canned::LogDeliveryWrite.acl("owner", "owner").is_public());
}
